"""A server that answers the stand-in: documents by path, all in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from urllib.parse import urlsplit

from callcenter.standin.calls.account import Account
from callcenter.standin.calls.choices import Choices
from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.network.clock import Clock, run_virtual
from callcenter.standin.network.faults import Faults
from callcenter.standin.network.transport import Answer, Request, TimedOut, Timeout

ACCOUNT = Account("AC" + "1" * 32, "0123456789abcdef0123456789abcdef")
START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
BASE = "https://cc.example.test"
LINE = "+815000000101"
CALLER = "+815000000301"
OPERATOR = "+815000000201"
TOKEN = "I-Twilio-Idempotency-Token"
NO_CONTENT = Answer(204, "", b"")

Reply = str | Answer | Exception | Callable[[Request], "Reply"]


def twiml(inside: str) -> Answer:
    """A document."""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'
    return Answer(200, "text/xml; charset=utf-8", body.encode())


@dataclass
class Server:
    """What is answered at each path; a list is answered one after the other."""

    replies: dict[str, Reply | list[Reply]]
    received: list[Request] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)  # seconds by path

    async def send(self, request: Request, timeout: Timeout) -> Answer:
        self.received.append(request)
        self.at.append(asyncio.get_running_loop().time())
        path = urlsplit(request.url).path
        if path in self.slow:
            await asyncio.sleep(min(self.slow[path], timeout.read))
            if self.slow[path] >= timeout.read:
                raise TimedOut
        reply = self.replies.get(path, NO_CONTENT if path == "/status" else "")
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        assert isinstance(reply, str | Answer)
        return twiml(reply) if isinstance(reply, str) else reply

    def forms(self, path: str) -> list[dict[str, str]]:
        """What came to a path, in order."""
        return [
            request.form
            for request in self.received
            if urlsplit(request.url).path == path
        ]

    def times(self, path: str) -> list[float]:
        """When it came, in seconds."""
        return [
            round(at, 2)
            for request, at in zip(self.received, self.at, strict=True)
            if urlsplit(request.url).path == path
        ]

    def tokens(self, path: str) -> list[str]:
        """The tokens of what came to a path, in order."""
        return [
            request.headers[TOKEN]
            for request in self.received
            if urlsplit(request.url).path == path
        ]

    def paths(self) -> list[str]:
        """All that came, in order."""
        return [urlsplit(request.url).path for request in self.received]


def play(
    server: Server,
    story: Callable[[Exchange], Awaitable[None]],
    *,
    choices: Choices | None = None,
    faults: Faults | None = None,
    voice_url: str = f"{BASE}/incoming",
    fallback_url: str = "",
    status_callback: str = f"{BASE}/status",
) -> Exchange:
    """Play a story in virtual time; give the exchange when all is settled."""

    async def work() -> Exchange:
        exchange = Exchange(
            ACCOUNT,
            server,
            Clock(start=START),
            random=Random(7),
            choices=choices,
            faults=faults,
        )
        exchange.add_number(
            Number(LINE, voice_url, status_callback, fallback_url=fallback_url)
        )
        await story(exchange)
        await exchange.settle()
        return exchange

    return run_virtual(work())


def call(server: Server, **options) -> Exchange:
    """Play a single call in which the caller only listens."""

    async def story(exchange: Exchange) -> None:
        exchange.ring(CALLER, LINE)

    return play(server, story, **options)


def only(exchange: Exchange):
    """The only leg."""
    (leg,) = exchange.calls.values()
    return leg
