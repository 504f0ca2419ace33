"""Local days and intervals, and the instants they cover by the clocks of a zone.

No database. All are half-open: an interval ends where the next one starts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from callcenter.days import midnight

# History stores the quarter hour of entering as epoch // 900. Since 2000 every offset
# from UTC is a multiple of it, so that no quarter hour lies in two local intervals.
QUARTER_SECONDS = 900
QUARTER = timedelta(seconds=QUARTER_SECONDS)

FISCAL_YEAR_FIRST_MONTH = 4
DAY = timedelta(days=1)

# Codes of the intervals that are parts of a day, and their length in minutes.
MINUTES = {"15": 15, "30": 30, "60": 60}
HOUR_OF_DAY = "hour-of-day"
WEEKDAY = "weekday"
HOUR_OF_WEEK = "hour-of-week"

# An hour of the week: the weekday ("1" is Monday) and the hour of the day ("09").
HourOfWeek = tuple[str, str]
_HOURS_A_WEEK = 7 * 24

# The key of an interval: its start as an instant in UTC, or the hour of the day ("09"),
# the weekday ("1" is Monday), or both ("1-09"). An hour that the clocks repeat has two
# keys that are instants.
Key = datetime | str


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from first to last, both included, in a zone."""

    first: date
    last: date
    zone: ZoneInfo

    def bounds(self) -> tuple[datetime, datetime]:
        """The instants [start, end) in UTC."""
        return midnight(self.first, self.zone), midnight(self.last + DAY, self.zone)

    def days(self) -> Iterator[date]:
        """The days of the period, without a day that the zone skipped."""
        day = self.first
        while day <= self.last:
            if midnight(day, self.zone) < midnight(day + DAY, self.zone):
                yield day
            day += DAY

    def intervals(self, kind: str) -> Iterator[Key]:
        """The keys of the intervals that the period touches, in order.

        An hour that the clocks skip has no key, one that they repeat has two. The key
        of a week, month or fiscal year is its start, also if it is before the period.
        """
        if kind in MINUTES:
            for day in self.days():
                yield from _starts(day, self.zone, MINUTES[kind])
        elif kind == HOUR_OF_DAY:
            yield from self._hours()
        elif kind == HOUR_OF_WEEK:
            yield from map("-".join, self.hours_of_week())
        elif kind == WEEKDAY:
            first_week = zip(self.days(), range(7), strict=False)
            yield from sorted({str(day.isoweekday()) for day, _ in first_week})
        else:
            seen = None
            for day in self.days():
                first = FIRST_DAY[kind](day)
                if first != seen:
                    yield midnight(first, self.zone)
                    seen = first

    def interval_of(self, quarter: int, kind: str) -> Key:
        """The key of the interval in which a quarter hour (epoch // 900) lies."""
        instant = _start_of(quarter)
        day = day_of(instant, self.zone)
        if kind in MINUTES:
            starts = _starts(day, self.zone, MINUTES[kind])
            return starts[bisect_right(starts, instant) - 1]
        if kind == HOUR_OF_DAY:
            return _hour(instant, self.zone)
        if kind == WEEKDAY:
            return str(day.isoweekday())
        if kind == HOUR_OF_WEEK:
            return "-".join(_hour_of_week(instant, self.zone))
        return midnight(FIRST_DAY[kind](day), self.zone)

    def end_of(self, key: datetime, kind: str) -> datetime:
        """The instant at which an interval with a start ends, also after the period."""
        day = day_of(key, self.zone)
        if kind in MINUTES:
            starts = _starts(day, self.zone, MINUTES[kind])
            later = starts[bisect_right(starts, key) :]
            return later[0] if later else midnight(day + DAY, self.zone)
        first = FIRST_DAY[kind](day)
        while FIRST_DAY[kind](day) == first:
            day += DAY
        return midnight(day, self.zone)

    def days_of(self, key: datetime, kind: str) -> tuple[date, date]:
        """The first and last day of the period in an interval of whole days."""
        last = day_of(self.end_of(key, kind), self.zone) - DAY
        return max(day_of(key, self.zone), self.first), min(last, self.last)

    def hours_of_week(self) -> Iterator[HourOfWeek]:
        """The hours of the week that the period touches, Monday's first.

        One that the clocks skip on the only day of its weekday is missing.
        """
        hours: set[HourOfWeek] = set()
        for day in self.days():
            hours |= {
                _hour_of_week(start, self.zone) for start in _starts(day, self.zone, 60)
            }
            if len(hours) == _HOURS_A_WEEK:
                break
        yield from sorted(hours)

    def hour_of_week(self, quarter: int) -> HourOfWeek:
        """The hour of the week in which a quarter hour (epoch // 900) lies."""
        return _hour_of_week(_start_of(quarter), self.zone)

    def offsets(self) -> Iterator[tuple[int, int, int]]:
        """Spans of quarter hours [start, end), each with one offset from UTC.

        Start and end as epoch // 900, the offset in quarter hours too.
        """
        start, end = (quarter_of(bound) for bound in self.bounds())
        begun, day = start, self.first
        while day <= self.last:
            quarter = max(quarter_of(midnight(day, self.zone)), start)
            day += DAY
            until = min(quarter_of(midnight(day, self.zone)), end)
            offset = self._offset(quarter)
            if self._offset(until - 1) != offset:
                changed = bisect_left(
                    range(quarter, until),
                    True,
                    key=lambda at: self._offset(at) != offset,
                )
                yield begun, quarter + changed, offset
                begun = quarter + changed
        yield begun, end, self._offset(end - 1)

    def _offset(self, quarter: int) -> int:
        instant = datetime.fromtimestamp(quarter * QUARTER_SECONDS, self.zone)
        return (instant.utcoffset() or timedelta()) // QUARTER

    def spans_of_hour(self, hour: int) -> Iterator[tuple[datetime, datetime]]:
        """The instants [start, end) of each day at which clocks show this hour.

        None on a day on which clocks skip it, two where they repeat it.
        """
        for day in self.days():
            starts = _starts(day, self.zone, MINUTES["60"])
            ends = [*starts[1:], midnight(day + DAY, self.zone)]
            for start, end in zip(starts, ends, strict=True):
                if _hour(start, self.zone) == f"{hour:02}":
                    yield start, end

    def _hours(self) -> Iterator[str]:
        hours: set[str] = set()
        for day in self.days():
            hours |= {_hour(start, self.zone) for start in _starts(day, self.zone, 60)}
            if len(hours) == 24:
                break
        yield from sorted(hours)


