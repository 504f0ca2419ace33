"""docs/twilio.md 5.1: Gather's attributes and what it sends, row by row."""

import pytest

from callcenter.standin.calls.choices import Choices
from callcenter.tests.standin.server import CALLER, LINE, Server, play

NEXT = "<Say>Nothing was pressed</Say><Hangup/>"


def gather(attributes: str, prompt: str = "", after: str = NEXT) -> Server:
    return Server(
        {
            "/incoming": f"<Gather {attributes}>{prompt}</Gather>{after}",
            "/menu": "<Hangup/>",
            "/partial": "",
        }
    )


def press(server: Server, *keys: tuple[float, str], choices=None):
    """Call and press keys, each at a second from the start."""

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        for at, pressed in keys:
            await exchange.clock.sleep(at - exchange.clock.seconds())
            leg.press(pressed)

    exchange = play(server, story, choices=choices)
    (leg,) = exchange.calls.values()
    return leg


def speak(server: Server, at: float, words: str, seconds: float):
    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(at)
        leg.speak(words, seconds)

    exchange = play(server, story)
    (leg,) = exchange.calls.values()
    return leg


def posted(server: Server, path: str = "/menu") -> dict[str, str]:
    (form,) = server.forms(path)
    names = ("Digits", "FinishedOnKey", "SpeechResult", "Confidence", "msg")
    return {name: form[name] for name in names if name in form}


KEYS = {"msg": "Gather End"}


def test_action_row_default_is_the_current_document():
    server = Server({"/incoming": ['<Gather numDigits="1"/>', "<Hangup/>"]})

    press(server, (1, "4"))

    assert server.paths() == ["/incoming", "/incoming", "/status"]
    assert server.forms("/incoming")[1]["Digits"] == "4"


def test_method_row_default_is_post_and_get_puts_the_keys_into_the_url():
    server = gather('action="/menu?a=b" method="GET" numDigits="1"')

    press(server, (1, "4"))

    request = server.received[1]
    assert (request.method, request.form) == ("GET", {})
    assert "?a=b&" in request.url
    assert "Digits=4" in request.url
    assert [request.method for request in server.received] == ["POST", "GET", "POST"]


def test_input_row_default_is_dtmf_so_that_words_count_for_nothing():
    server = gather('action="/menu"')

    leg = speak(server, 1, "support please", 2)

    assert server.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


def test_input_row_speech_alone_takes_no_keys():
    server = gather('action="/menu" input="speech"')

    leg = press(server, (1, "4"))

    assert server.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


@pytest.mark.parametrize(("attributes", "seconds"), [("", 5), ('timeout="12"', 12)])
def test_timeout_row_seconds_without_input(attributes, seconds):
    server = gather(f'action="/menu" {attributes}')

    leg = press(server)

    spoken = next(heard for heard in leg.heard if heard.verb == "Say")
    assert (spoken.at - leg.started_at).total_seconds() == seconds


def test_timeout_row_begins_anew_with_every_key():
    server = gather('action="/menu"')

    press(server, (4, "1"), (8, "2"), (12, "3"))

    assert server.times("/menu") == [17.0]
    assert posted(server) == KEYS | {"Digits": "123", "FinishedOnKey": ""}


def test_timeout_row_begins_after_the_prompt():
    server = gather('action="/menu"', '<Say>Press 1</Say><Pause length="10"/>')

    leg = press(server)

    spoken = leg.heard[-1]
    assert (spoken.at - leg.started_at).total_seconds() == 15.5


def test_finish_on_key_row_default_is_the_hash_and_is_not_among_the_digits():
    server = gather('action="/menu"')

    press(server, (2, "12#3"))

    assert server.times("/menu") == [2.0]
    assert posted(server) == KEYS | {"Digits": "12", "FinishedOnKey": "#"}


def test_finish_on_key_row_any_other_key():
    server = gather('action="/menu" finishOnKey="*"')

    press(server, (2, "1#2*"))

    assert posted(server) == KEYS | {"Digits": "1#2", "FinishedOnKey": "*"}


def test_finish_on_key_row_empty_means_never():
    server = gather('action="/menu" finishOnKey=""')

    press(server, (2, "1#"))

    assert server.times("/menu") == [7.0]
    assert posted(server) == KEYS | {"Digits": "1#", "FinishedOnKey": ""}


def test_finish_on_key_row_alone_is_an_empty_result():
    server = gather('action="/menu"')

    leg = press(server, (2, "#"))

    assert server.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


def test_finish_on_key_row_alone_is_told_where_so_chosen():
    server = gather('action="/menu"')

    press(server, (2, "#"), choices=Choices(finish_key_alone_is_empty=False))

    assert posted(server) == KEYS | {"Digits": "", "FinishedOnKey": "#"}


