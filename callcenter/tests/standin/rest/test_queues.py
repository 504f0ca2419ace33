"""Queues by REST: make, change, delete, and take out who waits."""

import asyncio
from functools import partial

import pytest

from callcenter.tests.standin.rest.client import ask, refusal
from callcenter.tests.standin.server import CALLER, LINE, START, Server


def queueing_server(**replies):
    """A server that puts every caller into one queue."""
    enqueue = '<Enqueue action="/exit" waitUrl="/wait">support</Enqueue>'
    return Server({"/incoming": enqueue, "/wait": '<Pause length="600"/>', **replies})


async def enter(exchange):
    """Somebody new calls, and waits."""
    leg = exchange.ring(CALLER, LINE)
    await asyncio.sleep(0.2)
    assert leg.doing == "queued"
    return leg


def test_queue_is_made_read_renamed_and_deleted():
    async def story(exchange, client):
        made = client.queues.create("support", max_size=5)
        assert (made.friendly_name, made.max_size, made.current_size) == (
            "support",
            5,
            0,
        )
        assert (made.date_created, made.date_updated) == (START, START)
        assert exchange.queues["support"].max_size == 5

        await asyncio.sleep(60)
        changed = client.queues(made.sid).update(friendly_name="sales", max_size=7)
        read = client.queues(made.sid).fetch()
        for queue in (changed, read):
            assert (queue.sid, queue.friendly_name, queue.max_size) == (
                made.sid,
                "sales",
                7,
            )
        assert (read.date_updated - read.date_created).total_seconds() == 60
        assert list(exchange.queues) == ["sales"]

        assert client.queues(made.sid).delete()
        assert client.queues.list() == []

    ask(Server({}), story)


def test_queue_that_is_not_told_a_size_takes_a_thousand():
    async def story(exchange, client):
        assert client.queues.create("support").max_size == 1000

    ask(Server({}), story)


def test_queues_that_calls_made_are_listed_newest_first():
    async def story(exchange, client):
        exchange.queue("support")
        exchange.queue("sales")
        names = [queue.friendly_name for queue in client.queues.list()]
        assert names == ["sales", "support"]

    ask(Server({}), story)


def test_second_queue_of_a_name_is_refused():
    async def story(exchange, client):
        exchange.queue("support")
        sales = client.queues.create("sales")
        expected = (400, 22003)
        for asking in (
            lambda: client.queues.create("support"),
            lambda: client.queues(sales.sid).update(friendly_name="support"),
        ):
            status, code, message = refusal(asking)
            assert (status, code) == expected
            assert message == "A queue with the name support already exists"
        # Its own name is no other's.
        assert client.queues(sales.sid).update(friendly_name="sales").max_size == 1000

    ask(Server({}), story)


@pytest.mark.parametrize("size", [0, 5001, -1])
def test_queue_of_an_impossible_size_is_refused_and_not_made(size):
    async def story(exchange, client):
        status, code, _ = refusal(lambda: client.queues.create("x", max_size=size))
        assert (status, code) == (400, 20001)
        assert exchange.queues == {}

    ask(Server({}), story)


@pytest.mark.parametrize("length", [64, 65])
def test_name_of_a_queue_has_at_most_64_characters(length):
    async def story(exchange, client):
        if length <= 64:
            assert client.queues.create("q" * length).friendly_name == "q" * length
        else:
            status, code, _ = refusal(lambda: client.queues.create("q" * length))
            assert (status, code) == (400, 20002)

    ask(Server({}), story)


def test_queue_in_which_somebody_waits_is_not_deleted():
    async def story(exchange, client):
        leg = await enter(exchange)
        queue = exchange.queues["support"]
        status, _, message = refusal(client.queues(queue.sid).delete)
        assert (status, message) == (400, f"Queue {queue.sid} is not empty")
        assert list(exchange.queues) == ["support"]
        leg.hang_up()
        await leg.over.wait()
        assert client.queues(queue.sid).delete()
        assert exchange.queues == {}

    ask(queueing_server(), story)


def test_who_waits_is_listed_in_order_with_the_wait_so_far():
    async def story(exchange, client):
        first = await enter(exchange)
        await asyncio.sleep(30)
        second = await enter(exchange)
        await asyncio.sleep(12)
        sid = exchange.queues["support"].sid

        members = client.queues(sid).members.list()

        assert [
            (member.call_sid, member.queue_sid, member.position, member.wait_time)
            for member in members
        ] == [(first.sid, sid, 1, 42), (second.sid, sid, 2, 12)]
        assert members[0].date_enqueued == START
        read = client.queues(sid).fetch()
        assert (read.current_size, read.average_wait_time) == (2, 27)
        assert client.queues(sid).members("Front").fetch().wait_time == 42
        assert client.queues(sid).members(second.sid).fetch().position == 2
        first.hang_up()
        second.hang_up()

    ask(queueing_server(), story)


@pytest.mark.parametrize("by", ["Front", "sid"])
def test_member_that_is_taken_out_hears_the_document_and_is_gone(by):
    server = queueing_server(**{"/elsewhere": "<Say>Elsewhere</Say>"})

    async def story(exchange, client):
        first, second = await enter(exchange), await enter(exchange)
        members = client.queues(exchange.queues["support"].sid).members
        url = "https://cc.example.test/elsewhere?a=1&b=2"

        name = "Front" if by == "Front" else first.sid
        taken = members(name).update(url=url, method="GET")

        assert (taken.call_sid, taken.position) == (first.sid, 1)
        again = partial(members(first.sid).update, url=url)
        status, code, message = refusal(again)
        assert (status, code) == (404, 20404)
        assert message.endswith(f"{first.sid}.json was not found")
        front = members("Front").fetch()
        assert (front.call_sid, front.position) == (second.sid, 1)
        await first.over.wait()
        heard = [one.text for one in first.heard if one.verb == "Say"]
        assert heard == ["Elsewhere"]
        assert [visit.result for visit in first.visits] == ["redirected"]
        second.hang_up()

    ask(server, story)

    results = [form["QueueResult"] for form in server.forms("/exit")]
    assert results == ["redirected", "hangup"]
    (request,) = [one for one in server.received if "/elsewhere" in one.url]
    assert (request.method, request.form) == ("GET", {})
    assert request.url.startswith("https://cc.example.test/elsewhere?a=1&b=2&Account")


def test_nobody_is_in_front_of_an_empty_queue_or_in_one_that_is_not():
    async def story(exchange, client):
        queue = exchange.queue("support")
        for sid in (queue.sid, "QU" + "0" * 32):
            front = client.queues(sid).members("Front")
            assert refusal(front.fetch)[:2] == (404, 20404)
            dequeue = partial(front.update, url="https://cc.example.test/x")
            assert refusal(dequeue)[:2] == (404, 20404)
        assert client.queues(queue.sid).members.list() == []

    ask(Server({}), story)
