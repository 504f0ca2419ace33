"""What stands in the cells of a file: raw values, by their codes or by their names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from reports.query.table import Column, Row

Cell = str | int | float | bool | None


class Cells:
    """The cells of a report's rows, moments in a zone.

    With labels people's names stand for codes, in the active language. Numbers, moments
    and yes or no stay raw: a file is read by programs too.
    """

    def __init__(
        self, columns: list[Column], zone: ZoneInfo, *, labels: bool = False
    ) -> None:
        self._zone = zone
        self._labels = labels
        self.codes = [column.code for column in columns]
        self.head = [str(column.label) if labels else column.code for column in columns]
        self._names: dict[str, Mapping[str, StrOrPromise]] = {
            column.code: column.names()
            for column in columns
            if labels and column.names is not None
        }

    def of(self, row: Row) -> list[Cell]:
        """One row's cells, in the order of the columns."""
        return [self._cell(code, row[code]) for code in self.codes]

    def of_total(self, row: Row) -> list[Cell]:
        """The total row's cells: the first, which can add nothing up, says so."""
        total = gettext("Total") if self._labels else "total"
        return [total, *self.of(row)[1:]]

    def moment(self, value: datetime) -> str:
        """A moment as ISO 8601 with the offset of the zone."""
        return value.astimezone(self._zone).isoformat()

    def _cell(self, code: str, value: Any) -> Cell:
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, str) and code in self._names:
            return str(self._names[code].get(value, value))
        cell: Cell = value
        return cell
