"""Stores what the queue entries of quarter hours and days add up to."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q

from callcenter.models import QueueEntry
from reports.models import QueueDay, QueueQuarter
from reports.query.entry_tallies import Time, entry_tallies
from reports.query.periods import Period, day_of_quarter, quarter_of
from reports.query.tally import SUMS, WAITS, Tally


def store_queue_sums(quarters: Collection[int], zone: ZoneInfo) -> None:
    """Count these quarter hours (epoch // 900), and the days in which they lie."""
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
