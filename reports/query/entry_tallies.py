"""Adds up queue entries themselves, by a time and by queue.

For what the stored sums of intervals cannot answer, and to count those.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.db.models import Count, F, QuerySet

from callcenter.models import QueueEntry
from reports.query.tally import ENTRY_SUMS, TALK_SUMS, WAITS, Tally

KeyT = TypeVar("KeyT", bound=Hashable)

# By a time (None where a report has none) and by queue.
Tallies = dict[tuple[KeyT | None, str], Tally]

_WAITS_OF = {outcome.value: name for name, outcome in WAITS.items()}


@dataclass(frozen=True, slots=True)
class Time(Generic[KeyT]):
    """What the tallies of a report are grouped by, besides the queue."""

    # Of a quarter hour, as epoch // 900.
    of: Callable[[int], KeyT]
    # Whether it is the same for all quarter hours of a local day.
    is_of_days: bool = False


def entry_tallies(
    entries: QuerySet[QueueEntry],
    by: Time[KeyT] | None = None,
    *,
    waits: Collection[str] = (),
    talks: QuerySet[QueueEntry] | None = None,
) -> Tallies[KeyT]:
    """The sums of queue entries, and of the connections of `talks` where it is given.

    `waits` names the single waits that are wanted. One query for the entries, one for
    any waits, one for talk, however many entries there are.
    """
    found: Tallies[KeyT] = defaultdict(Tally)
    # Many groups have the same quarter hour.
    time = cache(by.of) if by else None

    def grouped(rows: QuerySet[QueueEntry]) -> QuerySet[QueueEntry, Any]:
        keys = {"of_queue": F("queue")}
        if time:
            keys["of_quarter"] = F("entered_quarter")
        return rows.order_by().values(**keys)

    def tally(group: dict[str, Any]) -> Tally:
        """The tally of a group, whose keys are taken out of it."""
        queue = group.pop("of_queue")
        return found[time(group.pop("of_quarter")) if time else None, queue]

    for sums in grouped(entries).annotate(**ENTRY_SUMS).iterator():
        tally(sums).add(**sums)
    if waits:
        known = entries.filter(
            outcome__in=[WAITS[name] for name in waits], wait_seconds__isnull=False
        )
        groups = grouped(known).annotate(
            of_outcome=F("outcome"), of_wait=F("wait_seconds"), entries=Count("pk")
        )
        for group in groups.iterator():
            counter: Counter[int] = getattr(
                tally(group), _WAITS_OF[group["of_outcome"]]
            )
            counter[group["of_wait"]] += group["entries"]
    if talks is not None:
        for sums in grouped(talks).annotate(**TALK_SUMS).iterator():
            tally(sums).add(**sums)
    return found
