"""Sends ready requests over a few connections, one at a time on each."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

ADDRESS = ("127.0.0.1", 8077)
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Sample:
    """One stretch of load: how many answers, and how long each took (seconds)."""

    answers: int
    seconds: float
    latencies: list[float]
    refused: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    def percentile(self, percent: int) -> float:
        """The latency at this percentile (nearest rank), in milliseconds."""
        ordered = sorted(self.latencies)
        rank = max(0, -(-percent * len(ordered) // 100) - 1)
        return ordered[rank] * 1000


class _Connection:
    """One socket and the requests to send over it."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.socket = socket.create_connection(ADDRESS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.answer = b""

    def send(self) -> None:
        self.answer = b""
        request = next(self.requests)
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """The status once the answer is complete, else None."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.answer += data
        head, has_head, body = self.answer.partition(_END_OF_HEAD)
        if not has_head:
            return None
        status = int(head[9:12])
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        return status if len(body) >= length else None


def load(streams: list[Iterator[bytes]], seconds: float) -> Sample:
    """Send each stream over a connection of its own for so many seconds.

    Waits for the answer to every request sent. Raises TimeoutError after 30 s without
    any answer.
    """
    selector = selectors.DefaultSelector()
    connections = [_Connection(stream) for stream in streams]
    latencies: list[float] = []
    refused = 0
    begin = time.perf_counter()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    open_ = len(connections)
    while open_:
        for key, _ in selector.select(timeout=30) or _no_answer():
            connection = key.data
            status = connection.receive()
            if status is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            refused += status >= 300
            if now - begin < seconds:
                connection.send()
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
                open_ -= 1
    return Sample(len(latencies), time.perf_counter() - begin, latencies, refused)


def answer_to(request: bytes) -> int:
    """The status of the answer to one request over a new connection."""
    connection = _Connection(iter([request]))
    with connection.socket:
        connection.socket.settimeout(60)
        connection.send()
        while (status := connection.receive()) is None:
            pass
    return status


def _no_answer() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError("no answer within 30 s")
