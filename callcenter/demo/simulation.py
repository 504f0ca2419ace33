"""Traffic against a running MiniCC over HTTP: its numbers, operators and secrets."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

from django.conf import settings

from callcenter.demo.model import WISHES
from callcenter.demo.tally import Tally
from callcenter.demo.traffic import Plan, Seat, Traffic
from callcenter.flow import links
from callcenter.models import Operator, PhoneLine
from callcenter.standin.account import Account
from callcenter.standin.clock import Clock
from callcenter.standin.exchange import Exchange, Number
from callcenter.standin.faults import Faults
from callcenter.standin.transport import (
    Answer,
    HttpTransport,
    Request,
    TimedOut,
    Timeout,
    Transport,
    Unreachable,
)

# How often the picture is drawn anew, and how long the end may take (of the wall).
PICTURE_SECONDS = 0.5
GRACE_SECONDS = 10.0
_PROBE_SECONDS = 10.0


class NobodyAnswers(Exception):
    """The server is not there; the text says why."""


class Elsewhere:
    """Sends what is signed for the public address to where the server really is."""

    def __init__(self, transport: Transport, public: str, real: str) -> None:
        self._transport = transport
        self._public, self._real = public.rstrip("/"), real.rstrip("/")

    async def send(self, request: Request, timeout: Timeout) -> Answer:
        """Give the answer; see the protocol."""
        if request.url.startswith(f"{self._public}/"):
            path = request.url.removeprefix(self._public)
            request = replace(request, url=f"{self._real}{path}")
        return await self._transport.send(request, timeout)


def lines() -> list[str]:
    """The numbers of ours that the model of callers knows."""
    known = PhoneLine.objects.filter(number__in=WISHES).order_by(
        "-is_default", "number"
    )
    return list(known.values_list("number", flat=True))


def seats() -> list[Seat]:
    """The operators who can dial in and have something to serve."""
    operators = Operator.objects.filter(is_active=True, number__isnull=False)
    found = [
        Seat(who.number or "", tuple(queue.slug for queue in who.queues.all()))
        for who in operators.order_by("pk").prefetch_related("queues")
    ]
    return [seat for seat in found if seat.queues]


def exchange_for(
    plan: Plan,
    transport: Transport,
    clock: Clock,
    *,
    faults: Faults | None = None,
    random: Random | None = None,
) -> Exchange:
    """The stand-in with our numbers, as they would be installed at Twilio.

    `random` names calls: the same one would name them like those of the last run.
    """
    account = Account(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    exchange = Exchange(account, transport, clock, faults=faults, random=random)
    for line in plan.lines:
        exchange.add_number(
            Number(line, links.incoming(), links.status(), links.fallback())
        )
    return exchange


def simulate(
    plan: Plan,
    url: str,
    speed: float,
    faults: Faults,
    show: Callable[[str], object] = lambda line: None,
) -> str:
    """Run the traffic to its end or until Ctrl-C; gives the closing line.

    NobodyAnswers if there is no server at `url` to begin with.
    """
    public = _without_credentials(settings.PUBLIC_BASE_URL)
    transport = HttpTransport()
    try:
        return asyncio.run(
            _run(plan, Elsewhere(transport, public, url), url, speed, faults, show)
        )
    finally:
        transport.close()


async def _run(
    plan: Plan,
    transport: Transport,
    url: str,
    speed: float,
    faults: Faults,
    show: Callable[[str], object],
) -> str:
    await _probe(transport, url)
    clock = Clock(speed)
    exchange = exchange_for(plan, transport, clock, faults=faults)
    traffic = Traffic(exchange, plan)
    tally = Tally(traffic.is_operator)
    loop, began = asyncio.get_running_loop(), time.monotonic()

    def interrupted() -> None:
        # A second Ctrl-C does not wait for anything.
        loop.remove_signal_handler(signal.SIGINT)
        show("Stopping: everybody hangs up ...")
        traffic.stop()

    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGTERM, traffic.stop)
    painter = asyncio.create_task(_paint(exchange, traffic, tally, show))
    try:
        await traffic.run(GRACE_SECONDS)
    finally:
        painter.cancel()
    tally.give_up(exchange)
    return tally.closing_line(traffic.lasted, time.monotonic() - began)


async def _paint(
    exchange: Exchange, traffic: Traffic, tally: Tally, show: Callable[[str], object]
) -> None:
    """Count, and show how it stands, again and again."""
    per_second = 0.0
    while True:
        before, at = tally.requests, time.monotonic()
        await asyncio.sleep(PICTURE_SECONDS)
        tally.take(exchange)
        now = (tally.requests - before) / (time.monotonic() - at)
        per_second += (now - per_second) * 0.3
        if not traffic.is_stopped:
            show(tally.picture(exchange, per_second))


async def _probe(transport: Transport, url: str) -> None:
    """Ask for anything at all; NobodyAnswers where there is no answer."""
    asked = Request(f"{url.rstrip('/')}/healthz", {}, {}, "GET")
    try:
        await transport.send(asked, Timeout(_PROBE_SECONDS, _PROBE_SECONDS))
    except Unreachable as problem:
        raise NobodyAnswers("no connection") from problem
    except TimedOut as problem:
        raise NobodyAnswers(f"no answer in {_PROBE_SECONDS:.0f} s") from problem


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
