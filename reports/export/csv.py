"""Rows as lines of CSV: a head line, nothing for nothing.

`lines` are for programs, UTF-8 with `true` and `false`; `pieces` are for spreadsheets,
which want a mark for UTF-8, take text for formulas, and in Japan often want Shift_JIS.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from reports.export import values
from reports.export.cells import Cell, Cells
from reports.export.safety import escape_formula
from reports.export.values import Values
from reports.query.table import Row, Totals

UTF_8 = "utf-8-sig"
SHIFT_JIS = "cp932"
_ROWS_AT_ONCE = 500
# Characters that Windows writes with another one of the same look.
_FOR_WINDOWS = str.maketrans(
    "\u301c\u2212\u2014\u2016\u00a2\u00a3\u00ac", "～－―∥￠￡￢"
)


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


def pieces(
    head: Sequence[str], rows: Iterable[Values], encoding: str
) -> Iterator[bytes]:
    """The bytes of a file for spreadsheets, its head before any row is read.

    What Shift_JIS cannot write becomes 〓, as printers in Japan have it.
    """
    writer = csv.writer(_Line(), lineterminator="\r\n")
    encode = codecs.getincrementalencoder(encoding)(_GETA).encode
    yield encode(
        _for(encoding, writer.writerow([escape_formula(label) for label in head]))
    )
    left = iter(rows)
    while some := list(islice(left, _ROWS_AT_ONCE)):
        text = "".join(
            [
                writer.writerow(
                    [
                        escape_formula(cell)
                        if isinstance(cell, str)
                        else values.text(cell)
                        for cell in row
                    ]
                )
                for row in some
            ]
        )
        yield encode(_for(encoding, text))


def _for(encoding: str, text: str) -> str:
    return text.translate(_FOR_WINDOWS) if encoding == SHIFT_JIS else text


def _geta(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "〓" * (error.end - error.start), error.end


_GETA = "geta"
codecs.register_error(_GETA, _geta)


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
