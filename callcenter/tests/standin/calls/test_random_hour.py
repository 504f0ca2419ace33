"""An hour of random calls: whatever happens, the stand-in's account is whole."""

from collections import Counter
from random import Random

import pytest
from twilio.request_validator import RequestValidator

from callcenter.standin.network.faults import Faults
from callcenter.tests.standin.queue_calls import caller, operator, server
from callcenter.tests.standin.server import ACCOUNT, play

LOOP = '<Dial action="/done" timeout="20"><Queue url="/connect">sales</Queue></Dial>'
RESULTS = {"hangup", "bridged", "bridging-in-process", "leave", "redirected", "error"}
RESULTS |= {"redirected-from-bridged", "system-error"}


def busy_hour(seed: int, faults: Faults | None = None):
    random = Random(seed)
    served = server(
        incoming='<Say>Welcome</Say><Gather action="/menu" numDigits="1" timeout="8">'
        "<Say>Press 1 for sales</Say></Gather><Redirect/>",
        menu='<Enqueue action="/action" waitUrl="/wait">sales</Enqueue>',
        wait=lambda request: (
            "<Leave/>"
            if int(request.form["QueueTime"]) > 120
            else '<Say>Please wait</Say><Pause length="8"/>'
        ),
        desk=LOOP + "<Redirect/>",
        done='<Pause length="5"/><Redirect>/desk</Redirect>',
        voicemail="<Say>Nobody is there</Say>",
    )

    async def calls(exchange, number):
        leg = caller(exchange, number)
        await exchange.clock.sleep(random.uniform(0, 14))
        leg.press(random.choice("123#"))
        await exchange.clock.sleep(random.expovariate(1 / 90))
        if random.random() < 0.1 and leg.answered_at and not leg.is_over:
            leg.move("https://cc.example.test/voicemail")
            await exchange.clock.sleep(5)
        leg.hang_up()

    async def works(exchange, number):
        await exchange.clock.sleep(random.uniform(0, 60))
        while exchange.clock.seconds() < 3600:
            leg = operator(exchange, number)
            await exchange.clock.sleep(random.expovariate(1 / 200))
            leg.hang_up()
            await exchange.clock.sleep(random.uniform(0, 20))

    async def story(exchange):
        operator(exchange).hang_up()
        for index in range(5):
            exchange.start_task(works(exchange, f"+8150000002{index:02}"))
        for index in range(300):
            exchange.start_task(calls(exchange, f"+81500001{index:04}"))
            await exchange.clock.sleep(random.expovariate(1 / 12))

    return served, play(served, story, faults=faults)


@pytest.mark.parametrize("seed", range(3))
def test_account_of_a_peaceful_hour_is_whole(seed):
    served, exchange = busy_hour(seed)

    legs = exchange.calls
    posted = Counter(form["QueueResult"] for form in served.forms("/action"))
    visits = [visit for leg in legs.values() for visit in leg.visits]
    early = posted["system-error"]
    assert posted.total() == len(visits) + early
    assert posted == Counter(visit.result for visit in visits) + Counter(
        {"system-error": early}
    )
    assert set(posted) <= RESULTS
    assert posted["bridged"] > 50
    assert posted["hangup"] > 10
    for leg in legs.values():
        assert leg.is_over
        assert [code for code in leg.errors if not code.is_warning] == []
        for talk in leg.talks:
            (back,) = [
                other
                for other in legs[talk.other_sid].talks
                if (other.other_sid, other.began_at) == (leg.sid, talk.began_at)
            ]
            assert (talk.ended_at, talk.seconds) == (back.ended_at, back.seconds)
    assert len(served.forms("/status")) == len(legs)
    assert {sent.outcome for sent in exchange.sent} == {"answered"}
    assert exchange.queues["sales"].members == []
    assert exchange.queues["sales"].diallers == []


def test_account_of_an_hour_of_trouble_says_what_was_lost():
    random = Random(5)
    faults = Faults(
        random, drop=0.05, drop_answer=0.02, duplicate=0.1, delay=0.1, reorder=0.2
    )

    served, exchange = busy_hour(5, faults)

    validator = RequestValidator(ACCOUNT.auth_token)
    came = Counter(
        request.headers["I-Twilio-Idempotency-Token"] for request in served.received
    )
    assert came == Counter(
        {sent.token: sent.arrived for sent in exchange.sent if sent.arrived}
    )
    outcomes = Counter(sent.outcome for sent in exchange.sent)
    assert outcomes["dropped"] > 10
    assert outcomes["answered"] > 1000
    assert outcomes["pending"] == 0
    assert all(leg.is_over for leg in exchange.calls.values())
    assert all(
        validator.validate(
            request.url, request.form, request.headers["X-Twilio-Signature"]
        )
        for request in served.received
    )
