"""What Twilio would do with answers it cannot use; the other calls go on."""

import pytest

from callcenter.standin.calls.script import APOLOGY
from callcenter.standin.network.transport import Answer, TimedOut, Unreachable
from callcenter.tests.standin.server import (
    CALLER,
    LINE,
    START,
    Server,
    call,
    only,
    play,
)

OK = "<Say>Hello</Say>"
OTHER = "+815000000302"


def xml(body: str, kind: str = "text/xml") -> Answer:
    return Answer(200, kind, body.encode())


FAILURES = [
    pytest.param(xml("<Response><Say>"), 12100, id="unclosed"),
    pytest.param(xml("<Response><Say>1 & 2</Say></Response>"), 12100, id="ampersand"),
    pytest.param(xml('\n<?xml version="1.0"?><Response/>'), 12100, id="blank line"),
    pytest.param(xml('oops<?xml version="1.0"?><Response/>'), 12100, id="echo before"),
    pytest.param(xml(""), 12100, id="empty body"),
    pytest.param(
        xml('<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>'),
        12100,
        id="entity",
    ),
    pytest.param(
        Answer(200, "text/xml", b"<Response><Say>\xff</Say></Response>"),
        12100,
        id="not UTF-8",
    ),
    pytest.param(xml("<Reply/>"), 12102, id="other root"),
    pytest.param(xml("<Response/>", "text/html; charset=utf-8"), 12300, id="html"),
    pytest.param(xml("{}", "application/json"), 12300, id="json"),
    pytest.param(Answer(204, "", b""), 12300, id="no content"),
    pytest.param(
        xml(f"<Response><!--{'x' * 65536}--></Response>"), 11750, id="too large"
    ),
    pytest.param(Answer(500, "text/xml", b"<Response/>"), 11200, id="500"),
    pytest.param(Answer(404, "text/xml", b"<Response/>"), 11200, id="404"),
    pytest.param(TimedOut(), 11200, id="slow"),
    pytest.param(Unreachable(), 11205, id="unreachable"),
    pytest.param(Unreachable(code=11210), 11210, id="bad host"),
]


@pytest.mark.parametrize(("answer", "code"), FAILURES)
def test_unusable_answer_is_reported_and_apologised_for(answer, code):
    served = Server({"/incoming": answer})

    leg = only(call(served))

    assert [error.code for error in leg.errors] == [code]
    heard = [(heard.verb, heard.text) for heard in leg.heard if heard.verb != "note"]
    assert heard == [("Apology", APOLOGY)]
    assert (leg.status, leg.hung_up_by) == ("completed", "system")


@pytest.mark.parametrize(("answer", "code"), FAILURES)
def test_unusable_answer_leads_to_the_fallback_with_code_and_url(answer, code):
    served = Server({"/incoming": answer, "/fallback": OK})

    leg = only(call(served, fallback_url="https://cc.example.test/fallback"))

    (form,) = served.forms("/fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == (
        str(code),
        "https://cc.example.test/incoming",
    )
    assert leg.heard[-1].text == "Hello"


def test_fallback_that_fails_too_ends_in_the_apology():
    served = Server({"/incoming": "<Say>", "/fallback": Answer(500, "", b"")})
    served.replies["/incoming"] = xml("<Response>")

    leg = only(call(served, fallback_url="https://cc.example.test/fallback"))

    assert [error.code for error in leg.errors] == [12100, 11200]
    assert leg.heard[-1].verb == "Apology"


def test_other_calls_go_on_beside_one_that_fails():
    def answer(request):
        return xml("<Response>") if request.form["From"] == CALLER else OK

    served = Server({"/incoming": answer})

    async def story(exchange):
        exchange.ring(CALLER, LINE)
        exchange.ring(OTHER, LINE)

    exchange = play(served, story)

    heard = {leg.from_: leg.heard[-1].text for leg in exchange.calls.values()}
    assert heard == {CALLER: APOLOGY, OTHER: "Hello"}


def test_redirect_loop_is_broken_off_and_the_other_calls_go_on():
    def answer(request):
        return "<Redirect/>" if request.form["From"] == CALLER else OK

    served = Server({"/incoming": answer})

    async def story(exchange):
        exchange.ring(CALLER, LINE)
        exchange.ring(OTHER, LINE)

    exchange = play(served, story)

    looped, other = exchange.calls.values()
    assert [error.code for error in looped.errors] == [11215]
    assert looped.heard[-1].verb == "Apology"
    assert other.heard[-1].text == "Hello"


def test_loop_that_takes_time_is_none():
    served = Server({"/incoming": "<Pause/><Redirect/>"})

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(600)
        leg.hang_up()

    leg = only(play(served, story))

    assert leg.errors == []


