"""Callers at random: when, from where, for what, how patiently. No database.

The model behind the demo's past and the simulated traffic. It knows our numbers and
the keys of menus, and nothing of requests; the same `Random` gives the same people.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random

from callcenter.demo.setup.scenario import MAIN_LINE, SHOP_LINE
from callcenter.standin.calls.parameters import WITHHELD

# Share of the base rate in each local hour of a day with work: a peak before noon, a
# dip at lunch.
HOURS = (
    *(0.005, 0.0, 0.0, 0.0, 0.0, 0.005, 0.005, 0.015, 0.07, 1.02, 1.32, 1.2),
    *(0.72, 1.02, 1.16, 1.06, 0.95, 0.74, 0.05, 0.03, 0.02, 0.015, 0.01, 0.0),
)
# On Sundays and holidays: most of it while the two who are on duty then are there.
FREE_HOURS = (
    *(0.005, 0.0, 0.0, 0.0, 0.0, 0.0, 0.005, 0.01, 0.03, 0.3, 1.6, 1.7),
    *(1.6, 1.65, 1.55, 0.45, 0.12, 0.08, 0.05, 0.03, 0.02, 0.015, 0.005, 0.0),
)
# Monday first; people save their questions up over the weekend.
WEEKDAYS = (1.24, 1.03, 0.97, 0.96, 1.0, 0.27, 0.06)
HOLIDAY = 0.06
AFTER_A_HOLIDAY = 1.18
CALLS_PER_HOUR = 69.0

# Line: how many of a hundred callers press which keys. A caller who has no key left for
# a menu keeps silent, which leads to the queue of the line.
WISHES = {
    MAIN_LINE: (
        *((49, "1"), (9, "2"), (15, "3"), (16, "4")),
        *((4, "51"), (2, "5"), (5, "")),
    ),
    SHOP_LINE: (
        *((40, "1"), (12, "21"), (13, "22"), (3, "293"), (8, "3")),
        *((13, "41"), (4, "42"), (4, "51"), (2, "52"), (1, "")),
    ),
}
_OF_HUNDRED_TO_THE_SHOP = 30
_WRONG_KEYS = "78"


@dataclass(frozen=True, slots=True)
class Origin:
    """A telephone as Twilio describes it: number in E.164, country."""

    number: str
    country: str = "JP"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller does when asked: presses a key, keeps silent, or hangs up."""

    key: str = ""  # empty if the caller keeps silent
    after_seconds: float = 0.0  # since the question began
    hangs_up: bool = False


SILENCE = Answer()


@dataclass(frozen=True, slots=True)
class Caller:
    """A call that somebody is about to make. Lengths of time are seconds."""

    origin: Origin
    line: str
    keys: str  # the wish: what to press
    answers: tuple[Answer, ...]  # to the menus in order; then silence
    patience_seconds: float  # in the queue
    waits_for_nobody: bool = False  # waits on after hearing that no operator is there
    tries: int = 1  # calls for the same wish so far, with this one


@dataclass(frozen=True, slots=True)
class Mood:
    """What can be set about people: mean lengths of time in seconds."""

    patience_seconds: float = 230.0
    handle_seconds: float | None = None  # for all queues; None: TALK_SECONDS


# Mean conversation of each queue, in seconds; the spread is that of a lognormal.
TALK_SECONDS = {"support": 205.0, "sales": 255.0, "billing": 165.0}
_TALK_SPREAD = 0.65
_SHORTEST_TALK, _LONGEST_TALK = 12.0, 1500.0
_REGULARS = 350


