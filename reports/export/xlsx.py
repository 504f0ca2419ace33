"""Rows as an Excel workbook, its bytes given away while rows are read. No database.

The sheets are written straight into a zip archive, so that a download starts with its
first row and memory stays flat; docs/decisions.md says which libraries were weighed.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any
from xml.sax.saxutils import escape

from reports.export import xlsx_chart
from reports.export.cells import Cells, Fraction
from reports.export.xlsx_chart import StackedBars

# Excel's own limits: rows of a sheet (the head is one of them), characters of a cell.
MOST_ROWS = 1_048_575
MOST_CHARACTERS = 32_767
# A part of a zip archive without the 64-bit extension, which Excel may not read.
MOST_BYTES = 1_900_000_000
_WIDTHS = {datetime: 20, date: 12, timedelta: 11, int: 10, float: 10}
_TEXT_WIDTH = 18
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 -- cells have no zone
# Before March 1900 Excel counts a day that never was.
_FIRST_YEAR = 1901
_DAY_SECONDS = 86_400
# Styles by their places in _STYLES: 1 head, 2 text, 3 moment, 4 day, 5 duration, 6 per
# cent.
_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<numFmts count="4"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="166" formatCode="[h]:mm:ss"/>'
    '<numFmt numFmtId="167" formatCode="0.0%"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="7">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0"'
    ' applyNumberFormat="1" applyFont="1"/>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/>'
        for number in (49, 164, 165, 166, 167)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0"'
    ' builtinId="0"/></cellStyles></styleSheet>'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# What XML cannot hold, and what Excel would take for its own way of writing that.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class About:
    """The last sheet of a workbook: what its rows are, in words."""

    title: str
    head: Sequence[str]
    rows: Sequence[Cells]


def pieces(
    title: str,
    head: Sequence[str],
    types: Sequence[type],
    blocks: Iterable[Sequence[Cells]],
    *,
    most_rows: int = MOST_ROWS,
    most_bytes: int = MOST_BYTES,
    about: About | None = None,
    chart: StackedBars | None = None,
    is_one_page: bool = False,
) -> Iterator[bytes]:
    """The bytes of the workbook piece by piece, the first one before any row is read.

    Types are those of the columns' cells, for their widths. Rows past the most of a
    sheet go to a further one; what the rows are about stands on the last sheet. The
    chart stands beside the rows, unless there are none or too many to be drawn. With
    `is_one_page` a sheet is printed on one page.
    """
    sink = _Sink()
    names: list[str] = []
    drawn: list[tuple[str, str, str]] = []
    with ExitStack() as files:
        archive = files.enter_context(
            zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        )
        waiting = map(_lines, blocks)
        lines: Sequence[str] = []
        while lines or not names:
            names.append(_sheet_name(title, len(names) + 1))
            with _part(archive, f"xl/worksheets/sheet{len(names)}.xml") as sheet:
                begin = _sheet_begin(head, types, is_one_page=is_one_page)
                size = sheet.write(begin.encode())
                yield sink.take()
                lines = lines or next(waiting, ())
                written = 0
                while lines and written < most_rows and size < most_bytes:
                    fitting = lines[: most_rows - written]
                    size += sheet.write("".join(fitting).encode())
                    yield sink.take()
                    written += len(fitting)
                    lines = lines[len(fitting) :] or next(waiting, ())
                is_whole = len(names) == 1 and not lines
                if chart and is_whole and 0 < written <= xlsx_chart.MOST_ROWS:
                    drawn += xlsx_chart.parts(chart, names[0], len(head), written)
                end = _sheet_end(
                    *(len(head), written),
                    has_chart=bool(drawn),
                    is_one_page=is_one_page,
                )
                sheet.write(end.encode())
        if about:
            names.append(_sheet_name(about.title, 1))
            with _part(archive, f"xl/worksheets/sheet{len(names)}.xml") as sheet:
                begin = _sheet_begin(about.head, [str] * len(about.head))
                sheet.write(begin.encode())
                sheet.write("".join(_lines(about.rows)).encode())
                sheet.write(_sheet_end(len(about.head), len(about.rows)).encode())
        for name, _type, text in drawn:
            with _part(archive, name) as part:
                part.write(f"{_DECLARATION}{text}".encode())
        types_of = {name: type_ for name, type_, _text in drawn if type_}
        for name, text in _book(names, types_of):
            with _part(archive, name) as part:
                part.write(f"{_DECLARATION}{text}".encode())
    yield sink.take()


class _Sink:
    """What the archive is written to: it cannot go back, and is emptied again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        """What was written since it was asked last."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _part(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    part = zipfile.ZipInfo(name)
    part.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(part, "w")


def _lines(block: Sequence[Cells]) -> list[str]:
    """The rows of a block as XML."""
    columns = [_column(cells) for cells in zip(*block, strict=True)]
    return [f"<row>{''.join(row)}</row>" for row in zip(*columns, strict=True)]


def _column(cells: Sequence[Any]) -> list[str]:
    """The cells of a column as XML; values that repeat are written once and copied."""
    types = set(map(type, cells)) - {type(None)}
    # Among several types 1, 1.0 and True would be one value.
    if len(types) < 2:
        different = set(cells)
        if 2 * len(different) < len(cells):
            known = {cell: _WRITERS[type(cell)](cell) for cell in different}
            return [known[cell] for cell in cells]
        if types == {str} and _is_plain("".join(filter(None, cells))):
            return [_PLAIN.format(cell) if cell else "<c/>" for cell in cells]
    return [_WRITERS[type(cell)](cell) for cell in cells]


_PLAIN = '<c s="2" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>'


def _is_plain(text: str) -> bool:
    """Whether XML and Excel take text as it is; too short to be cut if it is all."""
    return (
        len(text) <= MOST_CHARACTERS
        and text.isprintable()
        and not any(each in text for each in ("&", "<", ">", "_x"))
    )


def _text(value: str, style: int = 2) -> str:
    if len(value) > MOST_CHARACTERS:
        value = f"{value[: MOST_CHARACTERS - 1]}…"
    if not value.isprintable() or "_x" in value:
        value = _LOOKS_ESCAPED.sub("_x005F_", value)
        value = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    return (
        f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t>'
        "</is></c>"
    )


def _moment(value: datetime) -> str:
    if value.year < _FIRST_YEAR:
        return _text(f"{value:%Y-%m-%d %H:%M:%S}")
    passed = value - _FIRST_DAY
    serial = passed.days + passed.seconds / _DAY_SECONDS
    return f'<c s="3"><v>{serial!r}</v></c>'


def _day(value: date) -> str:
    if value.year < _FIRST_YEAR:
        return _text(value.isoformat())
    return f'<c s="4"><v>{value.toordinal() - _FIRST_DAY.toordinal()}</v></c>'


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "<c/>",
    str: lambda value: _text(value) if value else "<c/>",
    bool: lambda value: f'<c t="b"><v>{value:d}</v></c>',
    int: lambda value: f"<c><v>{value}</v></c>",
    float: lambda value: f"<c><v>{value!r}</v></c>",
    Fraction: lambda value: f'<c s="6"><v>{value!r}</v></c>',
    datetime: _moment,
    date: _day,
    timedelta: lambda value: (
        f'<c s="5"><v>{value.total_seconds() / _DAY_SECONDS!r}</v></c>'
    ),
}


def _sheet_name(title: str, number: int) -> str:
    """A name Excel takes: 31 characters, none that an address could hold."""
    name = re.sub(r"[\[\]:*?/\\']", " ", title).strip() or "1"
    return name[:31] if number == 1 else f"{name[:27]} {number}"


def _sheet_begin(
    head: Sequence[str], types: Sequence[type], *, is_one_page: bool = False
) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{_width(label, type_)}"'
        ' customWidth="1"/>'
        for number, (label, type_) in enumerate(zip(head, types, strict=True), 1)
    )
    labels = "".join(_text(label, 1) for label in head)
    fitting = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' if is_one_page else ""
    return (
        f'{_DECLARATION}<worksheet xmlns="{_MAIN}">{fitting}<sheetViews><sheetView'
        ' workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
        ' state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData><row>{labels}</row>"
    )


def _width(label: str, type_: type) -> int:
    # Characters of Japanese are as wide as two digits.
    needed = sum(1 if character < "\u2000" else 2 for character in label) + 2
    return min(max(_WIDTHS.get(type_, _TEXT_WIDTH), needed), 40)


def _sheet_end(
    columns: int, rows: int, *, has_chart: bool = False, is_one_page: bool = False
) -> str:
    # A4. Two dozen columns on one page nobody could read.
    orientation = "portrait" if is_one_page else "landscape"
    # A number of a caller is text on purpose: no green corners in thousands of cells.
    last = xlsx_chart.column_name(columns - 1)
    chart = f'<drawing xmlns:r="{_LINKS}" r:id="rId1"/>' if has_chart else ""
    return (
        f'</sheetData><pageSetup paperSize="9" orientation="{orientation}"/>'
        f'<ignoredErrors><ignoredError sqref="A1:{last}{rows + 1}"'
        f' numberStoredAsText="1"/></ignoredErrors>{chart}</worksheet>'
    )


def _book(names: Sequence[str], more: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The parts that say which sheets there are: names and texts.

    `more` has the content types of further parts by their names.
    """
    numbered = list(enumerate(names, 1))
    sheets = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}"'
        f' r:id="rId{number}"/>'
        for number, name in numbered
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{sheets}</sheets>'
        "</workbook>",
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINKS}/worksheet"'
        f' Target="worksheets/sheet{number}.xml"/>'
        for number, _name in numbered
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship'
        f' Id="rId{len(names) + 1}" Type="{_LINKS}/styles" Target="styles.xml"/>'
        "</Relationships>",
    )
    yield "xl/styles.xml", _STYLES
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml"'
        f' ContentType="{_TYPE}.worksheet+xml"/>'
        for number, _name in numbered
    ) + "".join(
        f'<Override PartName="/{name}" ContentType="{type_}"/>'
        for name, type_ in more.items()
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override'
        f' PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}'
        "</Types>",
    )
