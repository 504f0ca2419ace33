"""Rows as lines of CSV: a head line, an empty field for None. No database."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reports.export.cells import Cell, Cells
from reports.export.formulas import BEGINS, escape_formula


@dataclass(frozen=True, slots=True)
class Style:
    """How the lines are written.

    Spreadsheets need a byte order mark to recognise UTF-8, or in Japan often Shift_JIS,
    and run text that begins like a formula.
    """

    encoding: str
    line_end: str
    escapes_formulas: bool


FOR_PROGRAMS = Style("utf-8", "\n", escapes_formulas=False)
UTF_8 = Style("utf-8-sig", "\r\n", escapes_formulas=True)
SHIFT_JIS = Style("cp932", "\r\n", escapes_formulas=True)

# Characters that Windows writes with another one of the same look. They are exchanged
# before formulas are looked for: the minus of mathematics becomes one that begins them.
_FOR_WINDOWS = str.maketrans(
    "\u301c\u2212\u2014\u2016\u00a2\u00a3\u00ac\u203a\u2013", "～－―∥￠￡￢>－"
)


def pieces(
    head: Sequence[str], blocks: Iterable[Sequence[Cells]], style: Style
) -> Iterator[bytes]:
    """The bytes of the file, its head before any row is read.

    What Shift_JIS cannot write becomes 〓, as printers in Japan have it.
    """
    encode = codecs.getincrementalencoder(style.encoding)(_GETA).encode
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator=style.line_end)

    def written(rows: Sequence[Cells]) -> bytes:
        columns = [_texts(column, style) for column in zip(*rows, strict=True)]
        writer.writerows(zip(*columns, strict=True))
        text = lines.getvalue()
        lines.seek(0)
        lines.truncate()
        return encode(text)

    yield written([head])
    for block in blocks:
        yield written(block)


# What the writer of the standard library writes as programs want it.
_NUMBERS = {int, float, type(None)}
_STRINGS = {str, type(None)}


def _texts(column: Sequence[Any], style: Style) -> Sequence[Cell]:
    """The cells of a column as the writer is to write them."""
    types = set(map(type, column))
    if types <= _NUMBERS or (types <= _STRINGS and not style.escapes_formulas):
        return column
    if types <= _STRINGS:
        if style is SHIFT_JIS:
            column = [cell and _for_windows(cell) for cell in column]
        return [
            escape_formula(cell) if cell and cell[0] in BEGINS else cell
            for cell in column
        ]
    if len(types - {type(None)}) < 2:
        # Lengths of time and the like: each value is written once.
        known = {cell: _text(cell, style) for cell in set(column)}
        return [known[cell] for cell in column]
    return [_text(cell, style) for cell in column]


def _text(cell: Cell, style: Style) -> Cell:
    """A cell as spreadsheets read it back: 2026-11-22 10:02:03, 0:01:35."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, timedelta):
        # Halves are rounded up, as on the page.
        minutes, second = divmod(int(cell.total_seconds() + 0.5), 60)
        hour, minute = divmod(minutes, 60)
        return f"{hour}:{minute:02}:{second:02}"
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and style.escapes_formulas:
        return escape_formula(_for_windows(cell) if style is SHIFT_JIS else cell)
    return cell


def _for_windows(text: str) -> str:
    return text if text.isascii() else text.translate(_FOR_WINDOWS)


def _geta(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "〓" * (error.end - error.start), error.end


_GETA = "geta"
codecs.register_error(_GETA, _geta)
