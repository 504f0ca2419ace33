"""Calls by REST: read, list, redirect, end."""

import asyncio
from datetime import date, timedelta
from functools import partial

import pytest

from callcenter.standin.calls.exchange import Number
from callcenter.tests.standin.rest.client import ask, raw, refusal
from callcenter.tests.standin.server import (
    ACCOUNT,
    CALLER,
    LINE,
    OPERATOR,
    START,
    Server,
)

OTHER_LINE = "+815000000102"
ELSEWHERE = "https://cc.example.test/elsewhere"
NOT_IN_PROGRESS = (400, 21220, "Call is not in-progress. Cannot redirect.")


def waiting_server(**replies):
    return Server({"/incoming": '<Pause length="3600"/>', **replies})


def test_call_that_is_over_is_told_whole():
    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        leg.answer()
        await asyncio.sleep(90)
        leg.hang_up()
        await leg.over.wait()

        assert client.calls(leg.sid).fetch().duration == "90"
        place = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Calls/{leg.sid}"
        assert raw(exchange, "GET", f"Calls/{leg.sid}.json") == (
            200,
            {
                "sid": leg.sid,
                "account_sid": ACCOUNT.sid,
                "api_version": "2010-04-01",
                "parent_call_sid": None,
                "phone_number_sid": exchange.numbers[LINE].sid,
                "group_sid": None,
                "trunk_sid": None,
                "from": CALLER,
                "from_formatted": CALLER,
                "to": LINE,
                "to_formatted": LINE,
                "direction": "inbound",
                "status": "completed",
                "date_created": "Tue, 24 Nov 2026 00:00:00 +0000",
                "date_updated": "Tue, 24 Nov 2026 00:01:30 +0000",
                "start_time": "Tue, 24 Nov 2026 00:00:00 +0000",
                "end_time": "Tue, 24 Nov 2026 00:01:30 +0000",
                "duration": "90",
                "queue_time": "0",
                "price": None,
                "price_unit": "USD",
                "answered_by": None,
                "forwarded_from": None,
                "caller_name": "",
                "uri": f"{place}.json",
                "subresource_uris": {
                    "events": f"{place}/Events.json",
                    "notifications": f"{place}/Notifications.json",
                    "payments": f"{place}/Payments.json",
                    "recordings": f"{place}/Recordings.json",
                    "siprec": f"{place}/Siprec.json",
                    "streams": f"{place}/Streams.json",
                    "transcriptions": f"{place}/Transcriptions.json",
                    "user_defined_message_subscriptions": (
                        f"{place}/UserDefinedMessageSubscriptions.json"
                    ),
                    "user_defined_messages": f"{place}/UserDefinedMessages.json",
                },
            },
        )

    ask(waiting_server(), story)


def test_call_that_goes_on_or_was_never_answered_has_neither_end_nor_length():
    async def story(exchange, client):
        exchange.add_number(Number(OTHER_LINE, "https://cc.example.test/busy"))
        leg = exchange.ring(CALLER, LINE)
        ringing = client.calls(leg.sid).fetch()
        leg.answer()
        await asyncio.sleep(90)
        talking = client.calls(leg.sid).fetch()
        leg.hang_up()
        refused = exchange.ring(CALLER, OTHER_LINE)
        await refused.over.wait()
        busy = client.calls(refused.sid).fetch()

        reads = (ringing, talking, busy)
        assert [(one.status, one.end_time, one.duration) for one in reads] == [
            ("ringing", None, None),
            ("in-progress", None, None),
            ("busy", None, None),
        ]

    ask(waiting_server(**{"/busy": '<Reject reason="busy"/>'}), story)


def test_american_numbers_are_grouped_for_display():
    async def story(exchange, client):
        leg = exchange.ring("+13051416799", LINE)
        read = client.calls(leg.sid).fetch()
        assert (read.from_formatted, read.to_formatted) == ("(305) 141-6799", LINE)
        leg.hang_up()

    ask(waiting_server(), story)


def days_of_calls(exchange):
    """A call on each of three days, and where each stands; one is still going on."""
    legs = []
    for day, status in ((0, "completed"), (1, "busy"), (2, "in-progress")):
        leg = exchange.new_leg(CALLER if day else "client:sato", LINE, "inbound")
        leg.started_at = START + timedelta(days=day, hours=23, minutes=59)
        leg.status = status
        if status == "completed":
            leg.answered_at, leg.ended_at = leg.started_at, START + timedelta(days=1)
        legs.append(leg)
    legs[2].parent_sid = legs[0].sid
    return legs


