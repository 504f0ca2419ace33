"""Counts again the stored sums where history has changed."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction
from django.db.models import F, Max, Min

from callcenter.days import midnight
from callcenter.locking import OutOfTime, try_again_when_locked
from callcenter.models import ChangedQuarter, Connection, OperatorState, QueueEntry
from reports.models import IntervalState, OperatorDay, QueueDay, QueueQuarter
from reports.query.intervals.operator_sums import store_operator_sums
from reports.query.intervals.queue_sums import store_queue_sums
from reports.query.periods import QUARTER_SECONDS, quarter_of
from reports.query.selection import default_zone

logger = logging.getLogger(__name__)

About = ChangedQuarter.About

# The largest number that the column takes on every database.
LAST_QUARTER = 2**31 - 1
# So many quarter hours are counted in one transaction. It is soon over: on SQLite
# webhooks wait for it.
QUARTERS_AT_ONCE = 192
# Those of operators lie so close together: whole days are counted.
_SPAN = {About.QUEUES: LAST_QUARTER, About.OPERATORS: 4 * 96}
# A report counts what has changed no longer than this; then it adds up rows, and the
# next report goes on.
PATIENCE_SECONDS = 2.0
# No local day is shorter.
_HALF_DAY = 12 * 60 * 60 // QUARTER_SECONDS

_STORE: Mapping[str, Callable[[Collection[int], ZoneInfo], None]] = {
    About.QUEUES: store_queue_sums,
    About.OPERATORS: store_operator_sums,
}


def is_up_to_date(about: About, start: int, end: int) -> bool:
    """Count what has changed in the quarter hours [start, end); whether all is counted.

    It is not where that takes too long, or where the database cannot be written to.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while quarters := changed_quarters(about, start, end):
            count_quarters(about, quarters, deadline)
    except OutOfTime:
        return False
    except DatabaseError:
        logger.warning("sums of intervals could not be counted", exc_info=True)
        return False
    return True


def count_all(
    on_batch: Callable[[About, int], object] = lambda _about, _count: None,
) -> None:
    """Count whatever has changed, and say after each batch how many quarter hours.

    Raises OperationalError where the database is locked for long or read-only.
    """
    for about in About:
        while quarters := changed_quarters(about):
            count_quarters(about, quarters)
            on_batch(about, len(quarters))


def changed_quarters(
    about: About, start: int = 0, end: int = LAST_QUARTER
) -> list[int]:
    """The oldest quarter hours in [start, end) that have changed, so many as are
    counted at once.
    """
    changed = ChangedQuarter.objects.filter(
        about=about, quarter__gte=start, quarter__lt=end
    )
    quarters = changed.order_by("quarter").values_list("quarter", flat=True).distinct()
    oldest = list(quarters[:QUARTERS_AT_ONCE])
    return [quarter for quarter in oldest if quarter < oldest[0] + _SPAN[about]]


def count_quarters(
    about: About, quarters: Sequence[int], deadline: float | None = None
) -> None:
    """Count these quarter hours, and the days in which they lie, in one transaction.

    Raises OutOfTime where the deadline, on the clock of `time.monotonic`, has passed,
    and OperationalError where the database is locked for long or read-only.
    """
    try_again_when_locked(lambda: _count(about, quarters), deadline)


def _count(about: About, quarters: Sequence[int]) -> None:
    with transaction.atomic():
        zone = _lock()
        # Before they are counted: what others commit from now on leaves its own marks.
        ChangedQuarter.objects.filter(about=about, quarter__in=quarters).delete()
        _STORE[about](quarters, zone)


def _lock() -> ZoneInfo:
    """Let one transaction count at a time; returns the zone of the days."""
    zone = default_zone()
    state = IntervalState.objects.filter(pk=1)
    if not state.update(counts=F("counts") + 1):
        # The first count of an installation; two processes may begin it at once.
        IntervalState.objects.get_or_create(pk=1)
        state.update(counts=F("counts") + 1)
    if state.exclude(zone=zone.key).update(zone=zone.key):
        _begin_days_again()
    return zone


def _begin_days_again() -> None:
    """Remove the days of another zone, and mark what those of this one are made of."""
    _mark(About.QUEUES, _quarters_of(QueueQuarter))
    _mark(About.OPERATORS, _half_days_between(_bounds_of_days()))
    QueueDay.objects.all().delete()
    OperatorDay.objects.all().delete()


def mark_all() -> None:
    """Mark every quarter hour that has rows or sums, to count it again."""
    _mark(About.QUEUES, {*_quarters_of(QueueEntry), *_quarters_of(QueueQuarter)})
    _mark(About.OPERATORS, _half_days_between([*_bounds_of_days(), *_bounds_of_rows()]))


def _quarters_of(model: type[QueueEntry | QueueQuarter]) -> Iterable[int]:
    rows = model._default_manager.order_by()
    return rows.values_list("entered_quarter", flat=True).distinct()


def _bounds_of_rows() -> list[datetime]:
    """When the first and the last row began of which the days of operators are made."""
    found: list[datetime | None] = []
    for model, moment in (
        (QueueEntry, "entered_at"),
        (Connection, "connected_at"),
        (OperatorState, "started_at"),
    ):
        bounds = model._default_manager.aggregate(Min(moment), Max(moment))
        found += bounds.values()
    return [at for at in found if at]


def _bounds_of_days() -> list[datetime]:
    """The first and the last day of operators that is stored."""
    days = OperatorDay.objects.aggregate(Min("day"), Max("day"))
    return [midnight(day, UTC) for day in days.values() if day]


def _half_days_between(moments: Sequence[datetime]) -> Iterable[int]:
    """A quarter hour in every day between them, in whatever zone; in days beside, too.

    Days of another zone begin up to a day earlier or later, and legs last a day.
    """
    if not moments:
        return ()
    first, last = (quarter_of(each(moments)) for each in (min, max))
    return range(first - 2 * _HALF_DAY, last + 5 * _HALF_DAY, _HALF_DAY)


def _mark(about: About, quarters: Iterable[int]) -> None:
    ChangedQuarter.objects.bulk_create(
        (ChangedQuarter(about=about, quarter=quarter) for quarter in quarters),
        batch_size=1000,
    )
