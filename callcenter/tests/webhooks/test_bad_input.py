"""Requests that Twilio should never send, or that nobody expects."""

import logging
from urllib.parse import quote, urlencode

import pytest

from callcenter.events.eventfile import LONGEST_LINE, event_of_line, line_of_event
from callcenter.models import Call, QueueEntry, WebhookEvent
from callcenter.tests.twilio_client import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    BASE_URL,
    CALLER,
    LINE,
    Answer,
    signature,
    voice_form,
)
from callcenter.tests.webhooks.installation import OPERATOR, install, stored

pytestmark = pytest.mark.django_db

CALL = "CA" + "1" * 32
NAMES = [
    "incoming",
    "menu/main",
    "wait/support/1",
    "queue-exit/support/1",
    "connect",
    "operator",
    "operator/done",
    "status",
    "fallback",
]
HEARD = [name for name in NAMES if name != "status"]


@pytest.fixture(autouse=True)
def _installed():
    install()


def refused(answer: Answer, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """One line in the log, without a number, a secret or a body; nothing stored."""
    assert answer.status_code == status
    assert answer.response.content == b""
    assert not WebhookEvent.objects.exists()
    assert not Call.objects.exists()
    (line,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert line.levelno == logging.WARNING
    for secret in (CALLER, LINE, ACCOUNT_SID, "sesame", "\n"):
        assert secret not in line.getMessage()


@pytest.mark.parametrize("name", NAMES)
def test_a_forged_request_is_refused_and_leaves_no_trace(twilio, caplog, name):
    refused(twilio.post(name, token="someone-elses-token"), 403, caplog)


@pytest.mark.parametrize("name", NAMES)
def test_a_request_without_signature_is_refused(twilio, caplog, name):
    refused(twilio.post(name, signed=""), 403, caplog)


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"AccountSid": "AC" + "6" * 32}, 403),
        ({"AccountSid": ""}, 400),
        ({"CallSid": ""}, 400),
        ({"CallSid": "CA123"}, 400),
        ({"CallSid": CALL + "\x00"}, 400),
    ],
)
def test_a_signed_request_about_no_call_of_ours_is_refused(
    twilio, caplog, params, status
):
    refused(twilio.post("incoming", **params), status, caplog)


def test_without_the_password_there_is_a_challenge(twilio, settings, caplog):
    settings.WEBHOOK_BASIC_AUTH = "twilio:sesame"

    answer = twilio.post("incoming", basic="twilio:wrong")

    refused(answer, 401, caplog)
    assert answer.response["WWW-Authenticate"] == 'Basic realm="MiniCC"'


def test_without_a_token_every_request_is_refused(twilio, settings, caplog):
    settings.TWILIO_AUTH_TOKEN = ""

    refused(twilio.post("incoming", token="any"), 503, caplog)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options"])
def test_other_methods_are_refused(twilio, settings, method):
    # Before all other checks, that of the configuration too.
    settings.TWILIO_AUTH_TOKEN = ""

    response = getattr(twilio.client, method)("/twilio/incoming/")

    assert (response.status_code, response["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\nno end", "multipart/form-data"),
        (
            b"&".join(b"f%d=1" % n for n in range(1_200)),
            "application/x-www-form-urlencoded",
        ),
        (b"x=" + b"1" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"1" * 3_000_000, "application/json"),
    ],
    ids=["multipart", "fields", "large", "large-json"],
)
def test_a_body_that_cannot_be_read_is_refused(twilio, caplog, body, content_type):
    response = twilio.client.post(
        "/twilio/incoming/",
        body,
        content_type=content_type,
        headers={"X-Twilio-Signature": "x"},
    )

    assert response.status_code == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "length"),
    [
        ("application/x-www-form-urlencoded", "abc"),
        ("application/json", "abc"),
        ("application/x-www-form-urlencoded; charset=utf-16", "9"),
        ("multipart/form-data; boundary=b; charset=rot13", None),
        ("multipart/form-data; boundary=b; charset=idna", None),
    ],
)
def test_an_invalid_length_or_charset_is_refused(twilio, caplog, content_type, length):
    response = twilio.client.generic(
        "POST",
        "/twilio/incoming/",
        b'--b\r\nContent-Disposition: form-data; name="To"\r\n\r\nCA1\r\n--b--\r\n',
        content_type=content_type,
        headers={"X-Twilio-Signature": "x"},
        **({"CONTENT_LENGTH": length} if length else {}),
    )

    # Django 6 takes such a length for none, and of nothing the signature is wrong.
    assert response.status_code in (400, 403)
    assert not WebhookEvent.objects.exists()
    assert "invalid literal" not in caplog.text


