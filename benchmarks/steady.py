"""A steady stream of whole calls over HTTP, each request asked again as Twilio would.

Our URLs ask for it: two retries after no connection within 2 s, no answer within 4 s or
a status of 5xx, within 14 s in all (docs/twilio.md 9.1).
"""

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from benchmarks import traffic
from benchmarks.client import ADDRESS

TRIES = 3
CONNECT_SECONDS, READ_SECONDS, ALL_SECONDS = 2, 4, 14
_TOKEN = re.compile(rb"I-Twilio-Idempotency-Token: (\S+)")
_STATUS = b"POST /twilio/status/"


@dataclass
class Tally:
    """What became of the requests of a stream."""

    sent: int = 0
    acknowledged: set[str] = field(default_factory=set)
    # Documents that callers waited for: none in all tries, no TwiML, later than 2 s.
    documents: int = 0
    turned_away: int = 0
    wrong: list[bytes] = field(default_factory=list)
    late: int = 0
    slowest: float = 0.0
    # The slowest of those that began five seconds or more after the fault.
    slowest_after: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.sent} sent, {len(self.acknowledged)} acknowledged,"
            f" {self.documents} documents: {self.turned_away} turned away,"
            f" {len(self.wrong)} no TwiML, {self.late} later than 2 s;"
            f" slowest {self.slowest:.2f} s,"
            f" {self.slowest_after:.2f} s once it is known"
        )


class Stream:
    """So many requests a second over so many lines, each playing one call at a time."""

    def __init__(self, rate: float, lines: int) -> None:
        self.tally = Tally()
        self._pause = lines / rate
        self._lines = lines
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.fault_at = float("inf")

    def start(self) -> None:
        """Begin to send."""
        for number in range(self._lines):
            play = threading.Thread(
                target=self._play, args=[traffic.calls(number)], daemon=True
            )
            play.start()
            self._threads.append(play)

    def stop(self) -> Tally:
        """Send no more; returns the tally once all answers are in."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        return self.tally

    def _play(self, requests: Iterator[bytes]) -> None:
        for request in requests:
            if self._is_over.is_set():
                return
            begun = time.monotonic()
            self._ask(request, begun)
            self._is_over.wait(max(0.0, begun + self._pause - time.monotonic()))

    def _ask(self, request: bytes, begun: float) -> None:
        token = _TOKEN.findall(request)[0].decode()
        status, body = 0, b""
        for _try in range(TRIES):
            patience = begun + ALL_SECONDS - time.monotonic()
            if patience <= 0:
                break
            tried = time.monotonic()
            try:
                status, body = post(request, min(READ_SECONDS, patience))
            except OSError:
                status = 0
            took = time.monotonic() - tried
            # A server that is down answers nobody; that takes no time of ours.
            if status:
                with self._lock:
                    self.tally.slowest = max(self.tally.slowest, took)
                    if tried > self.fault_at + 5:
                        self.tally.slowest_after = max(self.tally.slowest_after, took)
            if 0 < status < 500:
                break
        with self._lock:
            tally = self.tally
            tally.sent += 1
            if 200 <= status < 300:
                tally.acknowledged.add(token)
            if request.startswith(_STATUS):
                return
            tally.documents += 1
            if not 200 <= status < 300:
                tally.turned_away += 1
            elif not _is_document(body):
                tally.wrong.append(body[:200])
            elif took > 2:
                tally.late += 1


def post(request: bytes, seconds: float) -> tuple[int, bytes]:
    """Status and body of the answer. Raises OSError where there is none in time."""
    deadline = time.monotonic() + seconds
    with socket.create_connection(ADDRESS, timeout=CONNECT_SECONDS) as connection:
        connection.sendall(request.replace(b"\r\n\r\n", _CLOSE, 1))
        answer = b""
        while True:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            piece = connection.recv(65536)
            if not piece:
                break
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 "):
        raise ConnectionError("no answer")
    return int(head[9:12]), body


_CLOSE = b"\r\nConnection: close\r\n\r\n"


def _is_document(body: bytes) -> bool:
    try:
        return ET.fromstring(body).tag == "Response"  # noqa: S314 -- our own
    except ET.ParseError:
        return False
