"""The period that another one is compared with, interval by interval. No database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.days import midnight
from reports.query.periods import (
    DAY,
    FIRST_DAY,
    MINUTES,
    RECURRING,
    Key,
    day_of,
    quarter_of,
)
from reports.query.selection import Selection

COMPARISONS: dict[str, StrOrPromise] = {
    "before": _("the period before"),
    "weeks": _("the same weekdays before"),
    "year": _("the same weekdays last year"),
    "year-dates": _("the same dates last year"),
}
WEEK = timedelta(days=7)
# A year later most dates are on the next weekday, so business days need whole weeks.
_YEAR_OF_WEEKS = 52 * WEEK

# Of these more is better, of the others named here less is; volumes are neither.
MORE_IS_BETTER = frozenset(["service_level", "answer_rate"])
LESS_IS_BETTER = frozenset(
    ["abandoned", "abandonment_rate", "asa_seconds", "longest_wait_seconds"]
)


def days_compared(how: str, first: date, last: date) -> tuple[date, date]:
    """The days that those from first to last are compared with, by a code above.

    Raises OverflowError or ValueError at the ends of time.
    """
    if how == "weeks":
        weeks = (last - first).days // 7 + 1
        return first - weeks * WEEK, last - weeks * WEEK
    if how == "year":
        return first - _YEAR_OF_WEEKS, last - _YEAR_OF_WEEKS
    if how == "year-dates":
        return _months_before(first, 12), _months_before(last, 12)
    if first.day == 1:
        months = 12 * (last.year - first.year) + last.month - first.month + 1
        is_whole = (last + DAY).day == 1
        end = first - DAY if is_whole else _months_before(last, months)
        return _months_before(first, months), end
    # Part of a week from its Monday is compared with the same part of the week before.
    is_week = first.weekday() == 0 and last - first < WEEK and first < last
    length = WEEK if is_week else last - first + DAY
    return first - length, last - length


def compared_to(asked: Selection) -> Selection | None:
    """What a selection is compared with: as it asks, else the same weekdays before.

    None where intervals have no counterparts in what nobody asked for, and at the ends
    of time.
    """
    if not asked.compare and asked.interval not in (*MINUTES, "day"):
        return None
    period = asked.period
    try:
        first, last = days_compared(asked.compare or "weeks", period.first, period.last)
        earlier = replace(asked, first=first, last=last, compare="")
        earlier.period.bounds()
    except (OverflowError, ValueError):
        return None
    return earlier


def counterparts(
    asked: Selection, earlier: Selection
) -> Mapping[Key | None, Key | None]:
    """What each interval of this period is compared to, without those that have none.

    The same time of the day, the same hour or weekday, else the same place in the
    period. None has an interval that clocks skipped then or that they repeat now, and
    one that the other period is too short for.
    """
    if asked.interval in (*MINUTES, "day", *RECURRING):
        found = (
            (key, counterpart(asked, earlier, key))
            for key in asked.period.intervals(asked.interval)
        )
        return {key: other for key, other in found if other is not None}
    return _by_place(asked, earlier)


def counterpart(asked: Selection, earlier: Selection, key: Key) -> Key | None:
    """What one interval of this period is compared to; None where there is nothing."""
    kind, then = asked.interval, earlier.period
    if kind in RECURRING:
        return key
    if kind not in (*MINUTES, "day"):
        return _by_place(asked, earlier).get(key)
    if not isinstance(key, datetime) or key.astimezone(then.zone).fold:
        return None
    shift = asked.period.first - then.first
    other = _shifted(key, shift, then.zone, is_day=kind == "day")
    start, end = then.bounds()
    if other is None or not start <= other < end:
        return None
    return other if then.interval_of(quarter_of(other), kind) == other else None


# Weeks, months and years, of which there are few.
@lru_cache(maxsize=2)
def _by_place(asked: Selection, earlier: Selection) -> Mapping[Key | None, Key | None]:
    intervals = (one.period.intervals(asked.interval) for one in (asked, earlier))
    return dict(zip(*intervals, strict=False))


def judgement(code: str, change: float | None) -> str:
    """Whether a change of a measure is `better` or `worse`; empty if it is neither."""
    if not change or code not in MORE_IS_BETTER | LESS_IS_BETTER:
        return ""
    return "better" if (change > 0) == (code in MORE_IS_BETTER) else "worse"


def _shifted(
    key: datetime, shift: timedelta, zone: ZoneInfo, *, is_day: bool
) -> datetime | None:
    """So many days before, at the same time by the clock; None if clocks skipped it."""
    if is_day:
        return midnight(day_of(key, zone) - shift, zone)
    # Arithmetic on a local time is by the clock, and takes the first of two.
    local = key.astimezone(zone) - shift
    instant = datetime.fromtimestamp(local.timestamp(), zone)
    return (
        instant if instant.replace(tzinfo=None) == local.replace(tzinfo=None) else None
    )


def _months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last one of a shorter month."""
    month = 12 * day.year + day.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    last = FIRST_DAY["month"](first + 31 * DAY) - DAY
    return first.replace(day=min(day.day, last.day))
