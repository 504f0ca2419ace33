"""The REST server over real sockets: Twilio's client asks it, and odd requests do."""

import asyncio
import threading
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.network.clock import Clock
from callcenter.standin.rest.api import RestApi
from callcenter.standin.rest.server import serve
from callcenter.tests.standin.rest.client import BASIC, Swapped, client
from callcenter.tests.standin.server import ACCOUNT, BASE, CALLER, LINE, Server

QUEUES = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Queues.json"
QUEUES_LINE = f"GET {QUEUES} HTTP/1.1\r\nAuthorization: {BASIC}\r\n"


@contextmanager
def server():
    """A server on a loop of its own; returns its URL, the exchange and the loop."""
    started = threading.Event()
    found: dict[str, Any] = {}

    async def work():
        exchange = Exchange(
            ACCOUNT, Server({"/incoming": '<Pause length="60"/>'}), Clock()
        )
        exchange.add_number(Number(LINE, f"{BASE}/incoming"))
        stop = asyncio.Event()
        async with serve(RestApi(exchange)) as url:
            found.update(url=url, exchange=exchange, stop=stop)
            found["loop"] = asyncio.get_running_loop()
            started.set()
            await stop.wait()
        for leg in exchange.calls.values():
            leg.hang_up()
        await exchange.settle()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    assert started.wait(10)
    try:
        yield found["url"], found["exchange"], found["loop"]
    finally:
        found["loop"].call_soon_threadsafe(found["stop"].set)
        thread.join(10)
    assert not thread.is_alive()


def say(url, text):
    """What comes back for these bytes, until the server closes."""

    async def talk():
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(text.encode("latin-1"))
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await writer.wait_closed()
        return answer.decode()

    return asyncio.run(talk())


def test_client_of_twilio_sets_up_and_ends_a_call_over_http():
    with server() as (url, exchange, loop):
        adapter = Swapped(url)
        twilio = client(adapter)
        assert twilio.queues.create("サポート").friendly_name == "サポート"
        assert [queue.max_size for queue in twilio.queues.list()] == [1000]

        async def ring():
            leg = exchange.ring(CALLER, LINE)
            leg.answer()
            return leg

        leg = asyncio.run_coroutine_threadsafe(ring(), loop).result(10)
        assert twilio.calls(leg.sid).fetch().status == "in-progress"
        twilio.calls(leg.sid).update(status="completed")
        asyncio.run_coroutine_threadsafe(leg.over.wait(), loop).result(10)
        assert [call.status for call in twilio.calls.list()] == ["completed"]
        assert twilio.queues(twilio.queues.list()[0].sid).delete()
        twilio.http_client.session.close()
        adapter.close()


def test_connection_is_kept_for_the_next_request():
    with server() as (url, _, _loop):
        text = f"{QUEUES_LINE}\r\n{QUEUES_LINE}Connection: close\r\n\r\n"
        answer = say(url, text)
    assert answer.count("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n") == 1
    assert answer.count("HTTP/1.1 200 OK\r\nConnection: close\r\n") == 1


def test_who_asks_before_sending_the_body_is_told_to_go_on():
    body = "FriendlyName=support"
    with server() as (url, exchange, _loop):
        answer = say(
            url,
            f"POST {QUEUES} HTTP/1.1\r\nAuthorization: {BASIC}\r\n"
            f"Expect: 100-continue\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}",
        )
        assert list(exchange.queues) == ["support"]
    assert answer.startswith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("nonsense\r\n\r\n", 400),
        (f"GET {QUEUES} HTTP/1.1\r\nno header\r\n\r\n", 400),
        (f"GET {QUEUES} SMTP\r\n\r\n", 400),
        (QUEUES_LINE + "Content-Length: some\r\n\r\n", 400),
        (QUEUES_LINE + "Content-Length: -1\r\n\r\n", 400),
        (
            QUEUES_LINE + "Content-Length: 1048577\r\n\r\n",
            413,
        ),
        (QUEUES_LINE + "Transfer-Encoding: chunked\r\n\r\n", 411),
        (
            QUEUES_LINE + "X: " + "x" * 65536 + "\r\n\r\n",
            431,
        ),
    ],
)
def test_what_is_no_request_is_refused_and_the_server_goes_on(text, status):
    with server() as (url, _, _loop):
        answer = say(url, text)
        again = requests.get(url + QUEUES, headers={"Authorization": BASIC}, timeout=10)
    # The words behind it differ between versions of Python.
    assert answer.splitlines()[0].startswith(f"HTTP/1.1 {status} ")
    assert again.json()["queues"] == []


def test_client_that_goes_away_halfway_harms_nobody():
    with server() as (url, _, _loop):

        async def leave():
            host, port = url.removeprefix("http://").split(":")
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"{QUEUES_LINE}Content-Length: 50\r\n\r\nhalf".encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        asyncio.run(leave())
        again = requests.get(url + QUEUES, headers={"Authorization": BASIC}, timeout=10)
    assert again.status_code == 200