def test_num_digits_row_ends_at_once_when_reached():
    server = gather('action="/menu" numDigits="4"')

    press(server, (1, "12"), (3, "345"))

    assert server.times("/menu") == [3.0]
    assert posted(server) == KEYS | {"Digits": "1234", "FinishedOnKey": ""}


def test_num_digits_row_default_is_unlimited():
    server = gather('action="/menu"')

    press(server, (1, "0123456789" * 3))

    assert posted(server)["Digits"] == "0123456789" * 3


def test_action_on_empty_result_row_default_goes_on_with_the_next_verb():
    server = gather('action="/menu"')

    leg = press(server)

    assert server.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"


def test_action_on_empty_result_row_true_asks_the_action_all_the_same():
    server = gather('action="/menu" actionOnEmptyResult="true"')

    press(server)

    assert server.times("/menu") == [5.0]
    assert posted(server) == KEYS | {"Digits": "", "FinishedOnKey": ""}


@pytest.mark.parametrize("language", ["en-US", "ja-JP"])
def test_language_row_is_taken(language):
    server = gather(f'action="/menu" input="speech" language="{language}"')

    leg = speak(server, 1, "サポート", 1)

    assert posted(server)["SpeechResult"] == "サポート"
    assert leg.errors == []


@pytest.mark.parametrize(
    ("attributes", "at"),
    [("", 8.0), ('timeout="3"', 6.0), ('speechTimeout="1"', 4.0)],
)
def test_speech_timeout_row_default_is_that_of_timeout(attributes, at):
    server = gather(f'action="/menu" input="speech" {attributes}')

    speak(server, 1, "support", 2)

    assert server.times("/menu") == [at]


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
    server = gather(f'action="/menu" hints="{hints}"')

    leg = press(server, (1, "1#"))

    assert [error.code for error in leg.errors] == codes
    assert posted(server)["Digits"] == "1"


@pytest.mark.parametrize(
    "attribute",
    ['speechModel="phone_call"', 'enhanced="true"', 'profanityFilter="false"'],
)
def test_speech_model_row_is_taken(attribute):
    server = gather(f'action="/menu" {attribute}')

    leg = press(server, (1, "1#"))

    assert leg.errors == []


@pytest.mark.parametrize(("barges", "at"), [("true", 3.5), ("false", 10.43)])
def test_barge_in_row_default_lets_words_stop_the_prompt(barges, at):
    server = gather(
        f'action="/menu" input="speech" speechTimeout="1" bargeIn="{barges}"',
        '<Say>Say something</Say><Pause length="9"/><Say>!</Say>',
    )

    speak(server, 1.5, "support", 1)

    assert server.times("/menu") == [at]


def test_partial_result_callback_row_tells_what_is_not_sure_yet():
    server = gather('action="/menu" input="speech" partialResultCallback="/partial"')

    speak(server, 1, "support", 1)

    (form,) = server.forms("/partial")
    assert (form["UnstableSpeechResult"], form["SequenceNumber"]) == ("support", "0")


def test_digits_parameter_row_has_the_keys_without_the_one_that_finished():
    server = gather('action="/menu"')

    press(server, (2, "9*#"))

    assert posted(server)["Digits"] == "9*"


@pytest.mark.parametrize(
    ("attributes", "keys", "finished"),
    [('numDigits="1"', "1", ""), ("", "1", ""), ("", "1#", "#")],
)
def test_finished_on_key_parameter_row(attributes, keys, finished):
    server = gather(f'action="/menu" {attributes}')

    press(server, (2, keys))

    assert posted(server)["FinishedOnKey"] == finished


def test_speech_result_and_confidence_parameter_row():
    server = gather('action="/menu" input="dtmf speech"')

    speak(server, 1, "support", 1)

    assert posted(server) == KEYS | {"SpeechResult": "support", "Confidence": "0.9"}


def test_msg_parameter_row():
    server = gather('action="/menu" numDigits="1"')

    press(server, (1, "1"))

    assert posted(server)["msg"] == "Gather End"


def test_key_during_the_nested_prompt_stops_it():
    server = gather(
        'action="/menu" numDigits="1"',
        "<Say>Press 1 for support</Say><Play>/music-60s.mp3</Play>",
    )

    leg = press(server, (3, "1"))

    assert server.times("/menu") == [3.0]
    assert [(heard.verb, heard.text) for heard in leg.heard] == [
        ("Say", "Press 1 for support"),
        ("Play", "https://cc.example.test/music-60s.mp3"),
    ]


def test_key_pressed_before_the_gather_reaches_nobody():
    server = Server(
        {
            "/incoming": '<Say>Welcome to the server</Say><Gather action="/menu"/>'
            + NEXT,
            "/menu": "<Hangup/>",
        }
    )

    leg = press(server, (0.5, "1"))

    assert server.paths() == ["/incoming", "/status"]
    assert leg.heard[-1].text == "Nothing was pressed"
