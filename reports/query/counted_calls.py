"""Which calls each count of a report counts, besides those of one outcome.

A report adds calls up by these conditions, and the list behind a number is filtered by
the same ones.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from callcenter.models import Call, QueueEntry
from reports.query import missing
from reports.query.counted import COUNTED

# Outcomes that have no count of their own.
OTHER = (
    Call.Outcome.BLOCKED,
    Call.Outcome.FAILED,
    Call.Outcome.UNKNOWN,
    Call.Outcome.REJECTED,
)
# What a call may lack.
DEFECTS = ("without_exit", "without_connect", "without_end")


def condition(code: str, now: datetime | None = None) -> Q:
    """The condition of a count, by its code. Raises KeyError for one unknown."""
    found = _conditions(now or timezone.now())
    if code != "complete":
        return found[code]
    lacks_something = Q()
    for defect in DEFECTS:
        lacks_something |= found[defect]
    return ~lacks_something


def _conditions(now: datetime) -> dict[str, Q]:
    return {
        "entered": _with_entry(COUNTED["entered"]),
        "other": Q(outcome__in=["", *OTHER]),
        "without_exit": _with_entry(missing.lacks_exit(now)),
        "without_connect": _with_entry(missing.lacks_connect()),
        "without_end": missing.lacks_end(now),
        "inferred": _with_entry(Q(is_inferred=True)) | ~Q(from_log=""),
    }


def _with_entry(which: Q) -> Q:
    return Q(Exists(QueueEntry.objects.filter(which, call=OuterRef("pk"))))
