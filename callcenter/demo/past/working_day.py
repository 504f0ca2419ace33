"""One day of calls in virtual time: people telephone through the stand-in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from callcenter.demo.actors import (
    Actors,
    OperatorActs,
    all_hang_up,
    call_and_try_again,
)
from callcenter.demo.model import Caller, People
from callcenter.demo.past.in_process import InProcess, absolute
from callcenter.demo.past.shifts import alone, together
from callcenter.demo.setup.installation import QUEUES
from callcenter.demo.setup.scenario import MAIN_LINE, SHOP_LINE, Worker
from callcenter.flow import links
from callcenter.flow.plan import Plan
from callcenter.models import WebhookEvent
from callcenter.routes import PATHS, PREFIX, Kind
from callcenter.standin.calls.account import Account
from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.calls.legs import Leg
from callcenter.standin.network.clock import Clock

# The last minutes bring no new calls, so that hardly anybody is cut off at the end.
QUIET_SECONDS = 720.0
CLOSING_SECONDS = 8.0
# Nobody signs in for less.
_SHORTEST_SESSION_SECONDS = 60.0
# Between a talk that took all of a break and the session after it.
_PAUSE_SECONDS = 20.0
_DIALS_IN_AGAIN_SECONDS = (15.0, 50.0)

# The account and the TwiML App of no customer of Twilio.
_ACCOUNT = Account("AC" + "0" * 32, "secret")
_APPLICATION_SID = "AP6db29291c710acbb27e3d5606212c6a0"
_STIR = {"US": {"StirVerstat": "TN-Validation-Passed-A"}}


@dataclass(frozen=True, slots=True)
class Outage:
    """A span in which telephones drop out and some requests never reach us.

    POSIX seconds; the other values are shares of 1.
    """

    begins: float
    ends: float
    requests_lost: float = 0.3
    operators_gone: float = 0.65


@dataclass(frozen=True, slots=True)
class Programme:
    """What a day brings: who calls when, who works when; moments in POSIX seconds."""

    begins: float
    ends: float
    callers: Sequence[tuple[float, Caller]]
    sessions: Mapping[Worker, Sequence[tuple[float, float]]]
    outage: Outage | None = None

    @property
    def last_call(self) -> float:
        """When the last call may come in."""
        return self.ends - QUIET_SECONDS


@dataclass
class WorkingDay:
    """One day on one exchange. `events` and `exchange` say afterwards what happened."""

    programme: Programme
    plan: Plan
    people: People
    random: Random
    customers: list[Leg] = field(default_factory=list)

    def __post_init__(self) -> None:
        begins = datetime.fromtimestamp(self.programme.begins, UTC)
        self.clock = Clock(start=begins)
        self.server = InProcess(self.plan, self.clock, self.random)
        self.exchange = Exchange(_ACCOUNT, self.server, self.clock, random=self.random)
        self._on_duty: dict[str, Leg] = {}  # by the operator's address
        self._out_until: dict[str, float] = {}

    @property
    def events(self) -> list[WebhookEvent]:
        """Every request that arrived, in order of receipt."""
        return self.server.events

    async def play(self) -> None:
        """Let the day pass; afterwards nobody is on the line."""
        programme = self.programme
        self._install()
        actors = Actors()
        for at, caller in programme.callers:
            if at < programme.last_call:
                actors.add(self._calls(at, caller))
        for worker, sessions in programme.sessions.items():
            actors.add(self._works(worker, sessions))
        if programme.outage:
            actors.add(self._fail(programme.outage))
        await self._sleep_until(programme.ends - CLOSING_SECONDS)
        actors.stop()
        await all_hang_up(self.exchange, self._is_operator)
        actors.raise_errors()

    @property
    def _now(self) -> float:
        return self.programme.begins + self.clock.seconds()

    async def _sleep_until(self, moment: float) -> None:
        await self.clock.sleep(max(0.0, moment - self._now))

    def _install(self) -> None:
        """The numbers and queues as they would stand at Twilio."""
        self.clock.seconds()
        for slug, (sid, _priority) in QUEUES.items():
            self.exchange.queue(slug).sid = sid
        self.server.queues = self.exchange.queues
        for number in (MAIN_LINE, SHOP_LINE):
            self.exchange.add_number(
                Number(
                    number,
                    absolute(links.incoming()),
                    absolute(links.status()),
                    absolute(links.fallback()),
                )
            )

    async def _calls(self, at: float, caller: Caller) -> None:
        """One caller, from this moment on."""
        await self._sleep_until(at)
        await call_and_try_again(self._ring, caller, self.people, self.random)

    def _ring(self, caller: Caller) -> Leg | None:
        if self._now >= self.programme.last_call:
            return None
        origin = caller.origin
        leg = self.exchange.ring(
            origin.number,
            caller.line,
            caller_country=origin.country,
            extras=_STIR.get(origin.country),
        )
        self.customers.append(leg)
        return leg

    async def _works(
        self, worker: Worker, sessions: Iterable[tuple[float, float]]
    ) -> None:
        """One operator's day: dials in for each session, serves until it is over."""
        has_keys = not worker.address.startswith("client:")
        for begins, ends, pauses in together(sessions) if has_keys else alone(sessions):
            await self._sleep_until(begins)
            last = min(ends, self.programme.last_call) - _SHORTEST_SESSION_SECONDS
            while self._now < last:
                leg = self._on_duty[worker.address] = self._dials_in(worker)
                now = self._now
                acts = OperatorActs(
                    leg,
                    self.people,
                    self.random,
                    ends - now,
                    pauses=[(at - now, end - at) for at, end in pauses if end > now],
                    codes=tuple(self.plan.wrap_up_codes) if has_keys else (),
                )
                # A break is due, or the center does not let them in.
                if await acts.live() or leg.hung_up_by == "system":
                    break
                await self.clock.sleep(self.random.uniform(*_DIALS_IN_AGAIN_SECONDS))
                await self._sleep_until(self._out_until.get(worker.address, 0.0))
            await self.clock.sleep(_PAUSE_SECONDS)

    def _dials_in(self, worker: Worker) -> Leg:
        if not worker.address.startswith("client:"):
            return self.exchange.ring(worker.address, MAIN_LINE)
        return self.exchange.ring(
            worker.address,
            "",
            voice_url=absolute(PREFIX + PATHS[Kind.CLIENT]),
            status_callback=absolute(links.status()),
            fallback_url=absolute(links.fallback()),
            application_sid=_APPLICATION_SID,
        )

    def _is_operator(self, leg: Leg) -> bool:
        return leg.from_ in self._on_duty

    async def _fail(self, outage: Outage) -> None:
        """The outage: telephones of operators drop out, requests get lost."""
        await self._sleep_until(outage.begins)
        self.server.share_lost = outage.requests_lost
        within = outage.ends - outage.begins
        for address, leg in self._on_duty.items():
            if not leg.is_over and self.random.random() < outage.operators_gone:
                back = self._now + within * self.random.uniform(0.35, 0.85)
                self._out_until[address] = back
                leg.hang_up()
        await self._sleep_until(outage.ends)
        self.server.share_lost = 0.0
