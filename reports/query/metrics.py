"""The measures of queues: how each is counted, divided and explained.

Counts are added up in the database or here, rates are arithmetic on counts; so totals
are made from sums, never from other rates.
"""

from collections import Counter
from dataclasses import dataclass, field, fields
from operator import attrgetter

from django.db.models import Aggregate, Count, Max, Q, Sum
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from callcenter.models import QueueEntry
from reports.present import kinds
from reports.query.counted import COUNTED, GROSS
from reports.query.table import Column

Outcome = QueueEntry.Outcome

# What a group of queue entries adds up to, by the names of a tally's fields.
ENTRY_SUMS: dict[str, Aggregate] = {
    code: Count("pk", filter=COUNTED[code])
    for code in (*Outcome.values, "answered_within")
} | {
    "answered_wait": Sum("wait_seconds", filter=Q(outcome=Outcome.ANSWERED), default=0),
    "abandoned_wait": Sum(
        "wait_seconds", filter=Q(outcome=Outcome.ABANDONED), default=0
    ),
    "longest_wait": Max("wait_seconds", filter=Q(outcome__in=GROSS)),
}

# What a group of connections adds up to. One whose talk is not over, or whose length
# nobody knows, is left out of the average rather than counted as silence.
TALK_SUMS: dict[str, Aggregate] = {
    "talk": Sum("talk_seconds", default=0),
    "talks": Count("talk_seconds"),
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
    answered_wait: int = 0
    abandoned_wait: int = 0
    talk: int = 0
    talks: int = 0
    longest_wait: int | None = None
    # The waits of answered entries, and how many waited so long.
    waits: Counter[int] = field(default_factory=Counter)

    @property
    def entered(self) -> int:
        """Entries that got into the queue: the sum of the balance."""
        return self.offered + self.short_abandoned + self.waiting + self.unknown

    @property
    def offered(self) -> int:
        """Net offered: entries that have ended, without short abandoned ones."""
        return self.answered + self.abandoned + self.overflowed

    def add(self, **sums: int | None) -> None:
        """Add sums as the database gives them, by the names of the fields."""
        longest = sums.pop("longest_wait", None)
        if longest is not None:
            self.longest_wait = max(longest, self.longest_wait or 0)
        for name, amount in sums.items():
            setattr(self, name, getattr(self, name) + amount)

    def add_tally(self, other: "Tally") -> None:
        """Add another row's tally, for totals."""
        self.add(**{name: getattr(other, name) for name in _SUMS})
        self.waits.update(other.waits)


_SUMS = [each.name for each in fields(Tally) if each.name != "waits"]


def rate(part: int, whole: int) -> float | None:
    """A fraction or an average; None if the divisor is 0."""
    return part / whole if whole else None


def nearest_rank(waits: Counter[int], percent: int) -> int | None:
    """The wait that so many per cent did not exceed; it is the wait of a real entry."""
    # Rounded up in whole numbers: 0.9 * 10 must not come out above 9.
    rank = -(-percent * waits.total() // 100)
    for wait in sorted(waits):
        rank -= waits[wait]
        if rank <= 0:
            return wait
    return None


def _count(code: str, label: StrPromise, explanation: StrPromise) -> Column:
    """A count, which a tally has under the same name."""
    return Column(
        code, label, kinds.COUNT, explanation=explanation, value=attrgetter(code)
    )


def _rate(
    code: str, label: StrPromise, parts: tuple[str, str], explanation: StrPromise
) -> Column:
    """A fraction of two sums of a tally."""
    return _divided(code, label, kinds.FRACTION, parts, explanation)


def _mean(
    code: str, label: StrPromise, parts: tuple[str, str], explanation: StrPromise
) -> Column:
    """Seconds divided by a count of a tally."""
    return _divided(code, label, kinds.MEAN_SECONDS, parts, explanation)


def _divided(
    code: str,
    label: StrPromise,
    kind: kinds.Kind,
    parts: tuple[str, str],
    explanation: StrPromise,
) -> Column:
    part, whole = map(attrgetter, parts)
    return Column(
        code,
        label,
        kind,
        explanation=explanation,
        value=lambda tally: rate(part(tally), whole(tally)),
        parts=parts,
    )


# What rates and means are made of, beside the counts, which are columns themselves.
SUMS: dict[str, StrPromise] = {
    "answered_wait": _("wait of those answered"),
    "abandoned_wait": _("wait of those abandoned"),
    "talk": _("talk time"),
    "talks": _("connections of known length"),
}

# The columns of the queue reports, in their order; each makes its value of a tally.
QUEUE_MEASURES = [
    _count(
        "entered",
        _("Entered"),
        _(
            "Queue entries that got in: answered, abandoned, short abandoned,"
            " overflowed, waiting and unknown."
        ),
    ),
    _count(
        "offered",
        _("Offered"),
        _("Answered, abandoned and overflowed; short abandoned ones are left out."),
    ),
    _count(
        "answered",
        _("Answered"),
        _("Queue entries connected to an operator."),
    ),
    _count(
        "answered_within",
        _("Answered within threshold"),
        _(
            "Answered after no longer a wait than the service level threshold that"
            " was valid at entering."
        ),
    ),
    _count(
        "abandoned",
        _("Abandoned"),
        _("The caller hung up while waiting; short abandoned ones are left out."),
    ),
    _count(
        "short_abandoned",
        _("Short abandoned"),
        _(
            "The caller hung up sooner than the short-abandon threshold that was"
            " valid at entering."
        ),
    ),
    _count(
        "overflowed",
        _("Overflowed"),
        _("Left the queue still connected, by our rule or the caller's choice."),
    ),
    _count(
        "blocked",
        _("Blocked"),
        _("Never got in because the queue was full; not among those entered."),
    ),
    _count(
        "failed",
        _("Failed"),
        _("A technical error before or during waiting; not among those entered."),
    ),
    _count(
        "waiting",
        _("Waiting"),
        _("Still in the queue."),
    ),
    _count(
        "unknown",
        _("Unknown"),
        _("The call is over, but how it left the queue was never heard."),
    ),
    _rate(
        "service_level",
        _("Service level"),
        ("answered_within", "offered"),
        _("Answered within threshold, of those offered."),
    ),
    _rate(
        "answer_rate",
        _("Answer rate"),
        ("answered", "offered"),
        _("Answered, of those offered."),
    ),
    _rate(
        "abandonment_rate",
        _("Abandonment rate"),
        ("abandoned", "offered"),
        _("Abandoned, of those offered."),
    ),
    _mean(
        "asa_seconds",
        _("Average speed of answer (ASA)"),
        ("answered_wait", "answered"),
        _("Mean wait of those answered; waits of 0 seconds count."),
    ),
    Column(
        "longest_wait_seconds",
        _("Longest wait"),
        kinds.SECONDS,
        explanation=_("The longest wait of all that are over, however they ended."),
        value=lambda tally: tally.longest_wait,
    ),
    Column(
        "p50_wait_seconds",
        _("Median wait"),
        kinds.SECONDS,
        explanation=_(
            "Half of those answered waited no longer; the wait of a real call."
        ),
        value=lambda tally: nearest_rank(tally.waits, 50),
    ),
    Column(
        "p90_wait_seconds",
        _("90% wait"),
        kinds.SECONDS,
        explanation=_(
            "Nine in ten of those answered waited no longer; the wait of a real call."
        ),
        value=lambda tally: nearest_rank(tally.waits, 90),
    ),
    _mean(
        "average_abandon_seconds",
        _("Average time to abandon"),
        ("abandoned_wait", "abandoned"),
        _("Mean wait of those abandoned; short abandoned ones are left out."),
    ),
    Column(
        "talk_seconds",
        _("Talk time"),
        kinds.SECONDS,
        explanation=_(
            "All talk with operators of the calls that entered here, also when it"
            " went on later."
        ),
        value=lambda tally: tally.talk,
    ),
    _mean(
        "average_talk_seconds",
        _("Average talk time (ATT)"),
        ("talk", "talks"),
        _("Talk time by connection; those of unknown length are left out."),
    ),
]


def measured(tally: Tally) -> dict[str, int | float | None]:
    """Every measure of a tally, by its code."""
    return {each.code: each.value(tally) for each in QUEUE_MEASURES if each.value}