class People:
    """Draws callers, their reactions and conversations from one source of chance.

    Regular customers depend on `seed` alone, so that they call on different days.
    """

    def __init__(self, random: Random, *, seed: int, mood: Mood | None = None) -> None:
        self._random = random
        self._mood = mood or Mood()
        # A source of their own, so that the numbers do not depend on earlier draws.
        chance = Random(f"regulars {seed}")
        self._regulars = [_origin(chance) for _ in range(_REGULARS)]

    def caller(self, line: str = "") -> Caller:
        """A caller of this line, or of one of the two at random."""
        random = self._random
        if not line:
            second = random.random() * 100 < _OF_HUNDRED_TO_THE_SHOP
            line = SHOP_LINE if second else MAIN_LINE
        chosen = random.random()
        if chosen < 0.02:
            origin = Origin(WITHHELD, "LS")
        elif chosen < 0.20:
            # The first of the regulars call most.
            origin = self._regulars[int(random.random() ** 2 * _REGULARS)]
        else:
            origin = _origin(random)
        keys = self._wish(line)
        if origin.country in ("US", "GB") and random.random() < 0.7:
            keys = "51"
        return self._with_reactions(Caller(origin, line, keys, (), 0.0))

    def again(self, caller: Caller) -> tuple[float, Caller] | None:
        """The next call of a caller who gave up, if any, and the seconds before it."""
        random = self._random
        if caller.tries >= 4 or random.random() > 0.5:
            return None
        after = min(max(random.lognormvariate(math.log(420), 0.9), 40.0), 5400.0)
        once_more = self._with_reactions(replace(caller, tries=caller.tries + 1))
        patience = once_more.patience_seconds * 1.3
        return after, replace(once_more, patience_seconds=patience)

    def talk_seconds(self, queue: str) -> float:
        """How long a conversation in this queue lasts."""
        mean = self._mood.handle_seconds or TALK_SECONDS.get(queue, 200.0)
        mu = math.log(mean) - _TALK_SPREAD**2 / 2
        drawn = self._random.lognormvariate(mu, _TALK_SPREAD)
        return min(max(drawn, _SHORTEST_TALK), _LONGEST_TALK)

    def _wish(self, line: str) -> str:
        left = self._random.random() * 100
        for share, keys in WISHES[line]:
            left -= share
            if left < 0:
                return keys
        return ""

    def _with_reactions(self, caller: Caller) -> Caller:
        random = self._random
        answers: list[Answer] = []
        # A caller who has heard the menu before presses sooner.
        pace = 0.6 if caller.tries > 1 else 1.0
        for key in caller.keys:
            slips = random.random()
            if slips < 0.025:
                answers.append(Answer("", 1 + random.expovariate(1 / 9), hangs_up=True))
                break
            wrong = 3 if slips > 0.997 else int(slips > 0.955)
            for _ in range(wrong):
                pressed = random.choice(_WRONG_KEYS)
                answers.append(Answer(pressed, pace * random.uniform(3, 14)))
            if wrong == 3:
                break  # from here the line's queue follows
            answers.append(Answer(key, pace * random.uniform(3.5, 15)))
        return replace(
            caller,
            answers=tuple(answers),
            patience_seconds=self._patience(),
            waits_for_nobody=random.random() < 0.25,
        )

    def _patience(self) -> float:
        random, mean = self._random, self._mood.patience_seconds
        if random.random() < 0.012:
            return random.uniform(1, 9)  # the wrong number, the doorbell
        # Shape above 1: hardly anybody leaves at once, more and more do with time.
        scale = mean / math.gamma(1 + 1 / 1.4)
        return 6 + random.weibullvariate(scale, 1.4)


def calls_an_hour(
    day: date, hour: int, *, holidays: frozenset[date], base: float = CALLS_PER_HOUR
) -> float:
    """The expected number of calls in one local hour of a day."""
    is_free = day in holidays or day.weekday() == 6
    if day in holidays:
        of_day = HOLIDAY
    elif day.weekday() < 5 and day - timedelta(days=1) in holidays:
        of_day = max(AFTER_A_HOLIDAY, WEEKDAYS[day.weekday()])
    else:
        of_day = WEEKDAYS[day.weekday()]
    return base * (FREE_HOURS if is_free else HOURS)[hour] * of_day


def arrivals(
    random: Random,
    day: date,
    zone: tzinfo,
    *,
    holidays: frozenset[date],
    base: float = CALLS_PER_HOUR,
) -> Iterator[float]:
    """The moments of a local day at which somebody calls (POSIX seconds): Poisson."""
    for hour in range(24):
        begins, ends = moment(day, hour, zone), moment(day, hour + 1, zone)
        rate = calls_an_hour(day, hour, holidays=holidays, base=base) / 3600
        at = begins
        # An hour that a clock change leaves out has no length, and no calls.
        while rate and (at := at + random.expovariate(rate)) < ends:
            yield at


def moment(day: date, hours: float, zone: tzinfo) -> float:
    """So many hours of the clock after midnight, in POSIX seconds."""
    whole, rest = divmod(hours, 1)
    day += timedelta(days=int(whole) // 24)
    hour = datetime.combine(day, time(int(whole) % 24), zone)
    return hour.timestamp() + rest * 3600


def _origin(random: Random) -> Origin:
    chosen = random.random()
    # Numbers that stand for no subscriber, as in the sample calls.
    if chosen < 0.02:
        number = f"+1555010{random.randrange(10_000):04d}"
        return Origin(number, "US")
    if chosen < 0.03:
        return Origin(f"+447700900{random.randrange(1000):03d}", "GB")
    return Origin(f"+81500{random.randrange(1_000_000, 10_000_000)}")
