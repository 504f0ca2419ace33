"""How sure the numbers of a period are: what is missing, inferred or not over yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from callcenter.models import QueueEntry
from reports.present import formats
from reports.query.metrics import rate
from reports.query.selection import Selection

Outcome = QueueEntry.Outcome

# Twilio ends a call after four hours, unless it is asked for more. How an entry left
# the queue is heard after the conversation, so until then nothing is missing.
LONGEST_CALL = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts of the entries of a period, besides how many have entered."""

    entered: int
    # Those that wait or talk, and whose numbers may still change.
    provisional: int
    # Those whose outcome nobody said, so that it was inferred from the rest.
    inferred: int
    # Those of which a request is missing: the outcome is unknown, or it is known
    # although it was never heard how they left.
    incomplete: int

    @property
    def shown_completeness(self) -> str:
        """The completeness as a page shows it; empty where nothing is over yet."""
        share = self.completeness
        return "" if share is None else formats.percent(share)

    @property
    def completeness(self) -> float | None:
        """The share of the entries that are over of which every request arrived."""
        over = self.entered - self.provisional
        return rate(over - self.incomplete, over)


def quality(asked: Selection, now: datetime) -> Quality:
    """The quality of the entries that are asked for, in one query."""
    never_left = Q(queue_result="")
    may_talk = Q(outcome=Outcome.ANSWERED, entered_at__gt=now - LONGEST_CALL)
    provisional = Q(outcome=Outcome.WAITING) | (never_left & may_talk)
    entries = asked.entries().exclude(outcome__in=[Outcome.BLOCKED, Outcome.FAILED])
    found = entries.order_by().aggregate(
        entered=Count("pk"),
        provisional=Count("pk", filter=provisional),
        inferred=Count("pk", filter=Q(is_inferred=True)),
        incomplete=Count(
            "pk",
            filter=(Q(outcome=Outcome.UNKNOWN) | never_left) & ~provisional,
        ),
    )
    return Quality(**found)
