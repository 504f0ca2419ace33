"""Sends ready requests over a few connections, one at a time on each."""

import selectors
import socket
import time
from collections import deque
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

    def __init__(
        self, requests: Iterator[bytes], address: tuple[str, int] = ADDRESS
    ) -> None:
        self.requests = requests
        self.socket = socket.create_connection(address)
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


def load(
    streams: list[Iterator[bytes]],
    seconds: float,
    address: tuple[str, int] = ADDRESS,
    *,
    rate: float | None = None,
) -> Sample:
    """Send each stream over a connection of its own for so many seconds.

    As fast as the answers come, or no more than `rate` a second. Waits for the answer
    to every request sent. Raises TimeoutError after 30 s without any answer.
    """
    selector = selectors.DefaultSelector()
    connections = [_Connection(stream, address) for stream in streams]
    latencies: list[float] = []
    refused = sent = 0
    begin = time.perf_counter()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    # Those that wait for an answer, and those whose turn to send has not come.
    waiting, idle = 0, deque(connections)
    while True:
        now = time.perf_counter()
        is_over = now - begin >= seconds
        if is_over and not waiting:
            break
        while idle and not is_over and (rate is None or now - begin >= sent / rate):
            idle.popleft().send()
            sent, waiting = sent + 1, waiting + 1
        pause = 30.0
        if rate is not None and idle and not is_over:
            pause = max(0.0, begin + sent / rate - time.perf_counter())
        ready = selector.select(timeout=pause)
        if not ready and pause == 30.0:
            raise TimeoutError("no answer within 30 s")
        for key, _ in ready:
            connection = key.data
            status = connection.receive()
            if status is None:
                continue
            latencies.append(time.perf_counter() - connection.sent_at)
            refused += status >= 300
            waiting -= 1
            idle.append(connection)
    for connection in connections:
        connection.socket.close()
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
