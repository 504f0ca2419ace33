"""How sure the numbers of a period are: what is missing, inferred or not over yet."""

from dataclasses import dataclass
from datetime import datetime

from reports.present import formats
from reports.query import missing
from reports.query.measures import rate
from reports.query.selection import Selection
from reports.query.tallies import sum_tallies, total_of


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
    """The quality of the entries of the period and queue, of all operators and lines.

    Of an entry whose connect was lost nobody knows the operator: by operator, data
    would always seem complete. And so the stored sums answer it, whatever is asked.
    """
    asked = asked.by_time_and_queue()
    total = total_of(sum_tallies(asked))
    talking = asked.entries().filter(missing.may_talk(now)).count()
    return Quality(
        entered=total.entered,
        provisional=total.waiting + talking,
        inferred=total.inferred,
        # A caller who was connected in between is in the second number alone.
        incomplete=max(total.without_exit - talking, 0),
    )
