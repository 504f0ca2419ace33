"""An uploaded CSV file as rows: encoding, separator, head. No database."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence

import tablib
from django.utils.translation import gettext

from reports.export.formulas import unescape_formula

MOST_BYTES = 1_000_000
MOST_LINES = 1_000
# An added column: the number of the line in the file on which a row ends.
LINE = "#line"

_SEPARATORS = ",;\t"
# First bytes by which files of other programs are recognised.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """A file that cannot be imported. The text says why, in the active language."""


def dataset(
    data: bytes, codes: Mapping[str, str], needed: Mapping[str, str]
) -> tablib.Dataset:
    """The rows of a CSV file, with codes as heads and LINE as an added column.

    `codes` has the code of each head a file may have (as `plain_head` gives it),
    `needed` the codes it must have, each with its label. Raises Unreadable.
    """
    text = _text(data)
    head_line = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found = tablib.Dataset()
    try:
        for cells in reader:
            cleaned = [unescape_formula(cell.strip()) for cell in cells]
            if not any(cleaned):
                continue
            if not found.headers:
                found.headers = [*_heads(cleaned, codes, needed), LINE]
                continue
            width = len(found.headers) - 1
            if any(cleaned[width:]):
                raise Unreadable(
                    gettext(
                        "Line %(line)d has more cells than the first line has column"
                        " names."
                    )
                    % {"line": reader.line_num}
                )
            padding = [""] * (width - len(cleaned))
            found.append([*cleaned[:width], *padding, reader.line_num])
    except csv.Error as error:
        raise Unreadable(
            gettext("Line %(line)d is not CSV: a quotation mark is not closed.")
            % {"line": reader.line_num}
        ) from error
    if not found.height:
        raise Unreadable(gettext("The file has no rows below its first line."))
    return found


def plain_head(text: str) -> str:
    """A head as it is compared: in ASCII, lower case, stripped."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _heads(
    cells: Sequence[str], codes: Mapping[str, str], needed: Mapping[str, str]
) -> list[str]:
    """The codes of the heads in the first line; raises Unreadable if one is unknown,
    missing or there twice.
    """
    while cells and not cells[-1]:
        cells = cells[:-1]
    heads = [codes.get(plain_head(cell), "") for cell in cells]
    unknown = [cell for cell, head in zip(cells, heads, strict=True) if not head]
    missing = [code for code in needed if code not in heads]
    if len(unknown) == len(cells) or missing:
        raise Unreadable(
            gettext("The first line must name the columns, at least: %(columns)s.")
            % {"columns": ", ".join(needed.values())}
        )
    if unknown:
        raise Unreadable(
            gettext("No such column: %(columns)s.") % {"columns": ", ".join(unknown)}
        )
    if len(set(heads)) < len(heads):
        raise Unreadable(gettext("The first line names a column twice."))
    return heads


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Unreadable(
            gettext("The file is too large: %(count)d kB at most.")
            % {"count": MOST_BYTES // 1000}
        )
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if lines > MOST_LINES + 1:
        raise Unreadable(
            gettext(
                "The file has %(lines)d lines: %(most)d at most. Split it into several"
                " files."
            )
            % {"lines": lines, "most": MOST_LINES}
        )
    if data.startswith(_WORKBOOKS):
        raise Unreadable(
            gettext("This is an Excel workbook: save it as “CSV UTF-8” first.")
        )
    if data.startswith(_UTF_16) or b"\x00" in data:
        raise Unreadable(
            gettext(
                "This is not a CSV file in UTF-8 or Shift_JIS: save it as “CSV UTF-8”."
            )
        )
    return _decoded(data).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    """The text, from UTF-8 or else Shift_JIS; raises Unreadable if lines differ."""
    body = data.removeprefix(b"\xef\xbb\xbf")
    undecodable = 0
    is_utf_8 = len(body) < len(data)
    for number, line in enumerate(body.split(b"\n"), 1):
        try:
            # Two bytes of Shift_JIS katakana can be valid UTF-8 as well; the three
            # bytes that UTF-8 takes from U+3000 on cannot be.
            is_utf_8 |= any(letter >= "\u3000" for letter in line.decode())
        except UnicodeDecodeError:
            undecodable = undecodable or number
    if not undecodable:
        return body.decode()
    if is_utf_8:
        raise Unreadable(
            gettext(
                "Line %(line)d is not in UTF-8, but other lines are: save the whole"
                " file as “CSV UTF-8”."
            )
            % {"line": undecodable}
        )
    try:
        return body.decode("cp932")
    except UnicodeDecodeError as error:
        number = body.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            gettext(
                "Line %(line)d is neither in UTF-8 nor in Shift_JIS: save the file as"
                " “CSV UTF-8”."
            )
            % {"line": number}
        ) from error
