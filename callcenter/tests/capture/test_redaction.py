"""Nobody can be found in a redacted request, which is still one of the same kind."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.capture.redaction import (
    HARMLESS,
    NUMBERS,
    REMOVED,
    Redaction,
    form_of,
    harmless_header,
)
from callcenter.numbers import caller_of, country_code, number_in

KEY = b"k" * 32
REDACTION = Redaction(KEY)
CALL = "CA" + "0123456789abcdef" * 2
NUMBER = "+815012345678"


def test_same_value_gives_the_same_pseudonym_in_one_capture_alone():
    again, other = Redaction(KEY), Redaction(b"o" * 32)

    for redact in (Redaction.number, Redaction.sid, Redaction.token):
        value = CALL if redact is Redaction.sid else NUMBER
        assert redact(REDACTION, value) == redact(again, value) != value
        assert redact(REDACTION, value) != redact(other, value)
    assert REDACTION.sid(CALL) != REDACTION.sid(CALL[:-1] + "0")


@pytest.mark.parametrize(
    "number",
    [
        NUMBER,
        "+81312345678",
        "+818012345678",
        "+12015550123",
        "+442079460958",
        "+8613812345678",
        "+123456789012345",
    ],
)
def test_number_stays_a_number_of_its_country_and_length(number):
    made = REDACTION.number(number)

    code = country_code(number)
    assert made.startswith(f"+{code}")
    assert len(made) == len(number)
    assert caller_of(made) == made
    assert made[1 + len(code) :] != number[1 + len(code) :]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (
            "sip:+815012345678@pbx.example.com;user=phone",
            r"sip:\+81\d{10}@\w+\.\w+\..*",
        ),
        ("tel:+815012345678", r"tel:\+81\d{10}"),
        ("00815012345678", r"0081\d{10}"),
        ("+81 50-1234-5678", r"\+81 \d\d-\d{4}-\d{4}"),
        ("050-1234-5678", r"0\d\d-\d{4}-\d{4}"),
    ],
)
def test_every_way_to_write_a_number_has_the_digits_of_one_pseudonym(text, form):
    made = REDACTION.number(text)

    assert re.fullmatch(form, made), made
    digits = re.sub(r"\D", "", made.partition("@")[0])
    assert digits.endswith(REDACTION.number(NUMBER)[3:])


@pytest.mark.parametrize(
    "text", ["", "anonymous", "Restricted", "+266696687", "266696687", "unavailable"]
)
def test_withheld_number_stays_what_it_was(text):
    assert REDACTION.number(text) == text


@pytest.mark.parametrize("text", ["Private Yamada", "非通知 山田", "unknown: Sato"])
def test_withheld_number_with_more_words_stays_withheld_alone(text):
    assert REDACTION.number(text) == "anonymous"


def test_browser_stays_a_browser():
    made = REDACTION.number("client:agent_01")

    assert re.fullmatch(r"client:[a-z]{5}_[0-9]{2}", made)
    assert made != "client:agent_01"


SECRET = "YAMADA-Hanako-4711"


@pytest.mark.parametrize(
    ("name", "value", "redacted"),
    [
        ("CallStatus", "in-progress", "in-progress"),
        ("CallStatus", f"{SECRET} 1 2", "xxxxxx-xxxxxx-9999 9 9"),
        ("QueueTime", "31", "31"),
        ("QueueTime", "08012345678", "99999999999"),
        (
            "Timestamp",
            "Sun, 22 Nov 2026 13:32:00 +0000",
            "Sun, 22 Nov 2026 13:32:00 +0000",
        ),
        (
            "Timestamp",
            "Sun, 99 Nov 2026 13:32:00 +0000",
            "xxx, 99 xxx 9999 99:99:99 +9999",
        ),
        ("FromCountry", "JP", "JP"),
        ("FromCountry", "Japan", "xxxxx"),
        ("FromCity", "Shibuya", REMOVED),
        ("FromCity", "", ""),
        ("CallerName", "山田", REMOVED),
        ("CallerZip", "150-0001", REMOVED),
        ("SpeechResult", "ヤマダです", REMOVED),
        ("AddOns", '{"name": "Yamada"}', REMOVED),
        ("Digits", "*12", "*12"),
        ("Digits", "4711", "9999"),
        ("Digits", "hangup", "hangup"),
        ("msg", "Gather End", "Gather End"),
        ("DialBridged", "true", "true"),
        ("ApiVersion", "2010-04-01", "2010-04-01"),
        ("SipSourceIp", "203.0.113.77", "999.9.999.99"),
        ("SipHeader_X-Customer", SECRET, "xxxxxx-xxxxxx-9999"),
        ("SomethingNew", "やまだ太郎", "xxxxx"),
        ("QueueSid", "QU1", "xx9"),
        (
            "RecordingUrl",
            "https://files.example.com/yamada/1.mp3",
            "https://host.invalid/xxxxxx/9.xx9",
        ),
        ("RecordingUrl", "ftp://[", REMOVED),
    ],
)
def test_value_is_redacted_by_its_name(name, value, redacted):
    assert REDACTION.value(name, value) == redacted
    assert REDACTION.form({name: [value, value]}) == {name: [redacted, redacted]}


def test_url_of_twilio_keeps_its_path_with_other_sids():
    account, recording = "AC" + "a1" * 16, "RE" + "b2" * 16
    url = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{recording}"

    assert REDACTION.value("RecordingUrl", f"{url}?x={SECRET}") == (
        "https://api.twilio.com/2010-04-01/Accounts/"
        f"{REDACTION.sid(account)}/Recordings/{REDACTION.sid(recording)}"
    )


@pytest.mark.parametrize(
    ("path", "redacted"),
    [
        (
            "/twilio/wait/support/1/?step=2&visits=1&lang=ja",
            "/twilio/wait/support/1/?step=2&visits=1&lang=ja",
        ),
        ("/twilio/status/", "/twilio/status/"),
        (
            "/twilio/connect/?step=7&queue=support&rec=1",
            "/twilio/connect/?step=7&queue=support&rec=1",
        ),
        (
            "/twilio/menu/%E5%B1%B1/?step=2&name=yamada&queue=a%20b",
            "/twilio/menu/%x9%x9%x9/?step=2",
        ),
    ],
)
def test_path_of_ours_keeps_what_says_where_the_call_is(path, redacted):
    assert REDACTION.path(path) == redacted


def test_token_of_a_ring_back_and_a_sid_in_a_path_get_pseudonyms():
    token = "0123456789abcdef" * 2

    made = REDACTION.path(f"/twilio/ring-back/{token}/done/?step=2")

    assert re.fullmatch(r"/twilio/ring-back/[0-9a-f]{32}/done/\?step=2", made)
    assert token not in made
    assert REDACTION.path(f"/twilio/{CALL}/") == f"/twilio/{REDACTION.sid(CALL)}/"


def test_path_keeps_of_whom_a_code_is_under_the_pseudonym_and_no_proof():
    path = f"/twilio/operator/?step=8&in=1&proof=0123abcd&state=wrap_up&about={CALL}"

    made = REDACTION.path(path)

    proof = re.search(r"proof=([0-9a-f]{8})&", made)
    assert proof
    assert proof[1] != "0123abcd"
    assert made.endswith(f"&state=wrap_up&about={REDACTION.sid(CALL)}")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("enqueue:support/1", "enqueue:support/1"),
        ("wrap_up:billing", "wrap_up:billing"),
        ("hold", "hold"),
        (f"dial:{NUMBER}", f"dial:{REDACTION.number(NUMBER)}"),
        ("message:山田", "message"),
        ("of another version", ""),
    ],
)
def test_decision_keeps_where_it_led_but_no_number(text, redacted):
    assert REDACTION.decision(text) == redacted


def test_token_keeps_its_form():
    token = "3b241101-e2bb-4255-8caf-4136c566a962"

    made = REDACTION.token(token)

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made)
    assert made != token


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("TwilioProxy/1.1", "TwilioProxy/1.1"),
        (
            "application/x-www-form-urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded; charset=UTF-8",
        ),
        ("proxy of 203.0.113.77", "xxxxx xx 999.9.999.99"),
        ("by 08012345678", "xx 99999999999"),
        ("<script>", "<xxxxxx>"),
    ],
)
def test_header_that_names_a_program_is_kept(value, kept):
    assert harmless_header(value) == kept


WORDS = st.text(
    st.characters(categories=["L", "N", "M"], include_characters=" -_.@:+"),
    min_size=6,
    max_size=40,
)
NAMES = st.one_of(
    st.sampled_from(sorted(NUMBERS | {"CallerName", "FromCity", "SomethingNew"})),
    st.sampled_from(sorted(HARMLESS)),
)


@given(name=NAMES, letters=st.text("ABCDEFGHJK", min_size=8, max_size=20))
def test_no_word_of_a_person_survives_under_any_name(name, letters):
    value = f"山田 {letters}1 {letters}"

    assert letters not in json.dumps(REDACTION.form({name: value}))


@given(digits=st.text("0123456789", min_size=8, max_size=11), name=NAMES)
def test_no_number_survives_under_any_name(digits, name):
    made = json.dumps(REDACTION.form({name: f"+8150{digits}"}))

    if number_in(f"+8150{digits}") or len(digits) > 8:
        assert f"50{digits}" not in made


@given(text=WORDS)
def test_form_of_a_text_has_no_letter_of_it(text):
    assert re.fullmatch(r"[x9 \-_.@:+]*", form_of(text))
    assert len(form_of(text)) == len(text)
