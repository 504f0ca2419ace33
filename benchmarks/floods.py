"""Floods of people's requests, while signed webhooks are answered and timed.

`python -m benchmarks.floods NAME` is one flood, in a process of its own until it is
ended. All go to this machine.
"""

import http.client
import http.cookies
import json
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from urllib.parse import urlencode

from benchmarks import served, traffic
from benchmarks.client import ADDRESS, Sample, answer_to
from benchmarks.lists import run_module

# How fast webhooks come, and for how long they are timed under each flood.
WEBHOOKS_A_SECOND = 20
SECONDS = 12.0
_SETTLES_SECONDS = 3.0
_SHIFT_SECONDS = 2.0
# How much slower they may be, for any flood but those named.
MOST_TIMES_SLOWER = 3.0
FORGED = "32 forged webhooks at once"
MOST_OF = {FORGED: 2.0}
RESTARTED = "while every process is started again"
FORM = "application/x-www-form-urlencoded"
_hosts = cycle(range(60_000))


def measure(env: dict[str, str], processes: int) -> Iterator[tuple[str, Sample]]:
    """How webhooks are answered in seconds a request: without a flood, while MiniCC is
    started again, then under each flood.
    """
    session = json.loads(run_module(env, "benchmarks.lists"))["session"]
    production = served.as_in_production(env | {"DEMO": "1"}, processes=processes)
    with production as restart:
        _paced(3.0)
        yield "quiet", _paced(SECONDS)
        restarting = threading.Thread(target=restart)
        restarting.start()
        sample = _paced(SECONDS)
        restarting.join()
        yield RESTARTED, sample
        for name in FLOODS:
            with _flood(env | {"FLOOD_SESSION": session}, name):
                time.sleep(_SETTLES_SECONDS)
                yield name, _paced(SECONDS)
            time.sleep(_SETTLES_SECONDS)


def _paced(seconds: float) -> Sample:
    """Send webhooks at a steady pace, each over a connection of its own as Twilio."""
    requests, latencies, refused = traffic.calls(99), [], 0
    begun = time.perf_counter()
    lock, threads = threading.Lock(), []

    def send(request: bytes) -> None:
        nonlocal refused
        sent_at = time.perf_counter()
        status = answer_to(request)
        with lock:
            latencies.append(time.perf_counter() - sent_at)
            refused += status >= 300

    for number in range(int(seconds * WEBHOOKS_A_SECOND)):
        due = begun + number / WEBHOOKS_A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        thread = threading.Thread(target=send, args=[next(requests)])
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return Sample(len(latencies), time.perf_counter() - begun, latencies, refused)


@contextmanager
def _flood(env: Mapping[str, str], name: str) -> Iterator[None]:
    # In life the attackers' processors are not ours.
    command = ["nice", "-n", "19", sys.executable, "-m", "benchmarks.floods", name]
    process = subprocess.Popen(command, cwd=served.ROOT, env=dict(env))
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError(f"the flood “{name}” ended by itself")
    finally:
        process.kill()
        process.wait()


def _from_another_address() -> socket.socket:
    """A connection from an address of its own on this machine's loopback."""
    number = next(_hosts)
    source = (f"127.1.{number // 250}.{number % 250 + 1}", 0)
    return socket.create_connection(ADDRESS, timeout=60, source_address=source)


