"""When a report is due: by the clock of a zone. No database."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from reports.models import ScheduledReport
from reports.query.periods import DAY, FIRST_DAY

Frequency = ScheduledReport.Frequency
# How late a report is still worth sending, once the worker is back.
LATEST = {
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=3),
    Frequency.MONTHLY: timedelta(days=7),
}
# After how long it is tried again, and from then on hourly.
_TRIED_AGAIN = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
GIVEN_UP_AFTER = timedelta(days=1)
_LENGTHS = {
    Frequency.DAILY: "day",
    Frequency.WEEKLY: "week",
    Frequency.MONTHLY: "month",
}


def last_time(frequency: str, hour: int, zone: tzinfo, now: datetime) -> datetime:
    """The last moment, now included, at which a report of this frequency was due.

    Every day, on Mondays, or on the first of the month, at a full hour by the clock. An
    hour that clocks skip is due at the change, one that they repeat at its first.
    """
    today = now.astimezone(zone).date()
    day = _first(frequency, today)
    due = _at(day, hour, zone)
    return due if due <= now else _at(_first(frequency, day - DAY), hour, zone)


def next_time(frequency: str, hour: int, zone: tzinfo, now: datetime) -> datetime:
    """The first moment after now at which it is due."""
    day = now.astimezone(zone).date()
    while (due := _at(_first(frequency, day), hour, zone)) <= now:
        day += DAY
    return due


def is_worth_it(frequency: str, due: datetime, now: datetime) -> bool:
    """Whether a report that was due then is still sent."""
    return now - due <= LATEST[Frequency(frequency)]


def next_try(tries: int, asked_at: datetime, now: datetime) -> datetime | None:
    """When it is tried again after so many tries; None once it is given up."""
    wait = _TRIED_AGAIN[min(tries, len(_TRIED_AGAIN)) - 1]
    return None if now + wait > asked_at + GIVEN_UP_AFTER else now + wait


def _first(frequency: str, day: date) -> date:
    return FIRST_DAY[_LENGTHS[Frequency(frequency)]](day)


def _at(day: date, hour: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