FIRST, SECOND, THIRD = START.date(), date(2026, 11, 25), date(2026, 11, 26)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [2, 1, 0]),
        ({"status": "busy"}, [1]),
        ({"status": "failed"}, []),
        ({"from_": "client:sato"}, [0]),
        ({"from_": CALLER, "to": LINE}, [2, 1]),
        ({"to": OPERATOR}, []),
        ({"start_time": SECOND}, [1]),
        ({"start_time_after": SECOND}, [2, 1]),
        ({"start_time_before": SECOND}, [1, 0]),
        ({"start_time_after": SECOND, "start_time_before": SECOND}, [1]),
        # The grain is the day: the time of day is taken, and counts for nothing.
        ({"start_time_after": START + timedelta(hours=47)}, [2, 1]),
        ({"end_time": SECOND}, [0]),
        ({"end_time_after": THIRD}, []),
    ],
)
def test_list_shows_what_passes_the_filters_newest_first(filters, expected):
    async def story(exchange, client):
        legs = days_of_calls(exchange)
        shown = [call.sid for call in client.calls.list(**filters)]
        assert shown == [legs[number].sid for number in expected]

    ask(Server({}), story)


def test_list_of_children_names_their_parent():
    async def story(exchange, client):
        legs = days_of_calls(exchange)
        (child,) = client.calls.list(parent_call_sid=legs[0].sid)
        assert (child.sid, child.parent_call_sid) == (legs[2].sid, legs[0].sid)

    ask(Server({}), story)


def test_call_in_progress_is_redirected_to_a_url():
    server = waiting_server(**{"/elsewhere": "<Say>Elsewhere</Say><Hangup/>"})

    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        leg.answer()
        await asyncio.sleep(10)
        moved = client.calls(leg.sid).update(
            url=ELSEWHERE,
            method="POST",
            status_callback="https://cc.example.test/news",
        )
        assert (moved.sid, moved.status) == (leg.sid, "in-progress")
        await leg.over.wait()
        assert [heard.text for heard in leg.heard] == ["", "Elsewhere"]

    ask(server, story)

    assert server.paths() == ["/incoming", "/elsewhere", "/news"]
    assert server.times("/elsewhere") == [10]


def test_call_in_progress_is_redirected_to_a_document_in_the_request():
    server = waiting_server()

    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        leg.answer()
        await asyncio.sleep(10)
        client.calls(leg.sid).update(twiml="<Response><Say>Here</Say></Response>")
        await leg.over.wait()
        assert [heard.text for heard in leg.heard] == ["", "Here"]

    ask(server, story)

    assert server.paths() == ["/incoming", "/status"]


def test_callback_alone_changes_nothing():
    server = waiting_server()

    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        leg.answer()
        await asyncio.sleep(1)
        client.calls(leg.sid).update(status_callback="https://cc.example.test/news")
        leg.hang_up()

    ask(server, story)

    assert server.paths() == ["/incoming", "/status"]


def test_call_in_progress_is_ended_by_completed_and_not_by_canceled():
    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        leg.answer()
        await asyncio.sleep(10)
        assert client.calls(leg.sid).update(status="canceled").status == "in-progress"
        await asyncio.sleep(10)
        client.calls(leg.sid).update(status="completed")
        await leg.over.wait()
        assert (leg.status, leg.duration, leg.hung_up_by) == ("completed", 20, "system")

    ask(waiting_server(), story)


def test_call_that_is_over_can_be_neither_redirected_nor_ended():
    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        leg.hang_up()
        await leg.over.wait()
        update = client.calls(leg.sid).update
        for asked in ({"url": ELSEWHERE}, {"status": "completed"}):
            assert refusal(partial(update, **asked)) == NOT_IN_PROGRESS

    ask(waiting_server(), story)


def test_call_that_was_not_answered_is_not_redirected():
    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        update = partial(client.calls(leg.sid).update, url=ELSEWHERE)
        assert refusal(update) == NOT_IN_PROGRESS
        leg.hang_up()

    ask(waiting_server(), story)


def test_redirect_names_a_url_or_a_document_not_both():
    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        leg.answer()
        update = client.calls(leg.sid).update
        both = partial(update, url=ELSEWHERE, twiml="<Response/>")
        assert refusal(both)[:2] == (400, 20001)
        assert refusal(partial(update, url="/elsewhere"))[:2] == (400, 21205)
        assert refusal(partial(update, twiml="x" * 4001))[:2] == (400, 32018)
        for form in ("Url=https://cc.example.test/x&Method=PUT", "Status=busy"):
            status, error = raw(exchange, "POST", f"Calls/{leg.sid}.json", form)
            assert (status, error["code"]) == (400, 20001)
        assert leg.doing == "ringing"
        leg.hang_up()

    ask(waiting_server(), story)


def test_redirect_of_a_call_that_waits_is_told_as_redirected():
    enqueue = '<Enqueue action="/exit" waitUrl="/wait">support</Enqueue>'
    server = Server(
        {
            "/incoming": enqueue,
            "/wait": '<Pause length="600"/>',
            "/elsewhere": "<Hangup/>",
        }
    )

    async def story(exchange, client):
        leg = exchange.ring(CALLER, LINE)
        await asyncio.sleep(10)
        client.calls(leg.sid).update(url=ELSEWHERE)

    ask(server, story)

    assert [form["QueueResult"] for form in server.forms("/exit")] == ["redirected"]
    assert server.times("/elsewhere") == [10]
