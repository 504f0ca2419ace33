"""A believable past, day by day: what Twilio would have asked of us.

People telephone through the stand-in for Twilio, and the real call flow answers. The
same seed, days and setup give the same requests, to the token. No database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from random import Random

from callcenter.demo.model import People, arrivals, moment
from callcenter.demo.past.holidays import holidays
from callcenter.demo.past.shifts import sessions
from callcenter.demo.past.working_day import Outage, Programme, WorkingDay
from callcenter.demo.setup.scenario import WORKERS
from callcenter.flow.plan import Plan
from callcenter.models import WebhookEvent
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg
from callcenter.standin.network.clock import run_virtual

_OUTAGE_BEGINS, _OUTAGE_HOURS = 14, 1


@dataclass(frozen=True, slots=True)
class PastDay:
    """One day: every event in order of receipt, unsaved, and what really happened."""

    day: date
    events: list[WebhookEvent]
    customers: list[Leg]
    exchange: Exchange


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

    def played(self, plan: Plan) -> Iterator[PastDay]:
        """Each day, played by the rules of this plan when it is asked for."""
        for day in self.dates:
            yield self._play(day, plan)

    def _play(self, day: date, plan: Plan) -> PastDay:
        random = Random(f"{self.seed} {day}")
        # Also of the day before the first: after a holiday more people call.
        free = frozenset(holidays([day, day - timedelta(days=1)]))
        if day == self.dates[-1]:
            free -= {day}
        people = People(random, seed=self.seed)
        programme = Programme(
            begins=self._moment(day, 0),
            ends=min(self._moment(day, 24) - 60, self.until.timestamp()),
            callers=[
                (at, people.caller())
                for at in arrivals(random, day, self.zone, holidays=free)
            ],
            sessions={
                worker: [
                    (self._moment(day, begins), self._moment(day, ends))
                    for begins, ends in sessions(random, worker, day, holidays=free)
                ]
                for worker in WORKERS
            },
            outage=self._outage(day),
        )
        played = WorkingDay(programme, plan, people, random)
        run_virtual(played.play())
        return PastDay(day, played.events, played.customers, played.exchange)

    def _outage(self, day: date) -> Outage | None:
        if day != self.outage_day:
            return None
        return Outage(
            self._moment(day, _OUTAGE_BEGINS),
            self._moment(day, _OUTAGE_BEGINS + _OUTAGE_HOURS),
        )

    def _moment(self, day: date, hours: float) -> float:
        return moment(day, hours, self.zone)