def quarter_of(instant: datetime) -> int:
    """The quarter hour in which an instant lies, as epoch // 900."""
    return int(instant.timestamp()) // QUARTER_SECONDS


def day_of_quarter(quarter: int, zone: ZoneInfo) -> date:
    """The local day in which a quarter hour (epoch // 900) begins."""
    return day_of(_start_of(quarter), zone)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The local day in which an instant lies."""
    day = instant.astimezone(zone).date()
    # Clocks that have gone back over midnight show the date of the day before.
    while instant >= midnight(day + DAY, zone):
        day += DAY
    return day


def _start_of(quarter: int) -> datetime:
    return datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _first_of_fiscal_year(day: date) -> date:
    year = day.year if day.month >= FISCAL_YEAR_FIRST_MONTH else day.year - 1
    return date(year, FISCAL_YEAR_FIRST_MONTH, 1)


# Codes of the intervals made of whole days, and the day on which each starts.
FIRST_DAY: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": _monday,
    "month": _first_of_month,
    "fiscal-year": _first_of_fiscal_year,
}

# Those that gather the same time of several days.
RECURRING = (HOUR_OF_DAY, WEEKDAY, HOUR_OF_WEEK)
INTERVALS = (*MINUTES, *FIRST_DAY, *RECURRING)
# Those in which all quarter hours of a local day lie together.
OF_DAYS = (*FIRST_DAY, WEEKDAY)


@lru_cache(maxsize=1024)
def _starts(day: date, zone: ZoneInfo, minutes: int) -> list[datetime]:
    """The starts of a day's intervals by the local clock, in UTC.

    An interval starts where the clock shows a full quarter, half hour or hour, and
    where the clock is changed. So a repeated hour is two intervals, and a change of
    half an hour (Lord Howe) makes one of 30 minutes.
    """
    starts: list[datetime] = []
    seen: tuple[datetime, timedelta | None] | None = None
    instant, end = midnight(day, zone), midnight(day + DAY, zone)
    while instant < end:
        local = instant.astimezone(zone)
        floor = local.replace(
            minute=local.minute - local.minute % minutes,
            second=0,
            microsecond=0,
            tzinfo=None,
        )
        reading = (floor, local.utcoffset())
        if reading != seen:
            starts.append(instant)
            seen = reading
        instant += QUARTER
    return starts


def _hour(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%H}"


def _hour_of_week(instant: datetime, zone: ZoneInfo) -> HourOfWeek:
    local = instant.astimezone(zone)
    return str(local.isoweekday()), f"{local:%H}"
