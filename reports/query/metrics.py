"""The measures of queues: how each is counted, divided and explained.

Counts are added up in the database or here, rates are arithmetic on counts; so totals
are made from sums, never from other rates.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from callcenter.models import QueueEntry
from reports.present import kinds
from reports.query.measures import count, fraction, mean, rate
from reports.query.table import Column
from reports.query.tally import Tally
from reports.query.variants import PARTS, Variant, variant

Outcome = QueueEntry.Outcome
NumberT = TypeVar("NumberT", int, float)


def nearest_rank(values: Counter[NumberT], percent: int) -> NumberT | None:
    """The value that so many per cent did not exceed, and that an entry really has."""
    # Rounded up in whole numbers: 0.9 * 10 must not come out above 9.
    rank = -(-percent * values.total() // 100)
    ordered = sorted(values)
    so_far = list(accumulate(map(values.__getitem__, ordered)))
    place = bisect_left(so_far, rank)
    return ordered[place] if place < len(ordered) else None


# What rates and means are made of, beside the counts, which are columns themselves.
SUMS: dict[str, StrPromise] = {
    "answered_wait": _("wait of those answered"),
    "abandoned_wait": _("wait of those abandoned"),
    "talk": _("talk time"),
    "talks": _("connections of known length"),
}

# The columns of the queue reports, in their order; each makes its value of a tally.
QUEUE_MEASURES = [
    count(
        "entered",
        _("Entered"),
        _(
            "Queue entries that got in: answered, abandoned, short abandoned,"
            " overflowed, waiting and unknown."
        ),
    ),
    count(
        "offered",
        _("Offered"),
        _("Answered, abandoned and overflowed; short abandoned ones are left out."),
    ),
    count(
        "answered",
        _("Answered"),
        _("Queue entries connected to an operator."),
    ),
    count(
        "answered_within",
        _("Answered within threshold"),
        _(
            "Answered after no longer a wait than the service level threshold that"
            " was valid at entering."
        ),
    ),
    count(
        "abandoned",
        _("Abandoned"),
        _("The caller hung up while waiting; short abandoned ones are left out."),
    ),
    count(
        "short_abandoned",
        _("Short abandoned"),
        _(
            "The caller hung up sooner than the short-abandon threshold that was"
            " valid at entering. Whoever is lost while being connected is abandoned,"
            " however soon."
        ),
    ),
    count(
        "overflowed",
        _("Overflowed"),
        _("Left the queue still connected, by our rule or the caller's choice."),
    ),
    count(
        "blocked",
        _("Blocked"),
        _("Never got in because the queue was full; not among those entered."),
    ),
    count(
        "failed",
        _("Failed"),
        _("A technical error before or during waiting; not among those entered."),
    ),
    count(
        "waiting",
        _("Waiting"),
        _("Still in the queue, or nothing was heard of its end or that of its call."),
    ),
    count(
        "unknown",
        _("Unknown"),
        _("The call is over, but how it left the queue was never heard."),
    ),
    fraction(
        "service_level",
        _("Service level"),
        ("answered_within", "offered"),
        _("Answered within threshold, of those offered."),
    ),
    fraction(
        "answer_rate",
        _("Answer rate"),
        ("answered", "offered"),
        _("Answered, of those offered."),
    ),
    fraction(
        "abandonment_rate",
        _("Abandonment rate"),
        ("abandoned", "offered"),
        _("Abandoned, of those offered."),
    ),
    mean(
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
        value=lambda tally: nearest_rank(tally.answered_waits, 50),
    ),
    Column(
        "p90_wait_seconds",
        _("90% wait"),
        kinds.SECONDS,
        explanation=_(
            "Nine in ten of those answered waited no longer; the wait of a real call."
        ),
        value=lambda tally: nearest_rank(tally.answered_waits, 90),
    ),
    mean(
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
    mean(
        "average_talk_seconds",
        _("Average talk time (ATT)"),
        ("talk", "talks"),
        _("Talk time by connection; those of unknown length are left out."),
    ),
]


def measured(
    tally: Tally, measures: Sequence[Column] = QUEUE_MEASURES
) -> dict[str, int | float | None]:
    """Every measure of a tally, by its code."""
    return {each.code: each.value(tally) for each in measures if each.value}


def by_formula(measures: Sequence[Column], formula: str) -> list[Column]:
    """The measures with the service level by a formula; empty for the default."""
    return [
        _service_level(each, variant(formula))
        if formula and each.code == "service_level"
        else each
        for each in measures
    ]


def _service_level(column: Column, formula: Variant) -> Column:
    label = gettext("%(measure)s (%(formula)s)")
    return replace(
        column,
        label=label % {"measure": column.label, "formula": formula.code},
        explanation=formula.words,
        parts=(NUMERATOR, DENOMINATOR),
        value=lambda tally: rate(
            tally.of_kinds(formula.numerator), tally.of_kinds(formula.denominator)
        ),
    )


# What a formula divides.
NUMERATOR, DENOMINATOR = "numerator", "denominator"

# What people call the counts and sums that explanations name.
LABELS = (
    SUMS
    | {each.code: each.label for each in QUEUE_MEASURES}
    | {part: PARTS[part] for part in (NUMERATOR, DENOMINATOR)}
)

_EXPLAINED = sorted(
    {part for each in QUEUE_MEASURES for part in each.parts or ()} | set(Outcome.values)
)


def sums(tally: Tally, formula: str = "") -> dict[str, int]:
    """The outcomes of a tally, and the sums that rates and means are made of."""
    found = {name: getattr(tally, name) for name in _EXPLAINED}
    if formula:
        asked = variant(formula)
        found[NUMERATOR] = tally.of_kinds(asked.numerator)
        found[DENOMINATOR] = tally.of_kinds(asked.denominator)
    return found


def measure(code: str) -> Column:
    """The measure of a code."""
    return next(each for each in QUEUE_MEASURES if each.code == code)