def _ask(
    method: str, path: str, form: Mapping[str, str] | None = None, **head: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(*ADDRESS, timeout=60)
    connection.sock = _from_another_address()
    body = None if form is None else urlencode(form)
    typed = {} if form is None else {"Content-Type": FORM}
    connection.request(method, path, body, typed | head)
    answer = connection.getresponse()
    return answer, answer.read().decode(errors="replace")


def _at_once(count: int, work: Callable[[], object]) -> None:
    """Do the work over and over, so many times at once, until the process is ended."""

    def for_ever() -> None:
        while True:
            try:
                work()
            except (OSError, ValueError, http.client.HTTPException):
                time.sleep(0.1)  # sent away, which is what the flood is about

    for _ in range(count):
        threading.Thread(target=for_ever, daemon=True).start()
    threading.Event().wait()


def _csrf(path: str) -> tuple[str, str]:
    """A cookie and the hidden field that belongs to it."""
    answer, page = _ask("GET", path)
    jar = http.cookies.SimpleCookie(answer.headers["Set-Cookie"])
    (hidden,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    return f"csrftoken={jar['csrftoken'].value}", hidden


def log_ins(count: int) -> None:
    """So many wrong passwords at once, each from another address."""
    cookie, hidden = _csrf("/admin/login/")
    wrong = {"csrfmiddlewaretoken": hidden, "username": "admin", "password": "wrong"}
    _at_once(count, lambda: _ask("POST", "/admin/login/", wrong, Cookie=cookie))


def pins(count: int) -> None:
    """Operators who sign in at the same moment, as when a shift begins."""

    def sign_in() -> None:
        time.sleep(_SHIFT_SECONDS - time.time() % _SHIFT_SECONDS)
        leg = traffic.sid()
        for path, more in (
            ("/twilio/incoming/", {"CallStatus": "ringing"}),
            ("/twilio/operator/?step=1&again=0", {"Digits": "1234"}),
        ):
            answer_to(traffic.request(path, leg, traffic.OPERATOR, **more))

    _at_once(count, sign_in)


def downloads(count: int, session: str) -> None:
    """Files that a logged-in browser asks for and does not read."""
    path = "/admin/callcenter/queueentry/export/csv/"
    stalled: list[socket.socket] = []
    while True:
        while len(stalled) < count:
            connection = _from_another_address()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8077\r\n"
            connection.sendall(f"{head}Cookie: sessionid={session}\r\n\r\n".encode())
            stalled.append(connection)
        time.sleep(1)


def forged(count: int) -> None:
    """Webhooks without the right signature, such as anybody can send."""

    def one() -> None:
        form = {"CallSid": "CA" + "0" * 32, "From": "+819000000000"}
        _ask("POST", "/twilio/incoming/", form, **{"X-Twilio-Signature": "x" * 28})

    _at_once(count, one)


def slow_bodies(count: int) -> None:
    """Forms of which a byte comes every second, to Twilio's and to people's pages."""
    head = "POST {} HTTP/1.1\r\nHost: 127.0.0.1:8077\r\nX-Twilio-Signature: x\r\n"
    head += f"Content-Type: {FORM}\r\nContent-Length: 500\r\n\r\n"

    def one(path: str) -> None:
        with _from_another_address() as connection:
            connection.sendall(head.format(path).encode())
            while True:
                connection.sendall(b"a")
                time.sleep(1)

    paths = iter(["/twilio/incoming/", "/admin/login/"] * count)
    _at_once(count, lambda: one(next(paths, "/twilio/incoming/")))


def idle(count: int) -> None:
    """Connections over which nothing is ever asked."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    open_: list[socket.socket] = []
    while True:
        try:
            while len(open_) < count:
                open_.append(_from_another_address())
        except OSError:
            time.sleep(0.5)
        # Those that the server has closed make room for new ones.
        for connection in open_[:200]:
            connection.close()
        del open_[:200]
        time.sleep(0.2)


def pages(count: int, session: str) -> None:
    """Lists that a logged-in browser opens as fast as it can."""
    path = "/admin/callcenter/queueentry/?q=5678"
    _at_once(count, lambda: _ask("GET", path, Cookie=f"sessionid={session}"))


def telephones(count: int) -> None:
    """Pages of the demo's telephone, each with a call that it waits for news of."""
    cookie, hidden = _csrf("/demo/phone/")
    head = {"Cookie": cookie, "X-CSRFToken": hidden}
    place = {"line": traffic.LINE, "caller": "+815000000301"}

    def one() -> None:
        _answer, text = _ask("POST", "/demo/calls/", place, **head)
        call = json.loads(text).get("call", "none")
        for _ in range(20):
            query = "since=0&changes=9999&wait=2"
            _ask("GET", f"/demo/calls/{call}/?{query}", Cookie=cookie)

    _at_once(count, one)


FLOODS: dict[str, Callable[[str], None]] = {
    "16 log-ins at once": lambda _session: log_ins(16),
    "64 log-ins at once": lambda _session: log_ins(64),
    "16 operators signing in at once": lambda _session: pins(16),
    "8 stalled downloads": lambda session: downloads(8, session),
    FORGED: lambda _session: forged(32),
    "40 slow bodies": lambda _session: slow_bodies(40),
    "10,000 idle connections": lambda _session: idle(10_000),
    "16 lists opened at once": lambda session: pages(16, session),
    "24 telephones of the demo": lambda _session: telephones(24),
}

if __name__ == "__main__":
    FLOODS[sys.argv[1]](os.environ["FLOOD_SESSION"])
