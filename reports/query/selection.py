"""What a report or list is filtered by, and the rows that are left.

The form of a report and the filters of an admin list both yield a `Selection`; so a
number in a report and the list behind it mean the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual, In, LessThan
from django.utils import timezone

from callcenter.days import midnight
from callcenter.models import (
    Connection,
    Holiday,
    QueueEntry,
)
from reports.query.conditions import CONDITIONS, there_is
from reports.query.keyset import Listed
from reports.query.periods import DAY, Period, quarter_of
from reports.query.quarters import Quarter
from reports.query.waits import WaitSpan

ModelT = TypeVar("ModelT", bound=models.Model)


QUARTERS_A_DAY = 96
HOLIDAYS_OUT, HOLIDAYS_ONLY = "out", "only"
_EPOCH = date(1970, 1, 1)

# Of so many days the rows are few enough to be sorted, or to be looked through for an
# hour of the day, in a table of ten million.
MOST_DAYS = 31


def default_zone() -> ZoneInfo:
    """The zone of the settings, for days without another zone."""
    return ZoneInfo(settings.TIME_ZONE)


def local_today() -> date:
    """The day of now, in the zone of the settings."""
    return timezone.localdate(timezone=default_zone())


@dataclass(frozen=True, slots=True)
class Selection:
    """What rows are filtered by; a field that is empty does not filter.

    The days are local ones, both included. Operators are named as in history: by a
    number, or by client:identity.
    """

    first: date | None = None
    last: date | None = None
    zone: ZoneInfo = field(default_factory=default_zone)
    queue: str = ""
    operators: tuple[str, ...] = ()
    # The primary key of the operator whose names these are, for addresses of lists.
    operator_key: str = ""
    line: str = ""
    menu: str = ""
    ivr_path: str = ""
    kind: str = ""
    outcome: str = ""
    state: str = ""
    search: str = ""
    # The SID of a call whose caller is asked for.
    caller_of: str = ""
    # Only what is so now: callers who wait, operators who are signed in.
    now: bool = False
    # One hour of each of the days, from 0 to 23. But for queue entries the days must be
    # few (`is_short`).
    hour: int | None = None
    # Those of a span [since, until) within the days; connections of the queue entries
    # of the span.
    since: datetime | None = None
    until: datetime | None = None
    # Those of a weekday ("1" is Monday), without holidays ("out") or only those
    # ("only"); of connections not.
    weekday: str = ""
    holidays: str = ""
    # Those that a count of a report counts, by its code (reports.query.counted,
    # counted_calls and counted_steps).
    counted: str = ""
    # Those of queue entries that waited so long.
    waited: WaitSpan | None = None
    # By which intervals a report counts, and whether its rows are of all queues.
    interval: str = ""
    together: bool = False
    # By which formula it makes the service level (reports.query.variants), and by which
    # threshold in seconds in place of those that were valid.
    formula: str = ""
    threshold: int | None = None
    # With which period it compares (reports.query.comparison).
    compare: str = ""
    # Of a plan of operators: the service level to reach in per cent, and the formula.
    goal: int = 80
    erlang: str = ""

    @property
    def period(self) -> Period:
        """The days, where both are asked for."""
        if self.first is None or self.last is None:
            raise ValueError("a period has a first and a last day")
        return Period(self.first, self.last, self.zone)

    @property
    def is_short(self) -> bool:
        """Whether the days are few; without a last one they end today."""
        if self.first is None:
            return False
        last = self.last or max(self.first, local_today())
        return last - self.first < MOST_DAYS * DAY

    def by_time_and_queue(self) -> "Selection":
        """The same of all operators and lines: what the stored sums of queues know."""
        return Selection(**{name: getattr(self, name) for name in _BY_TIME_AND_QUEUE})

    def of_period(self, rows: QuerySet[ModelT], moment: str) -> QuerySet[ModelT]:
        """The rows whose moment lies in the days; OverflowError at the ends of time."""
        if self.first:
            rows = rows.filter(**{f"{moment}__gte": midnight(self.first, self.zone)})
        if self.last:
            end = midnight(self.last + DAY, self.zone)
            rows = rows.filter(**{f"{moment}__lt": end})
        if rows.model is QueueEntry:
            return rows.filter(self._of_span(moment), self.by_the_clock())
        if rows.model is Connection:
            return rows.filter(self._entered_in_span())
        rows = rows.filter(self._of_span(moment), self.of_days(moment))
        if self.hour is not None:
            rows = rows.filter(self._of_hour(moment))
        return rows

    def _of_span(self, moment: str) -> Q:
        found = Q()
        if self.since:
            found &= Q(**{f"{moment}__gte": self.since})
        if self.until:
            found &= Q(**{f"{moment}__lt": self.until})
        return found

    def _entered_in_span(self) -> Q:
        """Connections whose callers entered in the span."""
        of_span = self._of_span("entered_at")
        entry = QueueEntry.objects.filter(of_span, pk=OuterRef("entry"))
        return there_is(entry) if of_span else Q()

    def by_the_clock(self) -> Q:
        """The hour, the weekday and the holidays, by the clock of the zone.

        For rows with an `entered_quarter`: arithmetic on it, for each span with one
        offset from UTC. MariaDB without tables of time zones answers NULL where it is
        asked for a local hour, and on SQLite each row would call Python.
        """
        return self._by_the_clock(F("entered_quarter"), self.hour)

    def of_days(self, moment: str) -> Q:
        """The weekday and the holidays by the clock of the zone, for other rows."""
        return self._by_the_clock(Quarter(moment), None)

    def _by_the_clock(self, quarter: F | Quarter, hour: int | None) -> Q:
        if hour is None and not self.weekday and not self.holidays:
            return Q()
        found = Q(pk__in=[])
        # Each as its first quarter hour by local time.
        dates = self.holiday_dates() if self.holidays else []
        holidays = [(day - _EPOCH).days * QUARTERS_A_DAY for day in dates]
        for start, end, offset in self.period.offsets():
            local = quarter + offset
            span = _between(quarter, start, end - start)
            if hour is not None:
                span &= _between(local % QUARTERS_A_DAY, 4 * hour, 4)
            if self.weekday:
                # The first day of the epoch was a Thursday.
                days = (int(self.weekday) + 3) % 7
                of_week = local % (7 * QUARTERS_A_DAY)
                span &= _between(of_week, days * QUARTERS_A_DAY, QUARTERS_A_DAY)
            if self.holidays:
                off = Q(In(local - local % QUARTERS_A_DAY, holidays))
                span &= off if self.holidays == HOLIDAYS_ONLY else ~off
            found |= span
        return found

    def holiday_dates(self) -> list[date]:
        """The holidays of the period, of all lines or also of the line asked for."""
        days = Holiday.objects.filter(
            Q(line=None) | Q(line__number=self.line) if self.line else Q(line=None),
            date__range=(self.first, self.last),
        )
        return list(days.order_by("date").values_list("date", flat=True).distinct())

    def quarters(self) -> Iterator[int]:
        """The quarter hours of the period (epoch // 900) that the clock filters leave.

        In order; of those of the hour, the weekday and the holidays.
        """
        holidays = set(self.holiday_dates()) if self.holidays else set()
        for day in self.period.days():
            if self.weekday and day.isoweekday() != int(self.weekday):
                continue
            is_off = day in holidays
            if self.holidays and is_off != (self.holidays == HOLIDAYS_ONLY):
                continue
            start, end = map(quarter_of, Period(day, day, self.zone).bounds())
            for quarter in range(start, end):
                if self.hour is None or self.period.hour_of_week(quarter)[1] == (
                    f"{self.hour:02}"
                ):
                    yield quarter

    def _of_hour(self, moment: str) -> Q:
        """The hour on each of the days, as spans of moments.

        By the clock of the zone and not by SQL: MariaDB without tables of time zones
        answers NULL where it is asked for a local hour.
        """
        if self.first is None or self.hour is None or not self.is_short:
            raise ValueError("an hour of the day needs a short period")
        last = self.last or max(self.first, local_today())
        found = Q(pk__in=[])
        for start, end in Period(self.first, last, self.zone).spans_of_hour(self.hour):
            found |= Q(**{f"{moment}__gte": start, f"{moment}__lt": end})
        return found

    def condition(self, model: type[models.Model]) -> Q:
        """All that is asked of rows of a model besides the days and the search."""
        found = Q()
        for name, condition in CONDITIONS.get(model, {}).items():
            if value := getattr(self, name):
                found &= condition(value)
        return found

    def listed(self, rows: QuerySet[ModelT], moment: str) -> Listed[ModelT]:
        """Those of the rows that are asked for, in the period of their moment."""
        of_period = self.of_period(rows, moment)
        condition = self.condition(rows.model)
        return Listed(of_period.filter(condition), of_period, bool(condition))

    def entries(self) -> QuerySet[QueueEntry]:
        """Queue entries of the period."""
        return self.listed(QueueEntry.objects.all(), "entered_at").rows

    def connections(self) -> QuerySet[Connection]:
        """Connections of the period's queue entries."""
        entries = self.of_period(QueueEntry.objects.all(), "entered_at")
        return Connection.objects.filter(
            there_is(entries.filter(pk=OuterRef("entry"))), self.condition(Connection)
        )


# Filters by time and queue, and how a report shows what they leave.
_BY_TIME_AND_QUEUE = (
    *("first", "last", "zone", "since", "until", "hour", "weekday", "holidays"),
    *("queue", "interval", "together", "compare", "formula", "threshold"),
    *("goal", "erlang"),
)


def _between(value: Any, start: int, length: int) -> Q:
    after_start = Q(GreaterThanOrEqual(value, start))
    return after_start & Q(LessThan(value, start + length))
