"""What a report is: columns, rows for a filter, and what the rows add up to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from reports.present import formats
from reports.query.forms import ReportForm

# The values of the columns by their codes, raw: seconds, fractions, aware moments,
# None for nothing. A row may hold more than its columns show.
Row = dict[str, Any]

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code in files, its label, and how its values read."""

    code: str
    label: StrOrPromise
    format: Callable[[Any], str | None] = formats.text
    # What people call the values: asked once for a whole table, not for each row.
    names: Callable[[], Mapping[str, StrOrPromise]] | None = None
    explanation: StrOrPromise = ""
    # Whether the total row carries the sum of this column.
    adds_up: bool = False

    def shown(self, value: Any) -> str:
        """A value as it reads on screen; nothing is a dash."""
        read = None if value is None else self.format(value)
        return NOTHING if read is None else read


class Totals:
    """Adds rows up while they pass by."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._sums: Row = dict.fromkeys(column.code for column in columns)
        self._adding = [column.code for column in columns if column.adds_up]
        self._sums |= dict.fromkeys(self._adding, 0)

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows; once they are all read, the totals are complete."""
        for row in rows:
            self.add(row)
            yield row

    def add(self, row: Row) -> None:
        """Count one row in."""
        for code in self._adding:
            self._sums[code] += row[code] or 0

    def row(self) -> Row:
        """The total row; what does not add up is empty."""
        return self._sums


class Report:
    """A filter turned into rows; screen, chart and file show the same ones."""

    slug: str
    title: StrOrPromise
    columns: list[Column]
    form_class: type[ReportForm] = ReportForm

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows for a valid form, in the order in which they are shown."""
        raise NotImplementedError

    def totals(self) -> Totals:
        """An empty total for rows to be counted into as they are read."""
        return Totals(self.columns)
