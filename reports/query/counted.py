"""Which queue entries each count of a report counts.

A report adds entries up by these conditions, and the list behind a number is filtered
by the same ones.
"""

from django.db.models import Q

from callcenter.models import QueueEntry
from reports.query import variants

Outcome = QueueEntry.Outcome

# Outcomes of entries that have ended, short abandoned ones too; `offered` leaves these
# out (docs/metrics.md 5).
GROSS = [
    Outcome.ANSWERED,
    Outcome.ABANDONED,
    Outcome.SHORT_ABANDONED,
    Outcome.OVERFLOWED,
]

# By the code of the count.
COUNTED: dict[str, Q] = (
    {outcome.value: Q(outcome=outcome) for outcome in Outcome}
    | variants.KINDS
    | {
        "entered": Q(outcome__in=[*GROSS, Outcome.WAITING, Outcome.UNKNOWN]),
        "offered": Q(
            outcome__in=[Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED]
        ),
        "given_up": Q(outcome__in=[Outcome.ABANDONED, Outcome.SHORT_ABANDONED]),
    }
    | {
        variants.counted_as(each.code, part): variants.condition(
            variants.kinds_of(each, part)
        )
        for each in variants.VARIANTS
        for part in variants.PARTS
    }
)
