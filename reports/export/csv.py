"""Rows as lines of CSV: UTF-8, a head line, nothing for nothing, `true` and `false`."""

import csv
from collections.abc import Iterable, Iterator

from reports.base import Row, Totals
from reports.export.cells import Cell, Cells


def lines(
    cells: Cells, rows: Iterable[Row], totals: Totals | None = None
) -> Iterator[str]:
    """The lines one by one; with totals, a total row at the end."""
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(cells.head)
    for row in rows if totals is None else totals.watch(rows):
        yield writer.writerow([_text(cell) for cell in cells.of(row)])
    if totals is not None:
        yield writer.writerow([_text(cell) for cell in cells.of_total(totals.row())])


class _Line:
    """Hands the written line back to whoever wrote it."""

    def write(self, line: str) -> str:
        return line


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return repr(cell) if isinstance(cell, float) else str(cell)
