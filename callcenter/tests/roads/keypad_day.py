"""A day on which operators do everything by keys, and their own account of it.

The account is written from what the stand-in for Twilio knows (keys, talks, requests
and their moments) and from the rules of the keypad, without a look at MiniCC's tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import time_machine

from callcenter.demo.actors import Actors, all_hang_up, hang_up, keeps_on
from callcenter.demo.live import simulation
from callcenter.demo.live.traffic import Plan, Seat
from callcenter.flow import prompts
from callcenter.flow.operator_twiml import CODE_SECONDS
from callcenter.models.pins import DEMO_PIN
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg
from callcenter.standin.network.clock import Clock, run_virtual
from callcenter.tests.roads.virtual_hour import START, Batches, InThisThread

ASKS_PIN = {one.pin for one in prompts.BY_LANGUAGE.values()}
CLOSING_SECONDS = 1200.0
CALLER = "+8150{:08d}"
# What operators do in a wrap-up: keys, and whether these end it.
WRAP_UPS = (
    ("", False),
    ("8#", True),
    ("8", True),
    ("*12#", False),
    ("*12", False),
    ("*99#", False),
    ("5#", False),
    ("7#", True),
    ("7", True),
    ("9#", True),
)


@dataclass(frozen=True)
class Span:
    """For how long an operator was in one state, by an account of the day."""

    operator: str
    state: str
    since: datetime
    until: datetime | None


@dataclass
class Diary:
    """What one operator did on one leg: the moments at which a key is a request."""

    leg: Leg
    acts: list[tuple[datetime, str]] = field(default_factory=list)
    codes: list[tuple[datetime, str]] = field(default_factory=list)

    def press(self, keys: str, *, is_one_key: bool = False) -> None:
        """Press keys now. They count at once where one is enough, or with hash."""
        self.leg.press(keys)
        at_once = is_one_key or keys.endswith("#")
        waits = timedelta(0) if at_once else timedelta(seconds=CODE_SECONDS)
        at, what = self.leg.clock.now() + waits, keys.removesuffix("#")
        if what == "*12":
            self.codes.append((at, what))
        elif what in ("7", "8", "9"):
            self.acts.append((at, what))


@dataclass
class KeypadDay:
    """One day of calls for some operators, in virtual time."""

    seats: Sequence[Seat]
    line: str
    hours: float
    random: Random = field(default_factory=lambda: Random(5))
    diaries: list[Diary] = field(default_factory=list)

    def play(self, batches: Batches) -> Exchange:
        """Play the day from nine o'clock on, to the last callback."""
        with time_machine.travel(START, tick=False) as traveller:
            exchange = run_virtual(self._play(traveller))
            batches.derive()
        return exchange

    async def _play(self, traveller: time_machine.Traveller) -> Exchange:
        self.clock = clock = Clock(start=START)
        self.traveller = traveller
        plan = Plan(30, self.seats, [self.line], duration=None)
        server = InThisThread(clock, traveller)
        # By name, as operators in the browser have no number of a line.
        self.exchange = simulation.exchange_for(plan, server, clock, random=Random(5))
        clock.seconds()
        self.ends = self.hours * 3600
        actors = Actors()
        for seat in self.seats:
            actors.add(self._works(seat))
        actors.add(self._callers())
        await clock.sleep(self.ends + CLOSING_SECONDS)
        actors.stop()
        numbers = {seat.number for seat in self.seats}
        await all_hang_up(self.exchange, lambda leg: leg.from_ in numbers)
        actors.raise_errors()
        return self.exchange

    async def _callers(self) -> None:
        calling = Actors()
        while self.clock.seconds() < self.ends:
            number = CALLER.format(self.random.randrange(10**8))
            calling.add(self._calls(self.exchange.ring(number, self.line)))
            await self.clock.sleep(self.random.expovariate(1 / 200))
        calling.raise_errors()

    async def _calls(self, leg: Leg) -> None:
        """Somebody who asks for the first queue, waits, and talks."""
        await self._until(leg, "menu")
        await self.clock.sleep(4)
        leg.press("1")
        await self._until(leg, "talking")
        if await keeps_on(leg, "talking", self.random.uniform(20, 300)):
            await hang_up(leg)

    async def _works(self, seat: Seat) -> None:
        """One operator: a leg after another, until the day is over."""
        await self.clock.sleep(self.random.uniform(1, 60))
        while self.clock.seconds() < self.ends:
            leg = self.exchange.ring(seat.number, self.line)
            diary = Diary(leg)
            self.diaries.append(diary)
            await self._shift(leg, diary)
            await self.clock.sleep(self.random.uniform(60, 900))

    async def _shift(self, leg: Leg, diary: Diary) -> None:
        while not leg.is_over and leg.heard[-1:] == []:
            await leg.wait_for_change(leg.changes)
        await self._until(leg, "menu")
        await self.clock.sleep(2)
        leg.press(f"{DEMO_PIN}#")
        diary.acts.append((self.clock.now(), "in"))
        wants_break = self.clock.seconds() + self.random.uniform(600, 3000)
        talks, is_in_gap = 0, False
        while not leg.is_over:
            since, now = leg.changes, self.clock.seconds()
            if len(leg.talks) > talks and leg.talks[-1].ended_at:
                talks, is_in_gap = len(leg.talks), False
                await self._wrap_up(leg, diary)
            elif is_in_gap and leg.doing == "menu" and now > self.ends:
                # Requests of one moment would have no order.
                await self.clock.sleep(0.3)
                diary.press("9", is_one_key=True)
                await leg.over.wait()
            elif is_in_gap and leg.doing == "menu" and now > wants_break:
                await self.clock.sleep(0.3)
                diary.press("7", is_one_key=True)
                is_in_gap = False
                await self._pause(leg, diary)
                wants_break = self.clock.seconds() + self.random.uniform(900, 4000)
            else:
                await leg.wait_for_change(since)
                # Between two Dials one key is enough.
                is_in_gap |= leg.doing == "dialling"

    async def _wrap_up(self, leg: Leg, diary: Diary) -> None:
        """Press some keys in the wrap-up; others come in the next round."""
        keys, ends_it = self.random.choice(WRAP_UPS)
        await self._until(leg, "menu")
        await self.clock.sleep(self.random.uniform(0.5, 6))
        if leg.doing != "menu" or not keys:
            return
        diary.press(keys)
        if not ends_it:
            return
        # What is typed has not been read before the time-out.
        await self.clock.sleep(CODE_SECONDS + 0.5)
        if keys[0] == "7":
            await self._pause(leg, diary)

    async def _pause(self, leg: Leg, diary: Diary) -> None:
        """Away for a while, with a code or a wrong key in between."""
        await self.clock.sleep(self.random.uniform(30, 900))
        if self.random.random() < 0.3:
            diary.press(self.random.choice(["*12#", "*99#", "3#"]))
            await self.clock.sleep(self.random.uniform(10, 60))
        diary.press(self.random.choice(["8#", "8", "9#"]))
        await self.clock.sleep(CODE_SECONDS + 0.5)

    async def _until(self, leg: Leg, doing: str) -> None:
        while leg.doing != doing and not leg.is_over:
            await leg.wait_for_change(leg.changes)


