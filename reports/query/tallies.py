"""What the queue entries of a period add up to, by a time and by queue.

A fixed number of queries, however long the period is. The stored sums of intervals
answer what they can; what asks for an operator or a line is counted from the entries
themselves. Both give the same.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any

from reports.query.entry_tallies import KeyT, Tallies, Time, entry_tallies
from reports.query.intervals.answer import stored_tallies
from reports.query.selection import Selection
from reports.query.tally import SUMS, WAITS, Tally

__all__ = [
    "Tallies",
    "Time",
    "all_tallies",
    "queue_tallies",
    "sum_tallies",
    "total_of",
    "wait_tallies",
]


def queue_tallies(asked: Selection, by: Time[KeyT] | None = None) -> Tallies[KeyT]:
    """All that reports know of queues: sums, talk and the waits of answered entries."""
    return _tallies(asked, by, ["answered_waits"], has_talk=True)


def all_tallies(asked: Selection, by: Time[KeyT] | None = None) -> Tallies[KeyT]:
    """All that reports know of queues, with every single wait."""
    return _tallies(asked, by, WAITS, has_talk=True)


def sum_tallies(asked: Selection, by: Time[KeyT] | None = None) -> Tallies[KeyT]:
    """The sums of entries, without single waits; talk may be missing."""
    return _tallies(asked, by)


def wait_tallies(asked: Selection) -> Tallies[str]:
    """The sums of entries with all single waits; talk may be missing."""
    return _tallies(asked, None, WAITS)


def total_of(found: Tallies[Any]) -> Tally:
    """All tallies added up."""
    total = Tally()
    for tally in found.values():
        total.add(**{name: getattr(tally, name) for name in SUMS})
    for name in WAITS:
        # A year has many waits: to add them one counter after another takes longer.
        waits: Counter[int] = getattr(total, name)
        known = waits.get
        for tally in found.values():
            for wait, number in getattr(tally, name).items():
                waits[wait] = known(wait, 0) + number
    return total


def _tallies(
    asked: Selection,
    by: Time[KeyT] | None,
    waits: Collection[str] = (),
    *,
    has_talk: bool = False,
) -> Tallies[KeyT]:
    if asked.threshold is not None:
        waits = WAITS
    found = stored_tallies(asked, by, waits)
    if found is None:
        found = _of_entries(asked, by, waits, has_talk=has_talk)
    if asked.threshold is not None:
        for tally in found.values():
            tally.judge(asked.threshold)
    return found


def _of_entries(
    asked: Selection, by: Time[KeyT] | None, waits: Collection[str], *, has_talk: bool
) -> Tallies[KeyT]:
    entries = asked.entries()
    talks = None
    if has_talk:
        talks = entries
        if asked.operators:
            # Of an entry that several took, only the talk of those asked for.
            talks = entries.filter(connections__operator__in=asked.operators)
    return entry_tallies(entries, by, waits=waits, talks=talks)