def test_wait_document_without_any_length_is_not_asked_for_without_pause():
    served = Server(
        {"/incoming": '<Enqueue waitUrl="/wait">sales</Enqueue>', "/wait": ""}
    )

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(10.5)
        leg.hang_up()

    play(served, story)

    assert len(served.forms("/wait")) == 11


def test_slow_server_lets_the_caller_wait_and_not_the_others():
    served = Server({"/incoming": OK, "/slow": OK}, slow={"/slow": 12})

    async def story(exchange):
        exchange.ring(CALLER, LINE, voice_url="https://cc.example.test/slow")
        exchange.ring(OTHER, LINE)

    exchange = play(served, story)

    slow, other = exchange.calls.values()
    assert (slow.heard[0].at - START).total_seconds() == 12
    assert other.heard[0].at == START


def test_caller_who_hangs_up_during_a_slow_request_is_over_at_once():
    served = Server({"/incoming": OK}, slow={"/incoming": 12})

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(3)
        leg.hang_up()

    leg = only(play(served, story))

    assert (leg.ended_at - leg.started_at).total_seconds() == 3
    assert (leg.status, leg.heard) == ("no-answer", [])


@pytest.mark.parametrize(
    ("document", "code", "heard"),
    [
        ("<Sya>Hello</Sya><Say>Bye</Say>", 12200, ["Bye"]),
        ('<Say voise="alice">Hello</Say>', 12200, ["Hello"]),
        ("<Gather><Hangup/></Gather><Say>Bye</Say>", 12200, ["Bye"]),
        ("<Queue>sales</Queue><Say>Bye</Say>", 12200, ["Bye"]),
        ("<Pause>3</Pause><Say>Bye</Say>", 12200, ["", "Bye"]),
        ('<Pause length="long"/><Say>Bye</Say>', 13910, ["", "Bye"]),
        ('<Say loop="x">Bye</Say>', 13510, ["Bye"]),
        ("<Say></Say><Say>Bye</Say>", 13520, ["Bye"]),
        (f"<Say>{'長' * 501}</Say><Say>Bye</Say>", 13521, ["Bye"]),
        (f"<Say>{'x' * 4097}</Say><Say>Bye</Say>", 13521, ["Bye"]),
        ('<Gather numDigits="none"/><Say>Bye</Say>', 13314, ["Bye"]),
        ('<Gather timeout="-1"/><Say>Bye</Say>', 13313, ["Bye"]),
        ('<Gather finishOnKey="##"/><Say>Bye</Say>', 13310, ["Bye"]),
        ('<Dial callerId="rutoru"/><Say>Bye</Say>', 13214, ["Bye"]),
        ('<Redirect method="PUT">/next</Redirect>', 13710, ["Next"]),
    ],
)
def test_mistake_in_a_document_is_warned_of_and_passed_over(document, code, heard):
    served = Server({"/incoming": document, "/next": "<Say>Next</Say>"})

    leg = only(call(served))

    assert [error.code for error in leg.errors] == [code]
    assert all(error.is_warning for error in leg.errors)
    assert [one.text for one in leg.heard if one.verb != "note"] == heard


@pytest.mark.parametrize("text", ["長" * 500, "x" * 4096])
def test_longest_sentence_is_spoken(text):
    served = Server({"/incoming": f"<Say>{text}</Say>"})

    leg = only(call(served))

    assert [heard.text for heard in leg.heard] == [text]


@pytest.mark.parametrize(
    "verb", ["<Dial/>", "<Record/>", "<Enqueue>x</Enqueue>", "<Reject/>"]
)
def test_verb_that_a_wait_document_may_not_hold_is_passed_over(verb):
    served = Server(
        {
            "/incoming": '<Enqueue waitUrl="/wait" action="/action">sales</Enqueue>',
            "/wait": f"{verb}<Say>Please wait</Say><Leave/>",
            "/action": "",
        }
    )

    leg = only(call(served))

    assert [error.code for error in leg.errors] == [12200]
    assert [form["QueueResult"] for form in served.forms("/action")] == ["leave"]


@pytest.mark.parametrize(
    "url", ["ftp://example.test/", "https://my_host/x", "nonsense"]
)
def test_address_that_is_none_is_refused(url):
    leg = only(call(Server({}), voice_url=url))

    assert [error.code for error in leg.errors] == [11100]


def test_announcement_that_cannot_be_had_does_not_keep_them_apart():
    served = Server(
        {
            "/incoming": "<Enqueue>sales</Enqueue>",
            "/desk": '<Dial timeLimit="30"><Queue url="/connect">sales</Queue></Dial>',
            "/connect": Answer(500, "", b""),
        }
    )

    async def story(exchange):
        exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(5)
        exchange.ring(OTHER, LINE, voice_url="https://cc.example.test/desk")

    exchange = play(served, story)

    leg, agent = exchange.calls.values()
    assert [error.code for error in leg.errors] == [11200]
    assert [talk.seconds for talk in agent.talks] == [30]
