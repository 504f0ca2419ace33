"""Traffic on our lines: callers at random moments, and operators in sessions.

People act on the stand-in for Twilio, whose requests MiniCC answers. No database.
"""

import asyncio
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from callcenter.demo.actors import (
    Actors,
    OperatorActs,
    all_hang_up,
    call_and_try_again,
)
from callcenter.demo.live.called import Called
from callcenter.demo.model import HOURS, Caller, Mood, People
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg

# The mean of HOURS in office hours, for which `calls_per_hour` is given.
_OFFICE_HOURS = range(9, 18)
_USUAL = sum(HOURS[hour] for hour in _OFFICE_HOURS) / len(_OFFICE_HOURS)
_USUAL_MOOD = Mood()
# Where the simulated day begins if it is not office hours now.
_BUSY_HOUR = 10.0

_ARRIVE_WITHIN_SECONDS = 20.0
_SESSION_SECONDS = (1500.0, 5400.0)
_BREAK_SECONDS = (120.0, 600.0)
_DIALS_IN_AGAIN_SECONDS = (15.0, 50.0)


@dataclass(frozen=True, slots=True)
class Seat:
    """An operator who dials in by telephone, and the queues they serve."""

    number: str
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated. `duration`: call seconds, None without an end."""

    calls_per_hour: float
    seats: Sequence[Seat]
    lines: Sequence[str]
    duration: float | None
    seed: int = 1
    mood: Mood = _USUAL_MOOD
    begins_at_hour: float = _BUSY_HOUR
    # Operators have a pause in a session by keys; and the digits of wrap-up codes.
    has_pauses: bool = False
    codes: Sequence[str] = ()


class Traffic:
    """Calls on one exchange, from the first one to the last callback."""

    def __init__(self, exchange: Exchange, plan: Plan) -> None:
        self.exchange, self.plan = exchange, plan
        # Who calls depends on the seed alone; what people do then, also on the answers.
        self._callers = People(_random(plan, "callers"), seed=plan.seed, mood=plan.mood)
        self._random = _random(plan, "reactions")
        self._reactions = People(self._random, seed=plan.seed, mood=plan.mood)
        exchange.anybody = Called(self._reactions, _random(plan, "called")).picks_up
        self._stopped = asyncio.Event()
        self._actors = Actors(on_error=self.stop)
        self.lasted = 0.0  # call seconds, until everybody hung up

    def stop(self) -> None:
        """End the traffic now."""
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the traffic was ended before its time."""
        return self._stopped.is_set()

    def is_operator(self, leg: Leg) -> bool:
        """Whether it is no call of a customer: an operator's, or one that rings out."""
        is_rung = leg.direction.startswith("outbound")
        return is_rung or any(leg.from_ == seat.number for seat in self.plan.seats)

    async def run(self, grace_seconds: float | None = None) -> None:
        """Run until the time is over; then everybody hangs up.

        Returns when all legs are over and all requests delivered or given up, but at
        the latest so many real seconds after the end.
        """
        clock, plan = self.exchange.clock, self.plan
        clock.seconds()
        for seat in plan.seats:
            self._actors.add(self._works(seat))
        self._actors.add(self._callers_arrive())
        timeout = None if plan.duration is None else plan.duration / clock.speed
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), timeout)
        self.lasted = clock.seconds()
        self._actors.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._close(), grace_seconds)
        self._actors.raise_errors()

    async def _close(self) -> None:
        """End all calls and deliver the requests of their end."""
        # Requests of the end are not delayed: nobody waits for them.
        self.exchange.faults.delay = self.exchange.faults.reorder = 0.0
        await all_hang_up(self.exchange, self.is_operator)

    async def _callers_arrive(self) -> None:
        """Start each caller at their moment."""
        plan, clock = self.plan, self.exchange.clock
        chance = _random(plan, "arrivals")
        for at in arrivals(chance, plan.calls_per_hour, plan.begins_at_hour):
            # With both lines the model chooses, as it knows how often each is called.
            line = chance.choice(plan.lines) if len(plan.lines) == 1 else ""
            caller = self._callers.caller(line)
            await clock.sleep(at - clock.seconds())
            self._actors.add(
                call_and_try_again(self._ring, caller, self._reactions, self._random)
            )

    def _ring(self, caller: Caller) -> Leg:
        origin = caller.origin
        return self.exchange.ring(
            origin.number, caller.line, caller_country=origin.country
        )

    async def _works(self, seat: Seat) -> None:
        """One operator: dials in, serves, has a break, dials in again."""
        random, clock = self._random, self.exchange.clock
        await clock.sleep(random.uniform(0, _ARRIVE_WITHIN_SECONDS))
        while True:
            leg = self.exchange.ring(seat.number, self.plan.lines[0])
            session = random.uniform(*_SESSION_SECONDS)
            pauses = [(session * random.random(), random.uniform(*_BREAK_SECONDS))]
            acts = OperatorActs(
                leg,
                self._reactions,
                random,
                session,
                pauses=pauses if self.plan.has_pauses else (),
                codes=self.plan.codes,
            )
            has_break = await acts.live()
            away = _BREAK_SECONDS if has_break else _DIALS_IN_AGAIN_SECONDS
            await clock.sleep(random.uniform(*away))


def arrivals(
    random: Random, calls_per_hour: float, begins_at_hour: float
) -> Iterator[float]:
    """The seconds from the start at which somebody calls, without an end: Poisson.

    `calls_per_hour` is the mean of office hours; the curve over the day is the model's.
    """
    hour = math.floor(begins_at_hour)
    at, ends = 0.0, (hour + 1 - begins_at_hour) * 3600
    while True:
        rate = calls_per_hour / 3600 * HOURS[hour % 24] / _USUAL
        while rate and (at := at + random.expovariate(rate)) < ends:
            yield at
        at, ends, hour = ends, ends + 3600, hour + 1


def begins_at(hour: float) -> float:
    """The hour at which the simulated day begins: now in office hours, else 10."""
    is_open = _OFFICE_HOURS.start <= hour < _OFFICE_HOURS.stop
    return hour if is_open else _BUSY_HOUR


def seats_of(operators: Iterable[Seat], count: int) -> list[Seat]:
    """So many of the operators, chosen so that all queues are served evenly."""
    free, taken = list(operators), list[Seat]()
    served: dict[str, int] = {}
    while free and len(taken) < count:
        seat = min(
            free, key=lambda one: min(served.get(slug, 0) for slug in one.queues)
        )
        free.remove(seat)
        taken.append(seat)
        for slug in seat.queues:
            served[slug] = served.get(slug, 0) + 1
    return taken


def _random(plan: Plan, purpose: str) -> Random:
    return Random(f"{plan.seed} {purpose}")
