"""Runs traffic against a server: connects it, draws the live line, handles Ctrl-C."""

import asyncio
import contextlib
import json
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

from django.conf import settings

from callcenter.demo.live.tally import Tally
from callcenter.demo.live.traffic import Plan, Seat, Traffic
from callcenter.demo.model import WISHES
from callcenter.flow import links
from callcenter.models import Operator, PhoneLine, WrapUpCode
from callcenter.standin.calls.account import Account
from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.network.clock import Clock
from callcenter.standin.network.faults import Faults
from callcenter.standin.network.transport import (
    Answer,
    HttpTransport,
    Request,
    TimedOut,
    Timeout,
    Transport,
    Unreachable,
)
from callcenter.standin.rest.api import RestApi
from callcenter.standin.rest.server import serve
from callcenter.twilio_api.access import is_base_url

logger = logging.getLogger(__name__)

# In real seconds: how often the live line is drawn, and how long the end may take.
PICTURE_SECONDS = 0.5
GRACE_SECONDS = 10.0
_PROBE_SECONDS = 10.0
# Without its database a server still answers callers.
_HEALTH_STATUSES = (200, 503)


class NobodyAnswers(Exception):
    """The server is not there; the text says why."""


class NotMiniCC(Exception):
    """The server is not MiniCC; the text says what it answers."""


class Elsewhere:
    """Sends requests that are signed for the public URL to the URL of the server."""

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
    """Our numbers that the model of callers knows."""
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


def codes() -> list[str]:
    """The digits of the wrap-up codes that operators can type."""
    found = WrapUpCode.objects.filter(is_active=True, digits__isnull=False)
    return sorted(filter(None, found.values_list("digits", flat=True)))


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
    account = Account(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_API_KEY_SID,
        settings.TWILIO_API_KEY_SECRET,
    )
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
    """Run the traffic to its end or until Ctrl-C; returns the closing line.

    NobodyAnswers or NotMiniCC if ours is not at `url` to begin with.
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

    painter = asyncio.create_task(_paint(exchange, traffic, tally, show))
    running = asyncio.create_task(traffic.run(GRACE_SECONDS))

    def interrupted() -> None:
        if traffic.is_stopped:
            # A second Ctrl-C waits for nothing; a third has Python's own effect.
            loop.remove_signal_handler(signal.SIGINT)
            running.cancel()
            return
        show("Stopping: everybody hangs up ...")
        traffic.stop()

    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGTERM, traffic.stop)
    async with _asked_by_rest(exchange):
        await asyncio.wait({running})
    painter.cancel()
    hanging = tally.give_up(exchange)
    await _cancel_the_rest()
    if not running.cancelled():
        running.result()
    return tally.closing_line(
        traffic.lasted, time.monotonic() - began, is_cut_short=hanging > 0
    )


@contextlib.asynccontextmanager
async def _asked_by_rest(exchange: Exchange) -> AsyncIterator[None]:
    """Answer as Twilio's REST API if TWILIO_API_BASE_URL is an address in this machine.

    So `reconcile` finds the log of these calls while the traffic lasts.
    """
    api = settings.TWILIO_API_BASE_URL
    async with contextlib.AsyncExitStack() as stack:
        if is_base_url(api) and urlsplit(api).scheme == "http":
            where = urlsplit(api)
            host, port = where.hostname or "", where.port or 80
            try:
                await stack.enter_async_context(serve(RestApi(exchange), host, port))
            except OSError as error:
                # Perhaps other traffic answers there; these calls go on without it.
                logger.warning("no REST API at %s: %s", api, error)
        yield


async def _cancel_the_rest() -> None:
    """Cancel all other tasks, and those they start when they are cancelled."""
    while rest := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def _paint(
    exchange: Exchange, traffic: Traffic, tally: Tally, show: Callable[[str], object]
) -> None:
    """Count and show the live line, again and again."""
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
    """Check the server's health; NobodyAnswers without an answer, else NotMiniCC."""
    asked = Request(f"{url.rstrip('/')}/healthz", {}, {}, "GET")
    try:
        answer = await transport.send(asked, Timeout(_PROBE_SECONDS, _PROBE_SECONDS))
    except Unreachable as problem:
        raise NobodyAnswers("no connection") from problem
    except TimedOut as problem:
        raise NobodyAnswers(f"no answer in {_PROBE_SECONDS:.0f} s") from problem
    if answer.status not in _HEALTH_STATUSES:
        raise NotMiniCC(f"{asked.url} answers with status {answer.status}")
    if not _is_health(answer.body):
        raise NotMiniCC(f"{asked.url} does not say how MiniCC is")


def _is_health(body: bytes) -> bool:
    """Whether this is an answer of callcenter.health, healthy or not."""
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and {"status", "database"} <= said.keys()


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
