"""Which queue entries each count of a report counts.

A report adds entries up by these conditions, and the list behind a number is filtered
by the same ones.
"""

from django.db.models import F, Q

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

# Between the code of a count and a threshold in seconds that nobody has set.
_BY = "."


def _conditions(threshold: int | F = variants.VALID_THRESHOLD) -> dict[str, Q]:
    kinds = variants.kinds(threshold)
    return (
        {outcome.value: Q(outcome=outcome) for outcome in Outcome}
        | kinds
        | {
            "entered": Q(outcome__in=[*GROSS, Outcome.WAITING, Outcome.UNKNOWN]),
            "offered": Q(
                outcome__in=[Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED]
            ),
            "given_up": Q(outcome__in=[Outcome.ABANDONED, Outcome.SHORT_ABANDONED]),
        }
        | {
            variants.counted_as(each.code, part): variants.condition(
                variants.kinds_of(each, part), kinds
            )
            for each in variants.VARIANTS
            for part in variants.PARTS
        }
    )


# By the code of the count.
COUNTED = _conditions()


def by_threshold(code: str, threshold: int | None) -> str:
    """The code of a count by a threshold that was not valid; None for the valid one."""
    return code if threshold is None else f"{code}{_BY}{threshold}"


def is_counted(code: str) -> bool:
    """Whether there is a count of this code, perhaps by a supposed threshold."""
    try:
        parsed(code)
    except KeyError:
        return False
    return True


def parsed(code: str) -> tuple[str, int | None]:
    """The count of a code, and the threshold in seconds if one is supposed.

    Raises KeyError for a count that there is not.
    """
    name, _by, threshold = code.partition(_BY)
    is_number = threshold.isascii() and threshold.isdecimal()
    if name not in COUNTED or (_by and not (is_number and len(threshold) < 6)):
        raise KeyError(code)
    return name, int(threshold) if threshold else None


def condition(code: str) -> Q:
    """The condition of a count, by its code. Raises KeyError for one unknown."""
    name, threshold = parsed(code)
    return COUNTED[name] if threshold is None else _conditions(threshold)[name]
