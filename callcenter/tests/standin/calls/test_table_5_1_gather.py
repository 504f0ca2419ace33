"""Reference 5.1: Gather's attributes and what it sends, row by row."""

import pytest

from callcenter.standin.calls.choices import Choices
from callcenter.tests.standin.office import CALLER, LINE, Office, play

NEXT = "<Say>Nothing was pressed</Say><Hangup/>"


def gather(attributes: str, prompt: str = "", after: str = NEXT) -> Office:
    return Office(
        {
            "/incoming": f"<Gather {attributes}>{prompt}</Gather>{after}",
            "/menu": "<Hangup/>",
            "/partial": "",
        }
    )


def press(office: Office, *keys: tuple[float, str], choices=None):
    """Call and press keys, each at a second from the start."""

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        for at, pressed in keys:
            await exchange.clock.sleep(at - exchange.clock.seconds())
            leg.press(pressed)

    exchange = play(office, story, choices=choices)
    (leg,) = exchange.calls.values()
    return leg


def speak(office: Office, at: float, words: str, seconds: float):
    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(at)
        leg.speak(words, seconds)

    exchange = play(office, story)
    (leg,) = exchange.calls.values()
    return leg


def told(office: Office, path: str = "/menu") -> dict[str, str]:
    (form,) = office.forms(path)
    names = ("Digits", "FinishedOnKey", "SpeechResult", "Confidence", "msg")
    return {name: form[name] for name in names if name in form}


KEYS = {"msg": "Gather End"}


def test_action_row_default_is_the_current_document():
    office = Office({"/incoming": ['<Gather numDigits="1"/>', "<Hangup/>"]})

    press(office, (1, "4"))

    assert office.paths() == ["/incoming", "/incoming", "/status"]
    assert office.forms("/incoming")[1]["Digits"] == "4"


def test_method_row_default_is_post_and_get_puts_the_keys_into_the_url():
    office = gather('action="/menu?a=b" method="GET" numDigits="1"')

    press(office, (1, "4"))

    request = office.received[1]
    assert (request.method, request.form) == ("GET", {})
    assert "?a=b&" in request.url
    assert "Digits=4" in request.url
    assert [request.method for request in office.received] == ["POST", "GET", "POST"]


def test_input_row_default_is_dtmf_so_that_words_count_for_nothing():
    office = gather('action="/menu"')

    leg = speak(office, 1, "support please", 2)

    assert office.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


def test_input_row_speech_alone_takes_no_keys():
    office = gather('action="/menu" input="speech"')

    leg = press(office, (1, "4"))

    assert office.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


@pytest.mark.parametrize(("attributes", "seconds"), [("", 5), ('timeout="12"', 12)])
def test_timeout_row_seconds_without_input(attributes, seconds):
    office = gather(f'action="/menu" {attributes}')

    leg = press(office)

    spoken = next(heard for heard in leg.heard if heard.verb == "Say")
    assert (spoken.at - leg.started_at).total_seconds() == seconds


def test_timeout_row_begins_anew_with_every_key():
    office = gather('action="/menu"')

    press(office, (4, "1"), (8, "2"), (12, "3"))

    assert office.times("/menu") == [17.0]
    assert told(office) == KEYS | {"Digits": "123", "FinishedOnKey": ""}


def test_timeout_row_begins_after_the_prompt():
    office = gather('action="/menu"', '<Say>Press 1</Say><Pause length="10"/>')

    leg = press(office)

    spoken = leg.heard[-1]
    assert (spoken.at - leg.started_at).total_seconds() == 15.5


def test_finish_on_key_row_default_is_the_hash_and_is_not_among_the_digits():
    office = gather('action="/menu"')

    press(office, (2, "12#3"))

    assert office.times("/menu") == [2.0]
    assert told(office) == KEYS | {"Digits": "12", "FinishedOnKey": "#"}


def test_finish_on_key_row_any_other_key():
    office = gather('action="/menu" finishOnKey="*"')

    press(office, (2, "1#2*"))

    assert told(office) == KEYS | {"Digits": "1#2", "FinishedOnKey": "*"}


def test_finish_on_key_row_empty_means_never():
    office = gather('action="/menu" finishOnKey=""')

    press(office, (2, "1#"))

    assert office.times("/menu") == [7.0]
    assert told(office) == KEYS | {"Digits": "1#", "FinishedOnKey": ""}


def test_finish_on_key_row_alone_is_an_empty_result():
    office = gather('action="/menu"')

    leg = press(office, (2, "#"))

    assert office.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


def test_finish_on_key_row_alone_is_told_where_so_chosen():
    office = gather('action="/menu"')

    press(office, (2, "#"), choices=Choices(finish_key_alone_is_empty=False))

    assert told(office) == KEYS | {"Digits": "", "FinishedOnKey": "#"}


def test_num_digits_row_ends_at_once_when_reached():
    office = gather('action="/menu" numDigits="4"')

    press(office, (1, "12"), (3, "345"))

    assert office.times("/menu") == [3.0]
    assert told(office) == KEYS | {"Digits": "1234", "FinishedOnKey": ""}


