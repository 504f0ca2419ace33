"""`simulate_calls` against servers that answer well, badly, late or not at all."""

import gc
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from callcenter.demo.live import simulation
from callcenter.demo.setup.second_line import add_second_line
from callcenter.tests.twilio_client import ACCOUNT_SID, AUTH_TOKEN
from callcenter.twilio_api.call_log import pages_of_day
from callcenter.twilio_api.client import TwilioFailure, client

pytestmark = pytest.mark.django_db

Reply = Callable[[str], tuple[int, str]]
HEALTH = '{"status": "failing", "database": "failing"}'


def served(path: str) -> tuple[int, str]:
    """A center where everybody gets a word and the call is over."""
    if path.startswith("/twilio/status/"):
        return 204, ""
    return 200, "<Response><Say>Goodbye</Say><Hangup/></Response>"


@contextmanager
def server(reply: Reply, health: tuple[int, str] = (503, HEALTH)) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(*reply(self.path))

        def do_GET(self) -> None:
            self.answer(*(health if self.path == "/healthz" else reply(self.path)))

        def answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *given: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 200

    running = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.fixture
def simulated(settings, capsys):
    """Runs a short while against a server; returns what is printed."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT_SID, AUTH_TOKEN
    add_second_line({})

    def run(url: str, *options: str) -> str:
        settings.PUBLIC_BASE_URL = url
        given = [
            "--calls-per-hour=3600",
            "--operators=2",
            "--duration=60",
            "--speed=60",
        ]
        call_command("simulate_calls", *given, *options)
        printed = capsys.readouterr()
        assert printed.err == ""
        return str(printed.out)

    return run


def test_traffic_ends_with_one_line_that_says_what_it_did(simulated):
    with server(served) as url:
        line = simulated(url)

    assert re.fullmatch(
        r"Simulated 0:01:0\d of traffic in 0:00:0\d: \d\d calls, 0 answered,"
        r" 0 abandoned, \d\d otherwise; \d+ requests, 0 not delivered\.\n",
        line,
    )


def test_server_elsewhere_gets_what_is_signed_for_the_public_address(simulated):
    with server(served) as url:
        line = simulated("https://cc.example.test/calls", f"--url={url}")

    assert re.search(r"; \d\d+ requests, 0 not delivered\.\n", line)


def test_log_of_the_calls_can_be_asked_for_while_they_last(simulated, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.TWILIO_API_BASE_URL = f"http://127.0.0.1:{free.getsockname()[1]}"
    asked: list[int] = []

    def answer(path: str) -> tuple[int, str]:
        if not asked:
            pages = pages_of_day(client(), datetime.now(UTC).date())
            asked.append(sum(len(page.calls) for page in pages))
        return served(path)

    with server(answer) as url:
        simulated(url)

    assert asked[0] >= 1
    with pytest.raises(TwilioFailure, match=r"Twilio cannot be reached\. \(http"):
        list(pages_of_day(client(), datetime.now(UTC).date()))


def test_server_that_is_not_there_is_said_in_one_line(simulated):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(CommandError) as failed:
        simulated(f"http://127.0.0.1:{port}")

    assert str(failed.value) == (
        f"No server answers at http://127.0.0.1:{port} (no connection):"
        " start it with `make run`, or name another with --url."
    )


@pytest.mark.parametrize(
    ("health", "problem"),
    [
        ((404, "Not found"), "answers with status 404"),
        ((302, HEALTH), "answers with status 302"),
        ((200, "<html>Welcome</html>"), "does not say how MiniCC is"),
        ((503, '{"status": "down"}'), "does not say how MiniCC is"),
        ((200, "[1]"), "does not say how MiniCC is"),
    ],
)
def test_server_that_is_another_is_said_in_one_line(simulated, health, problem):
    with server(served, health) as url, pytest.raises(CommandError) as failed:
        simulated(url)

    assert str(failed.value) == f"This is not MiniCC: {url}/healthz {problem}."


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (500, ""),
        (403, " 403: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN or PUBLIC_BASE_URL"),
    ],
)
def test_server_that_refuses_everything_is_accounted_for(simulated, status, hint):
    with server(lambda path: (status, "")) as url:
        line = simulated(url)

    found = re.search(
        rf"; (\d+) requests, (\d+) not delivered \((\d+) .* {status}", line
    )
    assert found, line
    assert found[1] == found[2] == found[3] != "0", line
    assert hint in line
    assert ("403:" in line) == (status == 403)


def test_slow_server_is_accounted_for_and_does_not_hold_up_the_end(simulated):
    def slow(path: str) -> tuple[int, str]:
        if path.startswith("/twilio/incoming/"):
            time.sleep(2)
        return served(path)

    began = time.monotonic()
    with server(slow) as url:
        line = simulated(url, "--duration=20")

    assert time.monotonic() - began < 15
    assert " 0 answered" in line


def test_dropped_callbacks_are_said(simulated):
    with server(served) as url:
        line = simulated(url, "--drop=0.5")

    assert re.search(r" not delivered \(.*\d+ dropped", line)


def listening(path: str) -> tuple[int, str]:
    """A center where everybody waits without an end."""
    if path.startswith("/twilio/status/"):
        return 204, ""
    return 200, '<Response><Pause length="3000"/></Response>'


def ctrl_c(after: float) -> None:
    threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_ctrl_c_lets_everybody_hang_up(simulated):
    ctrl_c(1.5)
    began = time.monotonic()
    with server(listening) as url:
        line = simulated(url, "--duration=0")

    assert time.monotonic() - began < 8
    found = re.search(r": (\d+) calls, .* (\d+) otherwise", line)
    assert found
    assert found[1] == found[2] != "0"
    assert line.endswith(" 0 not delivered.\n")


@pytest.mark.parametrize("interrupts", [[1.0], [1.0, 1.2]])
def test_what_hangs_at_the_end_is_cut_short_in_one_line(
    simulated, monkeypatch, caplog, interrupts
):
    # One Ctrl-C waits this long, a second one does not.
    monkeypatch.setattr(simulation, "GRACE_SECONDS", 1.0 if len(interrupts) == 1 else 9)
    over = threading.Event()

    def stuck(path: str) -> tuple[int, str]:
        if path.startswith("/twilio/status/"):
            over.wait(20)
        return listening(path)

    for after in interrupts:
        ctrl_c(after)
    began = time.monotonic()
    with server(stuck) as url:
        line = simulated(url, "--duration=0", "--calls-per-hour=2000", "--speed=5")
        lasted = time.monotonic() - began
        over.set()
    gc.collect()

    assert lasted < 5
    assert re.fullmatch(
        r"Stopped in the middle after 0:00:0\d of traffic in 0:00:0\d: \d+ calls, .*"
        r" \d+ not delivered \(\d+ under way at the end\)\.\n",
        line,
    )
    # Asyncio complains of tasks that nobody ended.
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("--speed=0", "argument --speed: a number above 0, not 0"),
        ("--speed=nan", "argument --speed: a number above 0, not nan"),
        ("--duration=inf", "argument --duration: at most inf, not inf"),
        ("--patience=-3", "argument --patience: a number above 0, not -3"),
        ("--drop=1.5", "argument --drop: at most 1, not 1.5"),
        ("--calls-per-hour=many", "argument --calls-per-hour: 'many' is not a number"),
        ("--operators=-1", "argument --operators: a whole number, not '-1'"),
        ("--seed=x", "argument --seed: invalid int value: 'x'"),
        ("--operators=11", "--operators: only 10 can dial in and serve a queue"),
        ("--url=cc.example.test", "--url: an address that begins with http"),
    ],
)
def test_bad_option_is_said_in_one_line(simulated, option, complaint):
    with pytest.raises(CommandError) as failed:
        simulated("http://127.0.0.1:9", option)

    assert complaint in str(failed.value)


def test_missing_secrets_and_lines_are_said(settings):
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = ""
    with pytest.raises(CommandError) as failed:
        call_command("simulate_calls")
    assert str(failed.value) == (
        "No call is possible without TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN."
    )

    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT_SID, AUTH_TOKEN
    with pytest.raises(CommandError) as failed:
        call_command("simulate_calls")
    assert str(failed.value).startswith("There is no line that these callers know:")
