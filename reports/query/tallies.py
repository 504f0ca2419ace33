"""What the queue entries of a period add up to, by interval and queue.

Three queries, however long the period is.
"""

from collections import defaultdict
from functools import cache
from typing import Any

from django.db.models import Count, F, QuerySet

from callcenter.models import QueueEntry
from reports.query import metrics
from reports.query.metrics import Tally
from reports.query.periods import Key
from reports.query.selection import Selection

# By the interval (None where a report has none) and by queue.
Tallies = dict[tuple[Key | None, str], Tally]


def tallies(asked: Selection, *, interval: str | None) -> Tallies:
    """The tallies of queues that have entries, by interval or of the whole period."""
    found: Tallies = defaultdict(Tally)
    period = asked.period

    @cache
    def key(quarter: int | None) -> Key | None:
        if interval is None or quarter is None:
            return None
        return period.interval_of(quarter, interval)

    def tally(group: dict[str, Any]) -> Tally:
        return found[key(group.pop("of_quarter", None)), group.pop("of_queue")]

    def grouped(rows: QuerySet[Any], prefix: str = "") -> QuerySet[Any, dict[str, Any]]:
        by = {"of_queue": F(f"{prefix}queue")}
        if interval is not None:
            by["of_quarter"] = F(f"{prefix}entered_quarter")
        return rows.order_by().values(**by)

    entries = asked.entries()
    for sums in grouped(entries).annotate(**metrics.ENTRY_SUMS).iterator():
        tally(sums).add(**sums)

    answered = entries.filter(
        outcome=QueueEntry.Outcome.ANSWERED, wait_seconds__isnull=False
    )
    # The single waits, for percentiles: few values, each with its number of entries.
    waits = grouped(answered).annotate(of_wait=F("wait_seconds"), entries=Count("pk"))
    for wait in waits.iterator():
        tally(wait).waits[wait["of_wait"]] += wait["entries"]

    talks = grouped(asked.connections(), "entry__").annotate(**metrics.TALK_SUMS)
    for sums in talks.iterator():
        tally(sums).add(**sums)
    return found


def total_of(found: Tallies) -> Tally:
    """All tallies added up."""
    total = Tally()
    for tally in found.values():
        total.add_tally(tally)
    return total
