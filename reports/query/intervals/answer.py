"""Answers reports from the stored sums, where these can answer them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.db.models import Sum

from callcenter.days import midnight
from callcenter.models import ChangedQuarter
from reports.models import IntervalState, OperatorDay, QueueDay, QueueQuarter
from reports.query.entry_tallies import KeyT, Tallies, Time
from reports.query.intervals.count import is_up_to_date
from reports.query.operator_rows import STATES, OperatorSums
from reports.query.periods import QUARTER_SECONDS, quarter_of
from reports.query.selection import HOLIDAYS_ONLY, Selection, default_zone
from reports.query.tally import SUMS, Tally

About = ChangedQuarter.About

# Quarter hours [start, end), as epoch // 900.
Quarters = tuple[int, int]
_OF_OPERATORS = ("connections", "talks", "talk", *STATES)


def stored_tallies(
    asked: Selection, by: Time[KeyT] | None, waits: Collection[str]
) -> Tallies[KeyT] | None:
    """The tallies of a report, with these single waits.

    None where the sums cannot answer it: they know neither operators nor lines, nor
    moments within a quarter hour; and where they cannot be brought up to date.
    """
    quarters = _quarters(asked) if asked == asked.by_time_and_queue() else None
    if quarters is None or not is_up_to_date(About.QUEUES, *quarters):
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


def stored_operator_sums(asked: Selection) -> OperatorSums | None:
    """What operators did in the days of the period, without open states.

    None where the days that are stored cannot answer it, being those of another zone,
    and where they cannot be brought up to date.
    """
    quarters = _quarters(asked) if asked.zone == default_zone() else None
    if quarters is None or not is_up_to_date(About.OPERATORS, *quarters):
        return None
    # The settings may name another zone since, and nothing have been counted.
    if not _are_of_zone(asked):
        return None
    days = OperatorDay.objects.filter(day__range=(asked.first, asked.last))
    if asked.operators:
        days = days.filter(operator__in=asked.operators)
    sums = {f"of_{name}": Sum(name) for name in _OF_OPERATORS}
    found: OperatorSums = defaultdict(Counter)
    for operator, *values in days.order_by().values_list("operator").annotate(**sums):
        named = zip(_OF_OPERATORS, map(int, values), strict=True)
        found[operator].update(dict(named))
    return found


def _quarters(asked: Selection) -> Quarters | None:
    """The quarter hours of the period; None where it is not made of them."""
    if not (asked.first and asked.last):
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
    return _are_of_zone(asked)


def _are_of_zone(asked: Selection) -> bool:
    """Whether the days that are stored are those of the zone that is asked for."""
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
