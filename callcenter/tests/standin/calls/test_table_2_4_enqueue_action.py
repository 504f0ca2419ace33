"""docs/twilio.md 2.4: when the action request of an Enqueue is sent, row by row."""

import pytest

from callcenter.standin.calls.choices import Choices
from callcenter.tests.standin.queue_calls import caller, operator, server
from callcenter.tests.standin.server import OPERATOR, play


def test_leave_row_at_once():
    served = server(wait='<Pause length="12"/><Leave/>', action='<Pause length="9"/>')

    async def story(exchange):
        caller(exchange)

    play(served, story)

    assert served.times("/action") == [12.1]


def test_rest_dequeue_row_at_once():
    served = server(elsewhere="")

    async def story(exchange):
        caller(exchange)
        await exchange.clock.sleep(33)
        queue = exchange.queues["sales"]
        exchange.dequeue(
            queue.sid, "Front", "https://cc.example.test/elsewhere", "POST"
        )

    play(served, story)

    assert served.times("/action") == [33.0]
    assert [form["QueueResult"] for form in served.forms("/action")] == ["redirected"]


def test_rest_call_update_row_at_once():
    served = server(elsewhere="")

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(21)
        exchange.update_call(leg.sid, url="https://cc.example.test/elsewhere")

    play(served, story)

    assert served.times("/action") == [21.0]
    assert [form["QueueResult"] for form in served.forms("/action")] == ["redirected"]


@pytest.mark.parametrize("who", ["caller", "operator"])
def test_dequeued_by_dial_row_once_when_the_bridged_parties_disconnect(who):
    served = server(connect='<Pause length="4"/>')

    async def story(exchange):
        legs = {"caller": caller(exchange)}
        await exchange.clock.sleep(10)
        legs["operator"] = operator(exchange)
        await exchange.clock.sleep(90)
        legs[who].hang_up()
        await exchange.clock.sleep(1)
        for leg in legs.values():
            leg.hang_up()

    play(served, story)

    assert served.times("/connect") == [10.0]
    assert served.times("/action") == [100.0]
    assert served.times("/done") == [100.0]


def test_caller_hangs_up_while_waiting_row_right_then():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(47)
        leg.hang_up()

    play(served, story)

    assert served.times("/action") == [47.0]
    assert served.times("/status") == [47.0]


def test_caller_hangs_up_while_waiting_row_in_progress_where_so_chosen():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(47)
        leg.hang_up()

    play(served, story, choices=Choices(status_of_hung_up="in-progress"))

    assert [form["CallStatus"] for form in served.forms("/action")] == ["in-progress"]


def test_queue_full_and_error_row_the_attempt_ends_at_once():
    served = server(action="<Hangup/>", wait=["not xml at all", "no"])
    served.replies["/wait"] = "<Say>"

    async def story(exchange):
        exchange.queue("sales").max_size = 0
        caller(exchange)
        await exchange.clock.sleep(5)
        exchange.queue("sales").max_size = 1
        caller(exchange, OPERATOR)

    play(served, story)

    assert served.times("/action") == [0.1, 5.1]
    posted = [form["QueueResult"] for form in served.forms("/action")]
    assert posted == ["queue-full", "error"]


def test_no_action_url_row_the_next_verb_runs():
    served = server(
        incoming='<Enqueue waitUrl="/wait">sales</Enqueue><Say>After the queue</Say>',
        wait="<Leave/>",
    )

    async def story(exchange):
        caller(exchange)

    exchange = play(served, story)

    (leg,) = exchange.calls.values()
    assert leg.heard[-1].text == "After the queue"
    assert served.paths() == ["/incoming", "/wait", "/status"]


def test_no_action_url_row_a_caller_who_hangs_up_is_told_by_the_status_alone():
    served = server(incoming='<Enqueue waitUrl="/wait">sales</Enqueue>')

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(5)
        leg.hang_up()

    play(served, story)

    assert served.paths() == ["/incoming", "/wait", "/status"]
