"""A believable past, day by day: what Twilio would have asked of us. No database.

A queueing simulation with abandonment in event time. The same seed and the same days
give the same requests, to the token.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random

from callcenter.demo.model import Caller, People, arrivals
from callcenter.demo.past.caller_leg import CallerLeg
from callcenter.demo.past.floor import QUIET_SECONDS, CallAccount, Floor, Outage
from callcenter.demo.past.holidays import holidays
from callcenter.demo.past.operator_leg import OperatorLeg
from callcenter.demo.past.requests import Request
from callcenter.demo.past.shifts import stretches
from callcenter.demo.setup.scenario import SHOP_HOURS, WORKERS, Worker

_OUTAGE_BEGINS, _OUTAGE_HOURS = 14, 1


@dataclass(frozen=True, slots=True)
class PastDay:
    """One day: every request in order of receipt, and the truth about every caller."""

    day: date
    requests: list[Request]
    calls: list[CallAccount]


@dataclass(frozen=True, slots=True)
class Past:
    """Which past: so many local days, the last one ending at a moment."""

    seed: int
    days: int
    until: datetime
    zone: tzinfo

    @property
    def dates(self) -> list[date]:
        """The local days, oldest first."""
        last = self.until.astimezone(self.zone).date()
        return [last - timedelta(days=back) for back in reversed(range(self.days))]

    @property
    def holidays(self) -> dict[date, str]:
        """The holidays among the days, with their names.

        The last day is a working day whatever it is: nobody wants to try a telephone
        that says it is closed today.
        """
        return holidays(self.dates[:-1])

    @property
    def outage_day(self) -> date | None:
        """The day with an hour in which much went wrong: about the middle."""
        free = self.holidays
        working = [
            day for day in self.dates[:-1] if day.weekday() < 5 and day not in free
        ]
        return working[len(working) // 2] if working else None

    def played(self) -> Iterator[PastDay]:
        """Each day, played when it is asked for."""
        for day in self.dates:
            yield self._play(day)

    def _play(self, day: date) -> PastDay:
        random = Random(f"{self.seed} {day}")
        # Also of the day before the first: after a holiday more people call.
        free = frozenset(holidays([day, day - timedelta(days=1)]))
        if day == self.dates[-1]:
            free -= {day}
        people = People(random, seed=self.seed)
        until = min(self._moment(day, 24) - 60, self.until.timestamp())
        floor = Floor(
            random,
            people,
            until=until,
            is_holiday=day in free,
            shop_hours=self._shop_hours(day),
            outage=self._outage(day),
        )
        last_call = until - QUIET_SECONDS
        for at in arrivals(random, day, self.zone, holidays=free):
            caller = people.caller()
            if at < last_call:
                floor.at(at, _rings(floor, caller))
        for worker in WORKERS:
            for begins, ends in stretches(random, worker, day, holidays=free):
                at = self._moment(day, begins)
                if at < last_call:
                    floor.at(at, _dials_in(floor, worker, self._moment(day, ends)))
        floor.run()
        return PastDay(day, floor.requests, floor.accounts)

    def _shop_hours(self, day: date) -> tuple[float, float]:
        opens, closes = SHOP_HOURS.get(day.isoweekday(), (0, 0))
        return self._moment(day, opens), self._moment(day, closes)

    def _outage(self, day: date) -> Outage | None:
        if day != self.outage_day:
            return None
        return Outage(
            self._moment(day, _OUTAGE_BEGINS),
            self._moment(day, _OUTAGE_BEGINS + _OUTAGE_HOURS),
        )

    def _moment(self, day: date, hours: float) -> float:
        """So many hours of the clock after midnight, in POSIX seconds."""
        whole, rest = divmod(hours, 1)
        day += timedelta(days=int(whole) // 24)
        begins = datetime.combine(day, time(int(whole) % 24), self.zone)
        return begins.timestamp() + rest * 3600


def _rings(floor: Floor, caller: Caller) -> Callable[[], None]:
    return lambda: CallerLeg(floor, caller).ring()


def _dials_in(floor: Floor, worker: Worker, ends: float) -> Callable[[], None]:
    return lambda: OperatorLeg(floor, worker, ends).dial_in()
