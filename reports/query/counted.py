"""Which queue entries each count of a report counts.

A report adds entries up by these conditions, and the list behind a number is filtered
by the same ones.
"""

from django.db.models import F, Q

from callcenter.models import QueueEntry

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
COUNTED: dict[str, Q] = {outcome.value: Q(outcome=outcome) for outcome in Outcome} | {
    "entered": Q(outcome__in=[*GROSS, Outcome.WAITING, Outcome.UNKNOWN]),
    "offered": Q(outcome__in=[Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED]),
    "answered_within": Q(
        outcome=Outcome.ANSWERED, wait_seconds__lte=F("target_seconds")
    ),
}
