"""What a group of queue entries adds up to: sums of the database, and their tallies."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from django.db.models import Aggregate, Count, Max, Q, Sum

from callcenter.models import QueueEntry
from reports.query.counted import COUNTED, GROSS
from reports.query.missing import GOT_IN, WITHOUT_EXIT

Outcome = QueueEntry.Outcome

# What a group of queue entries adds up to, by the names of a tally's fields.
ENTRY_SUMS: dict[str, Aggregate] = {
    code: Count("pk", filter=COUNTED[code])
    for code in (
        *Outcome.values,
        "answered_within",
        "abandoned_within",
        "short_abandoned_within",
    )
} | {
    "inferred": Count("pk", filter=GOT_IN & Q(is_inferred=True)),
    "without_exit": Count("pk", filter=WITHOUT_EXIT),
    "answered_wait": Sum("wait_seconds", filter=Q(outcome=Outcome.ANSWERED), default=0),
    "abandoned_wait": Sum(
        "wait_seconds", filter=Q(outcome=Outcome.ABANDONED), default=0
    ),
    "longest_wait": Max("wait_seconds", filter=Q(outcome__in=GROSS)),
}

# What the connections of queue entries add up to. One whose talk is not over, or whose
# length nobody knows, is left out of the average rather than counted as silence.
TALK_SUMS: dict[str, Aggregate] = {
    "talk": Sum("connections__talk_seconds", default=0),
    "talks": Count("connections__talk_seconds"),
}


@dataclass(slots=True)
class Tally:
    """What the entries of one row add up to; tallies add up to totals."""

    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    overflowed: int = 0
    blocked: int = 0
    failed: int = 0
    waiting: int = 0
    unknown: int = 0
    answered_within: int = 0
    abandoned_within: int = 0
    short_abandoned_within: int = 0
    # Entries that got in, whose outcome nobody said; and those whose exit was never
    # heard, among them answered ones of which the caller still talks.
    inferred: int = 0
    without_exit: int = 0
    # Seconds, as talk and the longest wait.
    answered_wait: int = 0
    abandoned_wait: int = 0
    talk: int = 0
    talks: int = 0
    longest_wait: int | None = None
    # Single waits in seconds, and how many entries have each, by outcome.
    answered_waits: Counter[int] = field(default_factory=Counter)
    abandoned_waits: Counter[int] = field(default_factory=Counter)
    short_abandoned_waits: Counter[int] = field(default_factory=Counter)

    @property
    def entered(self) -> int:
        """Entries that got into the queue: the sum of the balance."""
        return self.offered + self.short_abandoned + self.waiting + self.unknown

    @property
    def offered(self) -> int:
        """Net offered: entries that have ended, without short abandoned ones."""
        return self.answered + self.abandoned + self.overflowed

    @property
    def given_up(self) -> int:
        """Callers who hung up while waiting, short abandoned ones too."""
        return self.abandoned + self.short_abandoned

    @property
    def given_up_waits(self) -> Counter[int]:
        """The single waits of callers who hung up, short abandoned ones too."""
        return self.abandoned_waits + self.short_abandoned_waits

    @property
    def answered_later(self) -> int:
        """Answered after the service level threshold."""
        return self.answered - self.answered_within

    @property
    def abandoned_later(self) -> int:
        """Abandoned after the service level threshold."""
        return self.abandoned - self.abandoned_within

    @property
    def short_abandoned_later(self) -> int:
        """Short abandoned, where its threshold is above that of the service level."""
        return self.short_abandoned - self.short_abandoned_within

    def of_kinds(self, kinds: Iterable[str]) -> int:
        """How many entries are of one of the kinds of `reports.query.variants`."""
        return sum(getattr(self, kind) for kind in kinds)

    def add(self, **sums: int | None) -> None:
        """Add sums as the database gives them, by the names of the fields."""
        longest = sums.pop("longest_wait", None)
        if longest is not None:
            self.longest_wait = max(longest, self.longest_wait or 0)
        for name, amount in sums.items():
            setattr(self, name, getattr(self, name) + amount)

    def add_tally(self, other: "Tally") -> None:
        """Add another row's tally, for totals."""
        self.add(**{name: getattr(other, name) for name in SUMS})
        for name in WAITS:
            getattr(self, name).update(getattr(other, name))

    def judge(self, threshold: int) -> None:
        """Count what is within a threshold (seconds) that was not the valid one.

        Of a tally that has all single waits.
        """
        for name, outcome in WAITS.items():
            waits: Counter[int] = getattr(self, name)
            within = sum(number for wait, number in waits.items() if wait <= threshold)
            setattr(self, f"{outcome}_within", within)

    def stored(self) -> dict[str, Any]:
        """All fields by name, as a row of `reports.models.intervals` has them."""
        return {name: getattr(self, name) for name in (*SUMS, *WAITS)}


# The names of the fields: sums, and single waits with the outcome of their entries.
WAITS = {
    "answered_waits": Outcome.ANSWERED,
    "abandoned_waits": Outcome.ABANDONED,
    "short_abandoned_waits": Outcome.SHORT_ABANDONED,
}
SUMS = [each.name for each in fields(Tally) if each.name not in WAITS]
