"""A reading of a table as cells of a file, for programs or for people."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.numbers import phone_number
from reports.export.cells import Cell, Cells, Fraction
from reports.present import kinds
from reports.present.names import Names
from reports.query.table import Block, Column, Reading

# How many different values of a column are remembered with their names.
MOST_KNOWN = 100_000


class Numbers(models.TextChoices):
    """How telephone numbers are written in a file."""

    PAGE = "page", _("as on the page")
    E164 = "e164", _("E.164")


# The values of a column as cells.
Convert = Callable[[Sequence[Any]], Sequence[Cell]]


class Sheet:
    """A reading as a writer takes it: heads, types of columns, and rows of cells.

    `labels` puts people's names in place of codes, in the language that is active when
    the sheet is made: its rows are read later, when the page has been answered and its
    reader is no longer known. `typed` is for spreadsheets: moments in local time,
    lengths of time, yes and no. Otherwise values are raw: moments as ISO 8601 with the
    offset of the zone, lengths in seconds, truth values. `numbers` is how telephone
    numbers are written, which heads then say; without it they are as they are kept.
    """

    def __init__(
        self,
        reading: Reading,
        zone: ZoneInfo,
        *,
        labels: bool,
        typed: bool,
        numbers: Numbers | None = None,
    ) -> None:
        self._reading = reading
        self._zone = zone
        self._numbers = numbers
        columns = reading.columns
        self.codes = [column.code for column in columns]
        self.head = [self._heading(each) for each in columns] if labels else self.codes
        self._total = gettext("Total") if labels else "total"
        # What is known besides the total, by code.
        self.figures = {each.column.code: each.value for each in reading.figures}
        self._converts = [
            self._convert(column, labels=labels, typed=typed) for column in columns
        ]
        # The types of the columns' cells, for their widths and their text.
        self.types = [
            _cell_type(column, labels=labels, typed=typed) for column in columns
        ]

    def blocks(self, *, with_total: bool = False) -> Iterator[Sequence[Cells]]:
        """The rows, some hundred at a time; with a total row at the end if wanted."""
        yield from map(self.cells, self._reading.blocks())
        if with_total:
            yield [self.total_row()]

    def cells(self, block: Block) -> Sequence[Cells]:
        """The rows of a block as cells."""
        columns = [
            values if convert is None else convert(values)
            for convert, values in zip(
                self._converts, zip(*block, strict=True), strict=True
            )
        ]
        return list(zip(*columns, strict=True))

    def totals(self) -> Cells:
        """The cells of the total row, once all rows are read."""
        return self.cells([self._reading.totals()])[0]

    def total_row(self) -> Cells:
        """The total row with its name in the first cell, which holds no sum."""
        return [self._total, *self.totals()[1:]]

    def _heading(self, column: Column) -> str:
        """The label; of a column of telephone numbers also their form."""
        is_number = column.kind is kinds.PHONE_NUMBER and column.names is None
        if self._numbers is None or not is_number:
            return column.heading
        form = {"column": column.heading, "form": self._numbers.label}
        return gettext("%(column)s (%(form)s)") % form

    def _moment(self, value: datetime, *, typed: bool) -> Cell:
        local = value.astimezone(self._zone)
        return local.replace(tzinfo=None) if typed else local.isoformat()

    def _convert(self, column: Column, *, labels: bool, typed: bool) -> Convert | None:
        kind = column.kind
        names: dict[str, str] = {}
        named: Names | None = None
        if labels and column.names is not None:
            named = column.names()
            names = {code: str(name) for code, name in named.items()}
        if kind is kinds.INTERVAL:
            # Hours and weekdays are no moments.
            return lambda values: [
                self._moment(value, typed=typed)
                if isinstance(value, datetime)
                else names.get(value, value)
                for value in values
            ]
        if kind.cell is datetime:
            return lambda values: [
                None if value is None else self._moment(value, typed=typed)
                for value in values
            ]
        if kind is kinds.PHONE_NUMBER and self._numbers is Numbers.PAGE:
            return _by_name(named or {}, names, phone_number)
        if named is not None:
            return _by_name(named, names)
        if typed and kind in (kinds.FRACTION, kinds.FRACTION_CHANGE):
            return lambda values: [
                None if value is None else Fraction(value) for value in values
            ]
        if labels and kind is kinds.SECONDS_CHANGE:
            return lambda values: [
                None if value is None else kind.shown(value) for value in values
            ]
        if typed and kind.cell is timedelta:
            return lambda values: [
                None if value is None else timedelta(seconds=value) for value in values
            ]
        if typed and kind.cell is bool:
            words = {True: gettext("yes"), False: gettext("no")}
            return lambda values: [words.get(value) for value in values]
        return None


def _by_name(
    named: Names,
    known: dict[Any, Any],
    nameless: Callable[[str], str] = lambda value: value,
) -> Convert:
    """Values by their names; `known` are those found so far."""

    def converted(values: Sequence[Any]) -> Sequence[Any]:
        if len(known) > MOST_KNOWN:
            known.clear()
        for value in set(values) - known.keys():
            if value in named:
                known[value] = str(named[value])
            else:
                known[value] = nameless(value) if value else value
        return [known[value] for value in values]

    return converted


def _cell_type(column: Column, *, labels: bool, typed: bool) -> type:
    if column.kind.cell is datetime:
        return datetime if typed else str
    if labels and (column.names is not None or column.kind is kinds.SECONDS_CHANGE):
        return str
    if column.kind.cell is timedelta and not typed:
        return int if column.kind is kinds.SECONDS else float
    if column.kind.cell is bool and typed:
        return str
    return column.kind.cell