def test_a_json_body_without_hash_is_refused(twilio):
    response = twilio.client.post(
        "/twilio/incoming/", voice_form(), content_type="application/json"
    )

    assert response.status_code == 403


def test_a_megabyte_is_kept_like_any_other_value(twilio):
    answer = twilio.post("incoming", SpeechResult="e" * 1_000_000)

    assert answer.verbs == ["Gather", "Redirect"]
    assert len(WebhookEvent.objects.get().params["SpeechResult"]) == 1_000_000


def test_invalid_utf8_is_not_what_was_signed(twilio, caplog):
    response = twilio.client.post(
        "/twilio/incoming/",
        b"AccountSid=" + ACCOUNT_SID.encode() + b"&CallerName=%ff%fe",
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": "x" * 28},
    )

    assert response.status_code == 403
    assert not WebhookEvent.objects.exists()


def test_a_nul_is_kept_escaped(twilio):
    answer = twilio.post("incoming", CallerName="A\x00B", **{"N\x00": "1"})

    assert answer.verbs == ["Gather", "Redirect"]
    params = WebhookEvent.objects.get().params
    assert (params["CallerName"], params["N\\u0000"]) == ("A\\u0000B", "1")


@pytest.mark.parametrize("name", HEARD)
def test_unknown_parameters_and_values_are_kept_and_answered(twilio, name):
    answer = twilio.post(
        name,
        NewThing="1",
        CallStatus="teleported",
        Direction="sideways",
        QueueResult="evaporated",
        DialCallStatus="melted",
        DialBridged="perhaps",
    )

    assert answer.document.tag == "Response"
    event = WebhookEvent.objects.get()
    assert (event.params["NewThing"], event.params["CallStatus"]) == (
        "1",
        "teleported",
    )
    assert event.derivation_error == ""
    assert event.derived_at is not None


@pytest.mark.parametrize(
    ("caller", "kept"),
    [
        ("anonymous", ""),
        ("+266696687", ""),
        ("client:agent_01", "client:agent_01"),
        ("sip:front@demo.sip.example.test", "sip:front@demo.sip.example.test"),
        ("", ""),
        ("+81" + "9" * 60, "+81" + "9" * 60),
        ("9" * 400, "9" * 255),
        ("山田", "山田"),
    ],
)
def test_a_caller_without_a_number_is_a_customer(twilio, caller, kept):
    leg = twilio.leg(caller)
    leg.rings()
    leg.presses("1")
    leg.waits(0)
    leg.leaves_queue("hangup", 40)

    assert leg.ends().status_code == 204
    call = Call.objects.get()
    assert (call.kind, call.caller, call.outcome) == ("customer", kept, "abandoned")


def test_a_call_to_an_unknown_number_gets_the_default_line(twilio):
    answer = twilio.post("incoming", To="+815000000999")

    assert answer.verbs == ["Gather", "Redirect"]


GARBAGE = ["", "x", "-1", "1.5", "1e3", "9" * 30, "NaN", "١٢"]


@pytest.mark.parametrize("name", HEARD)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_where_a_number_or_moment_stands_is_answered(twilio, name, garbage):
    numbers = ("QueueTime", "QueuePosition", "DialCallDuration", "CallDuration")
    answer = twilio.post(name, Timestamp=garbage, **dict.fromkeys(numbers, garbage))

    assert answer.document.tag == "Response"
    event = WebhookEvent.objects.get()
    assert event.params["QueueTime"] == garbage
    assert (event.derivation_error, event.derived_at is None) == ("", False)


@pytest.mark.parametrize("garbage", [*GARBAGE, "Sun, 99 Nov 2026 13:32:00 +0000"])
def test_garbage_in_a_status_ends_the_call_all_the_same(twilio, garbage):
    answer = twilio.post(
        "status", CallStatus="completed", Timestamp=garbage, CallDuration=garbage
    )

    assert answer.status_code == 204
    assert answer.response.content == b""
    assert Call.objects.get().ended_at is not None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "sid", ["x", "CA1", "RE" + "1" * 32, "CA" + "z" * 32, "a" * 99]
)
def test_a_malformed_sid_is_stored_as_empty(twilio, name, sid):
    names = ("QueueSid", "DequeingCallSid", "DialCallSid", "ParentCallSid")
    answer = twilio.post(name, RecordingSid=sid, **dict.fromkeys(names, sid))

    assert answer.status_code in (200, 204)
    event = WebhookEvent.objects.get()
    assert (event.other_sid, event.derivation_error) == ("", "")


ODD = ["nobody-made-this", "日本語", "a b", "a%2Fb", "'--", "..%2f", "x" * 300, "%00"]


