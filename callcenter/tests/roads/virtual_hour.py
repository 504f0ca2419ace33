"""An hour of simulated traffic in virtual time, answered by Django in this thread."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlencode, urlsplit

import time_machine
from django.test import Client

from callcenter.demo.live import simulation
from callcenter.demo.live.traffic import Plan, Traffic
from callcenter.events.record import Kept
from callcenter.history.store import derive_events
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.network.clock import Clock, run_virtual
from callcenter.standin.network.faults import Faults
from callcenter.standin.network.transport import Answer, Request, Timeout

# Nine o'clock of a working day in Tokyo.
START = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
GATHERED = timedelta(seconds=10)


@dataclass(frozen=True)
class Received:
    """One request that got to the server, and what it answered."""

    token: str
    at: datetime
    body: str


@dataclass
class Batches:
    """Derives events some seconds later, many at once, as a busy server does.

    One by one they would take the test four times as long.
    """

    kept: list[Kept] = field(default_factory=list)

    def schedule(self, kept: Kept) -> None:
        self.kept.append(kept)
        first = self.kept[0].event.received_at
        if kept.event.received_at - first > GATHERED:
            self.derive()

    def derive(self) -> None:
        derive_events(self.kept)
        self.kept.clear()


@dataclass
class InThisThread:
    """A transport that gives requests to Django at the moment of call time."""

    clock: Clock
    traveller: time_machine.Traveller
    received: list[Received] = field(default_factory=list)
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    async def send(self, request: Request, timeout: Timeout) -> Answer:
        now = self.clock.now()
        self.traveller.move_to(now)
        parts = urlsplit(request.url)
        with as_if_without_loop():
            response = self.client.generic(
                request.method,
                f"{parts.path}?{parts.query}" if parts.query else parts.path,
                urlencode(request.form),
                content_type=request.headers["Content-Type"],
                headers=request.headers,
            )
        body = response.content
        token = request.headers["I-Twilio-Idempotency-Token"]
        self.received.append(Received(token, now, body.decode()))
        return Answer(response.status_code, response["Content-Type"], body)


@dataclass
class Hour:
    """What happened, as the stand-in has it, and what Django got of it."""

    exchange: Exchange
    received: list[Received]


def play(plan: Plan, batches: Batches, faults: Faults | None = None) -> Hour:
    """Play the traffic of a plan from nine o'clock on, to the last callback."""
    with time_machine.travel(START, tick=False) as traveller:
        hour = run_virtual(_play(plan, faults, traveller))
        batches.derive()
    return hour


async def _play(
    plan: Plan, faults: Faults | None, traveller: time_machine.Traveller
) -> Hour:
    clock = Clock(start=START)
    server = InThisThread(clock, traveller)
    exchange = simulation.exchange_for(
        plan, server, clock, faults=faults, random=Random(plan.seed)
    )
    await Traffic(exchange, plan).run()
    return Hour(exchange, server.received)


@contextmanager
def as_if_without_loop() -> Iterator[None]:
    """Django gives each task of a loop a connection, which sees no test's rows."""
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
