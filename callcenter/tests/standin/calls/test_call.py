"""The simplest calls: what is heard, how they end, what is posted about the end."""

from datetime import timedelta

import pytest

from callcenter.standin.calls.legs import Heard
from callcenter.tests.standin.server import (
    CALLER,
    LINE,
    START,
    Server,
    call,
    only,
    play,
)


def test_call_is_answered_hears_a_sentence_and_is_ended_by_the_system():
    server = Server({"/incoming": '<Say language="ja-JP">こんにちは</Say><Hangup/>'})

    leg = only(call(server))

    assert leg.heard == [Heard(1, START, "Say", "こんにちは", "ja-JP", 0.71)]
    assert (leg.status, leg.hung_up_by, leg.doing) == ("completed", "system", "over")
    assert server.paths() == ["/incoming", "/status"]


def test_first_request_has_the_whole_set_of_parameters():
    server = Server({"/incoming": "<Hangup/>"})

    leg = only(call(server))

    (form,) = server.forms("/incoming")
    assert form.pop("CallToken").startswith("%7B%22parentCallInfoToken%22")
    places = {"City": "", "State": "", "Zip": "", "Country": "JP"}
    assert form == {
        "AccountSid": "AC" + "1" * 32,
        "ApiVersion": "2010-04-01",
        "CallSid": leg.sid,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": CALLER,
        "Caller": CALLER,
        "To": LINE,
        "Called": LINE,
        **{
            end + place: value
            for end in ("From", "Caller", "To", "Called")
            for place, value in places.items()
        },
    }


def test_end_of_the_call_is_told_once_with_its_length():
    server = Server(
        {"/incoming": '<Pause length="1"/><Say>Hi</Say><Pause length="65"/>'}
    )

    call(server)

    (form,) = server.forms("/status")
    posted = ("CallStatus", "CallDuration", "Duration", "Timestamp", "SequenceNumber")
    assert [form[name] for name in posted] == [
        "completed",
        "65",
        "2",
        "Tue, 24 Nov 2026 00:01:06 +0000",
        "0",
    ]
    assert form["CallbackSource"] == "call-progress-events"


@pytest.mark.parametrize(
    ("reason", "status"), [("", "no-answer"), ('reason="busy"', "busy")]
)
def test_reject_as_first_verb_does_not_answer(reason, status):
    server = Server({"/incoming": f"<Reject {reason}/>"})

    leg = only(call(server))

    (form,) = server.forms("/status")
    assert (leg.status, leg.answered_at, leg.duration) == (status, None, 0)
    assert (form["CallStatus"], form["CallDuration"], form["Duration"]) == (
        status,
        "0",
        "0",
    )


def test_reject_after_another_verb_ends_an_answered_call():
    leg = only(call(Server({"/incoming": "<Say>No</Say><Reject/>"})))

    assert leg.status == "completed"


def test_pause_as_first_verb_lets_the_call_ring_on():
    leg = only(call(Server({"/incoming": '<Pause length="4"/><Say>Hello</Say>'})))

    assert leg.answered_at == START + timedelta(seconds=4)


def test_empty_document_answers_and_ends_the_call():
    leg = only(call(Server({"/incoming": ""})))

    assert (leg.status, leg.hung_up_by, leg.duration) == ("completed", "system", 0)


def test_redirect_goes_on_with_another_document_and_the_rest_is_never_reached():
    server = Server(
        {
            "/incoming": "<Redirect>next?a=1&amp;b=2</Redirect><Say>Never</Say>",
            "/next": "<Say>Next</Say>",
        }
    )

    leg = only(call(server))

    assert [heard.text for heard in leg.heard] == ["Next"]
    assert server.received[1].url == "https://cc.example.test/next?a=1&b=2"
    assert server.forms("/next")[0]["CallStatus"] == "in-progress"
    assert "CallToken" not in server.forms("/next")[0]


def test_loop_repeats_a_sentence():
    leg = only(call(Server({"/incoming": '<Say loop="3">Again</Say>'})))

    assert [heard.text for heard in leg.heard] == ["Again"] * 3


@pytest.mark.parametrize(
    ("inside", "seconds"),
    [
        ("<Say>こんにちは</Say>", 0.71),
        ("<Say>Thank you for calling us</Say>", 1.71),
        ("<Play>/music-30s.mp3</Play>", 30),
        ("<Play>/music.mp3?v=42s</Play>", 42),
        ("<Play>/music.mp3</Play>", 10),
        ('<Play digits="12w3"/>', 1.25),
        ('<Pause length="7"/>', 7),
        ("<Pause/>", 1),
    ],
)
def test_everything_heard_takes_a_believable_time(inside, seconds):
    leg = only(call(Server({"/incoming": f"<Gather timeout='0'>{inside}</Gather>"})))

    assert [heard.seconds for heard in leg.heard] == [seconds]
    assert (leg.ended_at - START).total_seconds() == pytest.approx(seconds, abs=0.01)


def test_client_calls_an_application_with_parameters_of_its_own():
    server = Server({"/app": "<Hangup/>"})

    async def story(exchange):
        exchange.ring(
            "client:anna",
            "",
            voice_url="https://cc.example.test/app",
            application_sid="AP" + "2" * 32,
            extras={"queue": "sales"},
        )

    exchange = play(server, story)

    assert server.forms("/app") == [
        {
            "AccountSid": "AC" + "1" * 32,
            "ApiVersion": "2010-04-01",
            "ApplicationSid": "AP" + "2" * 32,
            "CallSid": only(exchange).sid,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "From": "client:anna",
            "Caller": "client:anna",
            "To": "",
            "Called": "",
            "queue": "sales",
        }
    ]


@pytest.mark.parametrize(
    ("number", "country"), [("+266696687", "LS"), ("+14155550100", "US")]
)
def test_country_is_told_of_the_number_and_a_withheld_one_is_lesothos(number, country):
    server = Server({"/incoming": ""})

    async def story(exchange):
        exchange.ring(number, LINE)

    play(server, story)

    assert server.forms("/incoming")[0]["FromCountry"] == country


def test_watcher_is_told_of_every_change():
    server = Server({"/incoming": "<Say>One</Say><Say>Two</Say>"})
    seen = []

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        changes = leg.changes
        while not leg.is_over:
            changes = await leg.wait_for_change(changes)
            seen.append((leg.doing, len(leg.heard)))

    play(server, story)

    assert seen == [("listening", 1), ("listening", 2), ("over", 2)]


def test_three_hundred_calls_pass_in_no_time():
    server = Server({"/incoming": '<Enqueue waitUrl="/wait">x</Enqueue>'})
    server.replies["/wait"] = '<Pause length="10"/>'

    async def story(exchange):
        legs = []
        for index in range(300):
            legs.append(exchange.ring(f"+815000{index:06}", LINE))
            await exchange.clock.sleep(1)
        for leg in legs:
            leg.hang_up()

    exchange = play(server, story)

    assert {leg.visits[0].result for leg in exchange.calls.values()} == {"hangup"}