def account(day: KeypadDay, exchange: Exchange) -> list[Span]:
    """The states of all operators, by what the stand-in and its people know."""
    return [span for diary in day.diaries for span in _account(diary, exchange)]


def _account(diary: Diary, exchange: Exchange) -> list[Span]:
    leg = diary.leg
    begun = [
        sent.moment
        for sent in exchange.sent
        if sent.kind == "queue" and sent.form["DequeingCallSid"] == leg.sid
    ]
    # (moment, what): later things at one moment come later in the list.
    things = list(diary.acts)
    things += zip(begun, ["talk"] * len(begun), strict=True)
    things += [(talk.ended_at, "over") for talk in leg.talks if talk.ended_at]
    things += [
        (sent.moment, "goes on")
        for sent in exchange.sent
        if sent.kind == "redirect" and sent.leg_sid == leg.sid
    ]
    if leg.ended_at:
        things.append((leg.ended_at, "gone"))
    state, since, spans = "", START, list[Span]()
    for at, what in sorted(things, key=lambda thing: thing[0]):
        new = _next(state, what)
        if new != state:
            if state:
                spans.append(Span(leg.from_, state, since, at))
            state, since = new, at
    spans.append(Span(leg.from_, state, since, None))
    return spans


def _next(state: str, what: str) -> str:
    match what:
        case "9" | "gone" if state:
            return "signed_out"
        case "in" | "8":
            return "ready"
        case "7":
            return "not_ready"
        case "talk":
            return "talking"
        case "over":
            return "wrap_up"
        # The time for wrapping up is over.
        case "goes on" if state == "wrap_up":
            return "ready"
    return state