def test_num_digits_row_default_is_unlimited():
    office = gather('action="/menu"')

    press(office, (1, "0123456789" * 3))

    assert told(office)["Digits"] == "0123456789" * 3


def test_action_on_empty_result_row_default_goes_on_with_the_next_verb():
    office = gather('action="/menu"')

    leg = press(office)

    assert office.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


def test_action_on_empty_result_row_true_asks_the_action_all_the_same():
    office = gather('action="/menu" actionOnEmptyResult="true"')

    press(office)

    assert office.times("/menu") == [5.0]
    assert told(office) == KEYS | {"Digits": "", "FinishedOnKey": ""}


@pytest.mark.parametrize("language", ["en-US", "ja-JP"])
def test_language_row_is_taken(language):
    office = gather(f'action="/menu" input="speech" language="{language}"')

    leg = speak(office, 1, "サポート", 1)

    assert told(office)["SpeechResult"] == "サポート"
    assert leg.errors == []


@pytest.mark.parametrize(
    ("attributes", "at"),
    [("", 8.0), ('timeout="3"', 6.0), ('speechTimeout="1"', 4.0)],
)
def test_speech_timeout_row_default_is_that_of_timeout(attributes, at):
    office = gather(f'action="/menu" input="speech" {attributes}')

    speak(office, 1, "support", 2)

    assert office.times("/menu") == [at]


@pytest.mark.parametrize(
    ("hints", "codes"),
    [
        (",".join(["word"] * 500), []),
        (",".join(["word"] * 501), [13330]),
        ("x" * 100, []),
        ("x" * 101, [13330]),
    ],
)
def test_hints_row_up_to_500_phrases_of_100_letters(hints, codes):
    office = gather(f'action="/menu" hints="{hints}"')

    leg = press(office, (1, "1#"))

    assert [error.code for error in leg.errors] == codes
    assert told(office)["Digits"] == "1"


@pytest.mark.parametrize(
    "attribute",
    ['speechModel="phone_call"', 'enhanced="true"', 'profanityFilter="false"'],
)
def test_speech_model_row_is_taken(attribute):
    office = gather(f'action="/menu" {attribute}')

    leg = press(office, (1, "1#"))

    assert leg.errors == []


@pytest.mark.parametrize(("barges", "at"), [("true", 3.5), ("false", 10.43)])
def test_barge_in_row_default_lets_words_stop_the_prompt(barges, at):
    office = gather(
        f'action="/menu" input="speech" speechTimeout="1" bargeIn="{barges}"',
        '<Say>Say something</Say><Pause length="9"/><Say>!</Say>',
    )

    speak(office, 1.5, "support", 1)

    assert office.times("/menu") == [at]


def test_partial_result_callback_row_tells_what_is_not_sure_yet():
    office = gather('action="/menu" input="speech" partialResultCallback="/partial"')

    speak(office, 1, "support", 1)

    (form,) = office.forms("/partial")
    assert (form["UnstableSpeechResult"], form["SequenceNumber"]) == ("support", "0")


def test_digits_parameter_row_has_the_keys_without_the_one_that_finished():
    office = gather('action="/menu"')

    press(office, (2, "9*#"))

    assert told(office)["Digits"] == "9*"


@pytest.mark.parametrize(
    ("attributes", "keys", "finished"),
    [('numDigits="1"', "1", ""), ("", "1", ""), ("", "1#", "#")],
)
def test_finished_on_key_parameter_row(attributes, keys, finished):
    office = gather(f'action="/menu" {attributes}')

    press(office, (2, keys))

    assert told(office)["FinishedOnKey"] == finished


def test_speech_result_and_confidence_parameter_row():
    office = gather('action="/menu" input="dtmf speech"')

    speak(office, 1, "support", 1)

    assert told(office) == KEYS | {"SpeechResult": "support", "Confidence": "0.9"}


def test_msg_parameter_row():
    office = gather('action="/menu" numDigits="1"')

    press(office, (1, "1"))

    assert told(office)["msg"] == "Gather End"


def test_key_during_the_nested_prompt_stops_it():
    office = gather(
        'action="/menu" numDigits="1"',
        "<Say>Press 1 for support</Say><Play>/music-60s.mp3</Play>",
    )

    leg = press(office, (3, "1"))

    assert office.times("/menu") == [3.0]
    assert [(heard.verb, heard.text) for heard in leg.heard] == [
        ("Say", "Press 1 for support"),
        ("Play", "https://cc.example.test/music-60s.mp3"),
    ]


def test_key_pressed_before_the_gather_reaches_nobody():
    office = Office(
        {
            "/incoming": '<Say>Welcome to the office</Say><Gather action="/menu"/>'
            + NEXT,
            "/menu": "<Hangup/>",
        }
    )

    leg = press(office, (0.5, "1"))

    assert office.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"
