"""Requests over real HTTP, and what comes of a server that is not there or slow."""

import asyncio
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.network.clock import Clock, run_virtual
from callcenter.standin.network.transport import (
    HttpTransport,
    Request,
    TimedOut,
    Timeout,
    Unreachable,
)
from callcenter.tests.standin.server import ACCOUNT, CALLER, LINE, START

SOON = Timeout(connect=1.0, read=0.2)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
        self.server.forms.append({name: values[0] for name, values in form.items()})
        self.server.peers.add(self.client_address)
        if self.path == "/slow":
            time.sleep(0.5)
        body = b"<Response><Say>Hello</Say></Response>"
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.cookies.append(self.headers.get("Cookie"))

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.forms, self.peers, self.cookies = [], set(), []
        self.url = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def transport():
    made = HttpTransport()
    yield made
    made.close()


def send(transport, url, timeout=SOON):
    request = Request(url, {"CallerName": "山田 太郎", "FromCity": ""}, {})
    return asyncio.run(transport.send(request, timeout))


def test_form_arrives_whole_over_one_connection_without_cookies(server, transport):
    answers = [send(transport, f"{server.url}/") for _time in range(3)]

    assert server.forms == [{"CallerName": "山田 太郎", "FromCity": ""}] * 3
    assert len(server.peers) == 1
    assert server.cookies == [None] * 3
    assert [(answer.status, answer.content_type) for answer in answers] == [
        (200, "text/xml")
    ] * 3
    assert answers[0].headers["set-cookie"] == "a=b"


def test_slow_answer_is_a_time_out(server, transport):
    with pytest.raises(TimedOut):
        send(transport, f"{server.url}/slow")


def test_nobody_there_is_unreachable(transport):
    with pytest.raises(Unreachable) as problem:
        send(transport, "http://127.0.0.1:9/")

    assert problem.value.code == 11205


def test_call_in_virtual_time_over_real_http_takes_no_call_time(server, transport):
    async def story():
        exchange = Exchange(ACCOUNT, transport, Clock(start=START))
        exchange.add_number(Number(LINE, f"{server.url}/slow"))
        leg = exchange.ring(CALLER, LINE)
        await exchange.settle()
        return leg

    leg = run_virtual(story())

    assert [(heard.text, heard.at) for heard in leg.heard] == [("Hello", START)]
