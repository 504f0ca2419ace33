"""What the queue entries of a period add up to, by a time and by queue.

A fixed number of queries, however long the period is.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Generic, TypeVar

from django.db.models import Count, F, QuerySet

from reports.query.counted import COUNTED
from reports.query.selection import Selection
from reports.query.tally import ENTRY_SUMS, TALK_SUMS, Tally

KeyT = TypeVar("KeyT", bound=Hashable)

# By a time (None where a report has none) and by queue.
Tallies = dict[tuple[KeyT | None, str], Tally]
# The time of a tally, from the quarter hour of entering (epoch // 900).
Time = Callable[[int], KeyT]


def tallies(asked: Selection, by: Time[KeyT] | None = None) -> Tallies[KeyT]:
    """All that is known of queues that have entries: three queries."""
    counting = _Counting(asked, by)
    counting.count_entries()
    counting.count_waits("answered", "waits")
    counting.count_talks()
    return counting.found


def entry_tallies(asked: Selection, by: Time[KeyT] | None = None) -> Tallies[KeyT]:
    """The sums of entries, without single waits and without talk: one query."""
    counting = _Counting(asked, by)
    counting.count_entries()
    return counting.found


def wait_tallies(asked: Selection) -> Tallies[str]:
    """The sums of entries, and the waits of those answered or given up: three queries.

    Of the whole period.
    """
    counting: _Counting[str] = _Counting(asked, None)
    counting.count_entries()
    counting.count_waits("answered", "waits")
    counting.count_waits("given_up", "given_up_waits")
    return counting.found


def total_of(found: Tallies[Any]) -> Tally:
    """All tallies added up."""
    total = Tally()
    for tally in found.values():
        total.add_tally(tally)
    return total


class _Counting(Generic[KeyT]):
    """Tallies that are being filled; each kind of sum takes one query."""

    def __init__(self, asked: Selection, by: Time[KeyT] | None) -> None:
        self.found: Tallies[KeyT] = defaultdict(Tally)
        self._asked = asked
        # Many groups have the same quarter hour.
        self._by = cache(by) if by else None

    def count_entries(self) -> None:
        """Add the sums of entries."""
        groups = self._grouped(self._asked.entries()).annotate(**ENTRY_SUMS)
        for sums in groups.iterator():
            self._tally(sums).add(**sums)

    def count_waits(self, counted: str, name: str) -> None:
        """Add the single waits of entries that a count counts to a counter of waits.

        They are few values, each with its number of entries.
        """
        entries = self._asked.entries().filter(
            COUNTED[counted], wait_seconds__isnull=False
        )
        groups = self._grouped(entries).annotate(
            of_wait=F("wait_seconds"), entries=Count("pk")
        )
        for group in groups.iterator():
            waits: Counter[int] = getattr(self._tally(group), name)
            waits[group["of_wait"]] += group["entries"]

    def count_talks(self) -> None:
        """Add the talk with operators."""
        talks = self._grouped(self._asked.connections(), "entry__")
        for sums in talks.annotate(**TALK_SUMS).iterator():
            self._tally(sums).add(**sums)

    def _grouped(
        self, rows: QuerySet[Any], prefix: str = ""
    ) -> QuerySet[Any, dict[str, Any]]:
        by = {"of_queue": F(f"{prefix}queue")}
        if self._by:
            by["of_quarter"] = F(f"{prefix}entered_quarter")
        return rows.order_by().values(**by)

    def _tally(self, group: dict[str, Any]) -> Tally:
        """The tally of a group, whose keys are taken out of it."""
        queue = group.pop("of_queue")
        return self.found[
            self._by(group.pop("of_quarter")) if self._by else None, queue
        ]