@pytest.mark.parametrize("slug", ODD)
@pytest.mark.parametrize("place", ["wait/{}/1", "queue-exit/{}/1", "menu/{}"])
def test_a_queue_or_menu_that_does_not_exist_serves_the_caller(twilio, place, slug):
    path = quote(place.format(slug), safe="/%'")
    answer = twilio.post(f"/twilio/{path}/", QueueTime="3", QueueResult="leave")

    if answer.status_code == 404:  # a slash in a name is another path
        assert "%2" in slug
        return
    assert len(answer.verbs) > 0
    assert WebhookEvent.objects.count() == 1
    assert WebhookEvent.objects.get().derivation_error == ""


@pytest.mark.parametrize("visit", ["0", "99", "32768", "9" * 40, "abc", "-1", "1.5"])
@pytest.mark.parametrize("place", ["wait", "queue-exit"])
def test_a_visit_that_never_was_serves_the_caller(twilio, place, visit):
    answer = twilio.post(
        f"/twilio/{place}/support/{visit}/?step=2", QueueTime="3", QueueResult="error"
    )

    assert len(answer.verbs) > 0
    assert WebhookEvent.objects.get().derivation_error == ""


@pytest.mark.parametrize("name", ["connect", "operator", "operator/done"])
@pytest.mark.parametrize("slug", ODD)
def test_a_queue_in_the_query_that_does_not_exist_is_answered(twilio, name, slug):
    answer = twilio.post(f"/twilio/{name}/?queue={quote(slug)}&step=3&in=1")

    assert len(answer.verbs) > 0
    assert WebhookEvent.objects.get().derivation_error == ""


@pytest.mark.parametrize("name", HEARD)
@pytest.mark.parametrize("garbage", [*GARBAGE, "9999999", "%00", "%ff"])
def test_garbage_in_our_own_query_counts_as_missing(twilio, name, garbage):
    names = ("step", "visits", "again", "lang", "in", "queue")
    query = "&".join(f"{one}={quote(garbage, safe='%')}" for one in names)

    answer = twilio.post(f"/twilio/{name}/?{query}", From=OPERATOR)

    assert len(answer.verbs) > 0 or name == "queue-exit/support/1"
    assert WebhookEvent.objects.get().derivation_error == ""


def test_a_query_with_too_many_fields_is_refused(twilio):
    path = "/twilio/incoming/?" + "&".join(f"f{n}=1" for n in range(1_200))
    form = voice_form()

    response = twilio.client.post(
        path,
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature(BASE_URL + path, form, AUTH_TOKEN)},
    )

    assert response.status_code == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("path", ["/twilio/incoming", "/twilio/", "/twilio/nothing/"])
def test_an_unknown_path_is_not_found_rather_than_redirected(twilio, path):
    assert twilio.post(path).status_code == 404


@pytest.mark.parametrize(
    "token", ["x" * 256, "x" * 5_000, "with blank", "ü", "\x7f", ""]
)
def test_a_malformed_idempotency_token_is_ignored(twilio, token):
    for _ in range(2):
        answer = twilio.post("incoming", idempotency=token)
        assert answer.verbs == ["Gather", "Redirect"]

    # The same form without a token is the same request.
    event = WebhookEvent.objects.get()
    assert event.token == ""


def test_the_token_of_a_forged_request_is_not_stored(twilio):
    twilio.post("incoming", idempotency="one", token="forged")
    twilio.post("incoming", idempotency="one", From=CALLER)

    assert stored() == [("incoming", "/twilio/incoming/", "menu:main")]


def test_repeated_parameters_keep_every_value(twilio):
    answer = twilio.send("menu/main", voice_form() | {"Digits": ["7", "1"]})

    assert answer.has("Enqueue")
    assert WebhookEvent.objects.get().params["Digits"] == ["7", "1"]
    assert QueueEntry.objects.get().queue == "support"


def test_secrets_are_not_stored(twilio):
    twilio.post("incoming", CallToken="secret", StirPassportToken="secret")

    assert {"AccountSid", "CallToken", "StirPassportToken"}.isdisjoint(
        WebhookEvent.objects.get().params
    )


def test_form_that_no_event_file_could_hold_is_refused(twilio, caplog):
    # Seven bytes of a line each.
    nothing = "\0" * (LONGEST_LINE // 7)

    refused(twilio.post("incoming", SpeechResult=nothing), 400, caplog)


def test_longest_form_that_is_kept_can_be_loaded_from_a_file(twilio):
    assert twilio.post("incoming", SpeechResult="\0" * 565_000).status_code == 200

    (event,) = WebhookEvent.objects.all()
    line = line_of_event(event).encode()
    assert 0.98 * LONGEST_LINE < len(line) < LONGEST_LINE
    assert event_of_line(line).params == event.params
