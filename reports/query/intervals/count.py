"""Counts again the sums of the quarter hours that history has changed."""

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction
from django.db.models import F, Q

from callcenter.locking import OutOfTime, try_again_when_locked
from callcenter.models import ChangedQuarter, QueueEntry
from reports.models import IntervalState, QueueDay, QueueQuarter
from reports.query.entry_tallies import Time, entry_tallies
from reports.query.periods import Period, day_of_quarter, quarter_of
from reports.query.selection import default_zone
from reports.query.tally import SUMS, WAITS, Tally

logger = logging.getLogger(__name__)

# So many quarter hours are counted in one transaction. It is soon over: on SQLite
# webhooks wait for it.
QUARTERS_AT_ONCE = 192
# The largest number that the column takes on every database.
LAST_QUARTER = 2**31 - 1
# A report counts what has changed no longer than this; then it adds up entries, and the
# next report goes on.
PATIENCE_SECONDS = 2.0


def is_up_to_date(start: int, end: int) -> bool:
    """Count what has changed in the quarter hours [start, end); whether all is counted.

    It is not where that takes too long, or where the database cannot be written to.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while quarters := changed_quarters(start, end):
            count_quarters(quarters, deadline)
    except OutOfTime:
        return False
    except DatabaseError:
        logger.warning("sums of intervals could not be counted", exc_info=True)
        return False
    return True


def changed_quarters(start: int = 0, end: int = LAST_QUARTER) -> list[int]:
    """The oldest quarter hours in [start, end) that have changed, so many as are
    counted at once.
    """
    changed = ChangedQuarter.objects.filter(quarter__gte=start, quarter__lt=end)
    quarters = changed.order_by("quarter").values_list("quarter", flat=True).distinct()
    return list(quarters[:QUARTERS_AT_ONCE])


def count_quarters(quarters: Sequence[int], deadline: float | None = None) -> None:
    """Count these quarter hours, and the days in which they lie, in one transaction.

    Raises OutOfTime where the deadline, on the clock of `time.monotonic`, has passed,
    and OperationalError where the database is locked for long or read-only.
    """
    try_again_when_locked(lambda: _count(quarters), deadline)


def _count(quarters: Sequence[int]) -> None:
    with transaction.atomic():
        zone = _lock()
        # Before they are counted: what others commit from now on leaves its own marks.
        ChangedQuarter.objects.filter(quarter__in=quarters).delete()
        entries = QueueEntry.objects.filter(entered_quarter__in=quarters)
        by_quarter = Time(lambda quarter: quarter)
        found = entry_tallies(entries, by_quarter, waits=WAITS, talks=entries)
        QueueQuarter.objects.filter(entered_quarter__in=quarters).delete()
        QueueQuarter.objects.bulk_create(
            QueueQuarter(entered_quarter=quarter, queue=queue, **tally.stored())
            for (quarter, queue), tally in found.items()
            if quarter is not None
        )
        _add_up_days({day_of_quarter(quarter, zone) for quarter in quarters}, zone)


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
    QueueDay.objects.all().delete()
    _mark_all_of(QueueQuarter)


def mark_all() -> None:
    """Mark every quarter hour that has entries or sums, to count it again."""
    _mark_all_of(QueueEntry)
    _mark_all_of(QueueQuarter)


def _mark_all_of(model: type[QueueEntry | QueueQuarter]) -> None:
    quarters = model._default_manager.order_by().values_list("entered_quarter")
    ChangedQuarter.objects.bulk_create(
        (ChangedQuarter(quarter=quarter) for (quarter,) in quarters.distinct()),
        batch_size=1000,
    )


def _add_up_days(days: Collection[date], zone: ZoneInfo) -> None:
    """Make the sums of days of those of their quarter hours."""
    of_days = Q(pk__in=())
    for day in days:
        start, end = map(quarter_of, Period(day, day, zone).bounds())
        of_days |= Q(entered_quarter__gte=start, entered_quarter__lt=end)
    rows = QueueQuarter.objects.filter(of_days).order_by()
    found: dict[tuple[date, str], Tally] = defaultdict(Tally)
    for quarter, queue, *sums in rows.values_list(
        "entered_quarter", "queue", *SUMS, *WAITS
    ):
        found[day_of_quarter(quarter, zone), queue].add_tally(Tally(*sums))
    QueueDay.objects.filter(day__in=days).delete()
    QueueDay.objects.bulk_create(
        QueueDay(day=day, queue=queue, **tally.stored())
        for (day, queue), tally in found.items()
    )
