"""What all reports that count queue entries have in common."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from callcenter.models import QueueEntry
from reports.query import variants
from reports.query.counted import COUNTED, by_threshold
from reports.query.metrics import DENOMINATOR, NUMERATOR
from reports.query.selection import Selection
from reports.query.table import DAYS_BY_THE_CLOCK, Behind, Row, Table

ROWS_AND_TOTAL = _(
    "An entry counts in the interval in which it entered the queue. Rates and means of"
    " the total are made from all entries, not from the rows."
)


# Counts that no threshold changes.
BY_OUTCOME = ("entered", "offered", "given_up")
# How the service level is made: fields of the filter of reports that have it.
FORMULA = ("formula", "threshold")


class EntryCounts(Table):
    """A report whose counts are of queue entries, each with the list of them."""

    unit = _("Counts queue entries: one call may enter several times.")
    note = ROWS_AND_TOTAL
    opens = _("Every number opens the entries it counts.")
    fields: Sequence[str] = ("queue", "line", "operator", *DAYS_BY_THE_CLOCK)

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The queue entries of a count."""
        counted = self._counted(row, code)
        if code in (NUMERATOR, DENOMINATOR) and asked.formula:
            counted = variants.counted_as(asked.formula, code)
        if counted not in COUNTED:
            return None
        narrowed = self._narrowed(asked, row, code)
        if counted in QueueEntry.Outcome.values:
            return Behind(QueueEntry, replace(narrowed, outcome=counted))
        if counted not in BY_OUTCOME:
            counted = by_threshold(counted, asked.threshold)
        return Behind(QueueEntry, replace(narrowed, counted=counted))

    def _counted(self, row: Row | None, code: str) -> str:
        """What a column counts in a row, by the codes of `reports.query.counted`."""
        return code

    def _narrowed(self, asked: Selection, row: Row | None, code: str) -> Selection:
        """What is asked for, of a row and a column; of the total without a row."""
        return asked
