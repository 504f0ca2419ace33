"""What a table is: columns, and the rows that a selection leaves.

A report and a list of the admin are both tables: page, `report` command and files show
the same columns under the same codes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, ClassVar

from django.db import models
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django_stubs_ext import StrOrPromise

from callcenter.models import Call, IvrStep, QueueEntry
from reports.present import kinds
from reports.present.kinds import Kind
from reports.present.names import Names
from reports.query import keyset
from reports.query.conditions import filters_of
from reports.query.keyset import Listed
from reports.query.selection import Selection
from reports.query.values import PageValues, last

# The raw values of a row in the order of its table's columns: seconds, fractions, aware
# moments, None for nothing.
Row = Sequence[Any]
# Rows that are handed on together.
Block = Sequence[Row]
BLOCK_ROWS = 500

# Fields of the filter of most reports.
DAYS_BY_THE_CLOCK = ("weekday", "holidays")
# Lists that can be filtered so.
_WITH_DAYS = (Call, IvrStep, QueueEntry)
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code in files, its label, what its values are and how they read.

    Columns of rows of a model also say where a value comes from: `paths` are ways from
    the row to fields, as Django writes them (the code itself unless given), and `value`
    makes one value of those found there. Where a way leads to several rows, `gather`
    makes one value of theirs.
    """

    code: str
    label: StrOrPromise
    kind: Kind = kinds.TEXT
    # What people call the values: asked once for a whole table or page.
    names: Callable[[], Names] | None = None
    # How a page draws a value, from the value and its name; else it stands as text.
    drawn: Callable[[str, StrOrPromise], SafeString] | None = None
    explanation: StrOrPromise = ""
    # Of a rate or mean: the names of the sums that are divided, to explain it.
    parts: tuple[str, str] | None = None
    # What a page calls rows that have no value; else it shows a dash.
    nothing: StrOrPromise = ""
    # Whether the total row carries the sum of this column.
    adds_up: bool = False
    # Whether the `report` command leaves it out: it has the columns of docs/contract.md
    # and no others, while lists and their files have room for more.
    is_for_lists: bool = False
    paths: tuple[str, ...] = ()
    value: Callable[..., Any] | None = None
    gather: Callable[[Sequence[Any]], Any] = last
    # Whether it holds callers' numbers, masked for readers without the permission.
    is_caller: bool = False
    # In a list of legs of several kinds: whether the number is a caller's, by the same
    # fields as the value.
    is_of_caller: Callable[..., bool] | None = None
    # Whether a page says of a customer without a number that it is withheld.
    says_withheld: bool = False

    @property
    def heading(self) -> str:
        """The label as it stands above the column."""
        return capfirst(str(self.label))

    @property
    def sources(self) -> tuple[str, ...]:
        """The ways to the fields that the value is made of."""
        return self.paths or (self.code,)

    def shown(self, value: Any, names: Names | None = None) -> str:
        """A value as a page shows it, None as a dash; `names` are the column's."""
        if value is None:
            return str(self.nothing) or NOTHING
        if names is not None and value in names:
            name = names[value]
            return self.drawn(value, name) if self.drawn else str(name)
        return self.kind.shown(value) or NOTHING


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows that a number counts: of which table, and which of them."""

    model: type[models.Model]
    asked: Selection


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the whole period that no row has: what it is, and its value."""

    column: Column
    value: Any


