"""How sure the numbers of a period are: what is missing, inferred or not over yet."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from reports.present import formats
from reports.query import missing
from reports.query.measures import rate
from reports.query.selection import Selection


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
    entries = asked.entries().filter(missing.GOT_IN)
    found = entries.order_by().aggregate(
        entered=Count("pk"),
        provisional=Count("pk", filter=missing.is_provisional(now)),
        inferred=Count("pk", filter=Q(is_inferred=True)),
        incomplete=Count("pk", filter=missing.lacks_exit(now)),
    )
    return Quality(**found)
