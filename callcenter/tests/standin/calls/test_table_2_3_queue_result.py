"""docs/twilio.md 2.3: each of the nine values of QueueResult, in the table's order."""

from random import Random

from callcenter.standin.calls.choices import Choices
from callcenter.standin.network.faults import Faults
from callcenter.tests.standin.queue_calls import caller, operator, result, server
from callcenter.tests.standin.server import OPERATOR, START, Server, play


def posted(name: str, time: str | None, status: str) -> dict[str, str]:
    """An action request of a call that was in the queue, or was not (no time)."""
    form = {"QueueResult": name, "CallStatus": status}
    if time is not None:
        form["QueueTime"] = time
    return form | {"has QueueSid": str(time is not None)}


def test_bridged_row():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(20.5)
        agent = operator(exchange)
        await exchange.clock.sleep(60)
        agent.hang_up()
        await leg.over.wait()

    play(served, story)

    assert result(served) == posted("bridged", "20", "in-progress")


def test_bridging_in_process_row():
    served = server(connect='<Say>Please hold the line</Say><Pause length="5"/>')

    async def story(exchange):
        operator(exchange)
        await exchange.clock.sleep(10)
        leg = caller(exchange)
        await exchange.clock.sleep(2)
        leg.hang_up()

    play(served, story)

    assert result(served) == posted("bridging-in-process", "0", "completed")


def test_bridging_in_process_row_told_as_hangup_where_so_chosen():
    served = server(connect='<Pause length="5"/>')

    async def story(exchange):
        operator(exchange)
        leg = caller(exchange)
        await exchange.clock.sleep(2)
        leg.hang_up()

    play(served, story, choices=Choices(hung_up_while_connecting="hangup"))

    assert result(served) == posted("hangup", "0", "completed")


def test_error_row_for_a_wait_document_that_does_not_parse():
    served = server(wait="<Say>1 & 2</Say>", action="<Say>Sorry</Say>")

    async def story(exchange):
        caller(exchange)

    exchange = play(served, story)

    (leg,) = exchange.calls.values()
    assert result(served) == posted("error", "0", "in-progress")
    assert [error.code for error in leg.errors] == [12100]
    assert leg.heard[-1].text == "Sorry"


def test_error_row_for_a_mistake_in_the_element():
    name = "x" * 65
    served = server(incoming=f'<Enqueue action="/action">{name}</Enqueue>')

    async def story(exchange):
        caller(exchange)

    play(served, story)

    assert result(served) == posted("error", None, "in-progress")


def test_hangup_row():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(58.5)
        leg.hang_up()

    play(served, story)

    assert result(served) == posted("hangup", "58", "completed")


def test_leave_row():
    served = server(wait=["<Say>Wait</Say>", "<Leave/>"])

    async def story(exchange):
        caller(exchange)

    play(served, story)

    assert result(served) == posted("leave", "1", "in-progress")


def test_redirected_row():
    served = server(elsewhere="<Say>Voicemail</Say>")

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(12.5)
        leg.move("https://cc.example.test/elsewhere")

    exchange = play(served, story)

    (leg,) = exchange.calls.values()
    assert result(served) == posted("redirected", "12", "in-progress")
    assert leg.heard[-1].text == "Voicemail"


def test_redirected_from_bridged_row():
    served = server(elsewhere="<Say>Voicemail</Say>")

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(7.5)
        operator(exchange)
        await exchange.clock.sleep(30)
        leg.move("https://cc.example.test/elsewhere")

    exchange = play(served, story)

    assert result(served) == posted("redirected-from-bridged", "7", "in-progress")
    assert [leg.heard[-1].text for leg in exchange.calls.values()] == [
        "Voicemail",
        "disconnected",
    ]


def test_queue_full_row():
    served = server(action="<Say>All lines are busy</Say>")

    async def story(exchange):
        exchange.queue("sales").max_size = 1
        first = caller(exchange)
        await exchange.clock.sleep(5)
        caller(exchange, OPERATOR)
        await exchange.clock.sleep(5)
        first.press("#")
        (refused,) = served.forms("/action")
        first.hang_up()
        assert "QueueSid" not in refused
        assert "QueueTime" not in refused
        assert refused["QueueResult"] == "queue-full"

    play(served, story)


def test_system_error_row():
    served = server()

    async def story(exchange):
        caller(exchange)

    play(served, story, faults=Faults(Random(1), system_error=1.0))

    assert result(served) == posted("system-error", None, "in-progress")


def test_system_error_row_for_a_caller_who_hangs_up_before_being_fully_enqueued():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(0.05)
        leg.hang_up()

    exchange = play(served, story)

    assert result(served) == posted("system-error", None, "in-progress")
    assert exchange.calls.popitem()[1].visits == []


def test_visit_agrees_with_what_was_posted():
    served: Server = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(20.5)
        agent = operator(exchange)
        await exchange.clock.sleep(60)
        agent.hang_up()
        await leg.over.wait()

    exchange = play(served, story)

    leg, agent = exchange.calls.values()
    (visit,) = leg.visits
    assert (visit.queue, visit.position, visit.result, visit.wait_seconds) == (
        "sales",
        1,
        "bridged",
        20,
    )
    assert visit.dequeued_by == agent.sid
    assert (visit.entered_at - START).total_seconds() == 0.1
    assert [talk.seconds for talk in leg.talks] == [58]
    assert leg.talks[0].other_sid == agent.sid
    assert agent.talks[0].other_sid == leg.sid
    assert (leg.hung_up_by, agent.hung_up_by) == ("other", "caller")