class Reading:
    """A table read once: its rows, which can be iterated once, and their total."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Row],
        totals: Callable[[], Row],
        *,
        is_masked: bool = False,
        sums: Callable[[], Mapping[str, int]] | None = None,
        figures: Sequence[Figure] = (),
    ) -> None:
        self.columns = columns
        # What is known of the whole period besides the total.
        self.figures = figures
        # What the total's rates and means are made of, by the names of `Column.parts`.
        self.sums = sums or dict
        # Whether numbers of callers are masked in it.
        self.is_masked = is_masked
        # How many rows have been handed out.
        self.count = 0
        self._rows = iter(rows)
        self._totals = totals

    def read_ahead(self) -> None:
        """Read the first row now, so that a database that fails does so now."""
        first = list(islice(self._rows, 1))
        self._rows = chain(first, self._rows)

    def blocks(self) -> Iterator[Block]:
        """The rows, some hundred at a time."""
        while block := list(islice(self._rows, BLOCK_ROWS)):
            self.count += len(block)
            yield block

    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        return chain.from_iterable(self.blocks())

    def totals(self) -> Row:
        """The total row, once all rows are read; what does not add up is None."""
        return self._totals()


class Table(ABC):
    """Columns, and the rows that belong to a selection."""

    # How the `report` command and JSON files name the table.
    slug: ClassVar[str]
    # How people call a report; a list is called as its model is.
    title: StrOrPromise = ""
    # How its page draws the rows (reports/pages/chart.py); empty for not at all.
    drawn: ClassVar[str] = ""
    # Of a report's page: what one row counts, what to know of the rows, whether those
    # without entries are hidden at first, the columns by which it can draw a week (the
    # first unless another is asked for), and the fields of its filter.
    unit: StrOrPromise = ""
    note: StrOrPromise = ""
    hides_quiet: ClassVar[bool] = False
    measures: ClassVar[Sequence[str]] = ()
    fields: Sequence[str] = ()
    # The longest period that it can be asked for, in days; None for any.
    most_days: ClassVar[int | None] = None
    # The intervals by which it can be asked for; empty for all.
    intervals: ClassVar[Sequence[str]] = ()
    # Whether its rows are made of single calls or entries, each of which takes time.
    reads_each: ClassVar[bool] = False
    # Whether all queues can be asked for in one row.
    has_together: ClassVar[bool] = False
    # What its numbers open, as a sentence; and what its rates are made of that is no
    # column, for their explanations.
    opens: StrOrPromise = ""
    parts: Sequence[Column] = ()
    columns: Sequence[Column]

    @property
    def report_columns(self) -> list[Column]:
        """The columns of the `report` command."""
        return [column for column in self.columns if not column.is_for_lists]

    def column(self, code: str) -> Column | None:
        """The column with this code, if there is one."""
        return next((each for each in self.columns if each.code == code), None)

    @abstractmethod
    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows of a report in the order in which they are shown.

        Callers' numbers are masked unless `may_see_numbers` is set.
        """

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The rows that the number of a column counts; of the total without a row.

        None for what counts no rows.
        """
        return None


class ListTable(Table):
    """A table whose rows are those of a model."""

    model: type[models.Model]
    # The moment that orders the rows, newest first; short lists of the setup have none
    # and keep the order of their page.
    moment: ClassVar[str] = ""

    @property
    def fields(self) -> Sequence[str]:  # type: ignore[override]
        """The fields of its filter: those that its model knows, and its days."""
        known = filters_of(self.model)
        named = {"queue": "queue", "line": "line", "operator": "operators"}
        found = [name for name, asked in named.items() if asked in known]
        return [*found, *(DAYS_BY_THE_CLOCK if self.model in _WITH_DAYS else ())]

    def listed(self, asked: Selection) -> Listed[Any]:
        """The rows that the report shows for what is asked."""
        return asked.listed(self.model._default_manager.all(), self.moment)

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows of the report."""
        return self.read_listed(
            self.listed(asked), self.report_columns, may_see_numbers=may_see_numbers
        )

    def as_list(self, asked: Selection) -> Behind:
        """The list of the admin with the same rows."""
        return Behind(self.model, asked)

    def newest(
        self, asked: Selection, most: int, *, may_see_numbers: bool = False
    ) -> Reading:
        """The newest rows of the report, so many at most, without totals."""
        columns = self.report_columns
        values = PageValues(
            self.model, columns, self.moment, may_see_numbers=may_see_numbers
        )
        rows = self.listed(asked).rows.prefetch_related(None)
        newest = rows.order_by(f"-{self.moment}", "-pk").values_list(*values.fields)
        found = values.columns(list(newest[:most]))
        return Reading(
            columns,
            zip(*found, strict=True),
            lambda: [None] * len(columns),
            is_masked=values.is_masked,
        )

    def read_listed(
        self,
        listed: Listed[Any],
        columns: Sequence[Column] = (),
        *,
        may_see_numbers: bool = False,
    ) -> Reading:
        """The listed rows with these columns, or with all columns of the table.

        Memory stays flat and the database sorts nothing: pages follow each other along
        the index of the moment, and what other tables hold is looked up for a page.
        """
        columns = columns or self.columns
        values = PageValues(
            self.model, columns, self.moment, may_see_numbers=may_see_numbers
        )
        sums = [0 if column.adds_up else None for column in columns]

        def rows() -> Iterator[Row]:
            for page in keyset.newest_first(listed, self.moment, values.fields):
                found = values.columns(page)
                for place, column in enumerate(columns):
                    if column.adds_up:
                        sums[place] += sum(filter(None, found[place]))
                yield from zip(*found, strict=True)

        return Reading(columns, rows(), lambda: sums, is_masked=values.is_masked)
