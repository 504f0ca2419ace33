"""Tallies of a report made of the stored sums, where these can answer it."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from callcenter.days import midnight
from reports.models import IntervalState, QueueDay, QueueQuarter
from reports.query.entry_tallies import KeyT, Tallies, Time
from reports.query.intervals.count import is_up_to_date
from reports.query.periods import QUARTER_SECONDS, quarter_of
from reports.query.selection import HOLIDAYS_ONLY, Selection
from reports.query.tally import SUMS, Tally

# Quarter hours [start, end), as epoch // 900.
Quarters = tuple[int, int]


def stored_tallies(
    asked: Selection, by: Time[KeyT] | None, waits: Collection[str]
) -> Tallies[KeyT] | None:
    """The tallies of a report, with these single waits.

    None where the sums cannot answer it: they know neither operators nor lines, nor
    moments within a quarter hour; and where they cannot be brought up to date.
    """
    quarters = _quarters(asked)
    if quarters is None or not is_up_to_date(*quarters):
        return None
    names = [*SUMS, *waits]
    if _is_of_days(asked, by):
        rows = _days(asked, names)
    else:
        rows = _parts(asked, quarters, names)
    time = cache(by.of) if by else None
    found: Tallies[KeyT] = {}
    for quarter, queue, *values in rows:
        tally = Tally(**dict(zip(names, values, strict=True)))
        key = time(quarter) if time else None, queue
        if key in found:
            found[key].add_tally(tally)
        else:
            found[key] = tally
    return found


def _quarters(asked: Selection) -> Quarters | None:
    """The quarter hours of what is asked for; None where it is not made of them."""
    if not (asked.first and asked.last):
        return None
    if asked != asked.by_time_and_queue():
        return None
    start, end = asked.period.bounds()
    start, end = max(start, asked.since or start), min(end, asked.until or end)
    # Before 2000 clocks of some zones were off by minutes.
    if any(bound.timestamp() % QUARTER_SECONDS for bound in (start, end)):
        return None
    return quarter_of(start), quarter_of(end)


def _is_of_days(asked: Selection, by: Time[Any] | None) -> bool:
    """Whether sums of whole days answer it, of the zone in which they are stored."""
    if by is not None and not by.is_of_days:
        return False
    if asked.hour is not None or asked.since or asked.until:
        return False
    return IntervalState.objects.filter(pk=1, zone=asked.zone.key).exists()


def _days(asked: Selection, names: Collection[str]) -> Iterable[tuple[Any, ...]]:
    """Sums of days, each under its first quarter hour."""
    days = QueueDay.objects.filter(day__range=(asked.first, asked.last))
    if asked.weekday:
        days = days.filter(day__iso_week_day=int(asked.weekday))
    if asked.holidays == HOLIDAYS_ONLY:
        days = days.filter(day__in=asked.holiday_dates())
    elif asked.holidays:
        days = days.exclude(day__in=asked.holiday_dates())
    if asked.queue:
        days = days.filter(queue=asked.queue)
    for day, *values in days.order_by().values_list("day", "queue", *names):
        yield quarter_of(midnight(day, asked.zone)), *values


def _parts(
    asked: Selection, quarters: Quarters, names: Collection[str]
) -> Iterable[tuple[Any, ...]]:
    """Sums of quarter hours."""
    start, end = quarters
    rows = QueueQuarter.objects.filter(
        asked.by_the_clock(), entered_quarter__gte=start, entered_quarter__lt=end
    )
    if asked.queue:
        rows = rows.filter(queue=asked.queue)
    return rows.order_by().values_list("entered_quarter", "queue", *names).iterator()
