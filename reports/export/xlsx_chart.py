"""A chart of a sheet's own columns, as Excel draws and edits it. No database.

The parts that a workbook needs for it; reports.export.xlsx writes them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# More rows than this are no picture any more.
MOST_ROWS = 400
# So many columns right of the table; its size in columns and rows.
_GAP, _WIDTH, _HEIGHT = 1, 12, 24


@dataclass(frozen=True, slots=True)
class Series:
    """A column of numbers, by its place from 0, and its colour as RRGGBB."""

    column: int
    color: str


@dataclass(frozen=True, slots=True)
class StackedBars:
    """Columns that stand on each other in a bar for each row of a sheet."""

    title: str
    series: Sequence[Series]
    # How Excel writes the moment or length that names a bar; empty for text.
    name_format: str = ""
    # The column with what names a bar, by its place from 0.
    names: int = 0


def column_name(place: int) -> str:
    """What Excel calls a column, by its place from 0: A, B ... Z, AA."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def parts(
    chart: StackedBars, sheet: str, columns: int, rows: int
) -> Iterator[tuple[str, str, str]]:
    """Each part for the chart of a sheet with so many columns and rows below its head.

    Its name, its content type (empty for links between parts), and its text.
    """
    links = f'<Relationships xmlns="{_PACKAGE}">{{}}</Relationships>'
    link = '<Relationship Id="rId1" Type="{}/{}" Target="../{}"/>'
    yield (
        "xl/worksheets/_rels/sheet1.xml.rels",
        "",
        links.format(link.format(_LINKS, "drawing", "drawings/drawing1.xml")),
    )
    yield (
        "xl/drawings/_rels/drawing1.xml.rels",
        "",
        links.format(link.format(_LINKS, "chart", "charts/chart1.xml")),
    )
    yield (
        "xl/drawings/drawing1.xml",
        "application/vnd.openxmlformats-officedocument.drawing+xml",
        _anchor(columns),
    )
    yield (
        "xl/charts/chart1.xml",
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
        _chart(chart, sheet, rows),
    )


def _anchor(columns: int) -> str:
    left, right = columns + _GAP, columns + _GAP + _WIDTH
    place = (
        "<xdr:{0}><xdr:col>{1}</xdr:col><xdr:colOff>0</xdr:colOff>"
        "<xdr:row>{2}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:{0}>"
    )
    return (
        f'<xdr:wsDr xmlns:xdr="{_DRAWING}/spreadsheetDrawing"'
        f' xmlns:a="{_DRAWING}/main"><xdr:twoCellAnchor>'
        f"{place.format('from', left, 1)}{place.format('to', right, _HEIGHT)}"
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>'
        '<xdr:cNvPr id="2" name="Chart 1"/><xdr:cNvGraphicFramePr/>'
        "</xdr:nvGraphicFramePr><xdr:xfrm>"
        '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{_DRAWING}/chart">'
        f'<c:chart xmlns:c="{_DRAWING}/chart" xmlns:r="{_LINKS}" r:id="rId1"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/>"
        "</xdr:twoCellAnchor></xdr:wsDr>"
    )


def _chart(chart: StackedBars, sheet: str, rows: int) -> str:
    before = escape(f"'{sheet}'!")
    end = rows + 1

    def formula(first: str, last: str = "") -> str:
        cells = f"{first}:{last}" if last else first
        return f"<c:f>{before}{cells}</c:f>"

    def cell(column: int, row: int) -> str:
        return f"${column_name(column)}${row}"

    def bars(number: int, series: Series) -> str:
        head = formula(cell(series.column, 1))
        values = formula(cell(series.column, 2), cell(series.column, end))
        return (
            f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/><c:tx><c:strRef>'
            f"{head}</c:strRef></c:tx><c:spPr><a:solidFill>"
            f'<a:srgbClr val="{series.color}"/></a:solidFill></c:spPr>'
            f'<c:invertIfNegative val="0"/><c:cat><c:{of}>{names}</c:{of}></c:cat>'
            f"<c:val><c:numRef>{values}</c:numRef></c:val></c:ser>"
        )

    names = formula(cell(chart.names, 2), cell(chart.names, end))
    of = "numRef" if chart.name_format else "strRef"
    series = "".join(bars(number, each) for number, each in enumerate(chart.series))
    axis = (
        '<c:{0}><c:axId val="{1}"/><c:scaling><c:orientation val="minMax"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="{2}"/>{3}<c:numFmt formatCode="{5}"'
        ' sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="low"/><c:crossAx val="{4}"/><c:crosses val="autoZero"/>'
        "{6}</c:{0}>"
    )
    # Else Excel would make one bar of all moments of a day.
    by_row = '<c:auto val="0"/>'
    shown = escape(chart.name_format) or "General"
    below = axis.format("catAx", 1, "b", "", 2, shown, by_row)
    beside = axis.format("valAx", 2, "l", "<c:majorGridlines/>", 1, "General", "")
    title = escape(chart.title)
    return (
        f'<c:chartSpace xmlns:c="{_DRAWING}/chart" xmlns:a="{_DRAWING}/main">'
        '<c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich><a:bodyPr/>'
        f'<a:p><a:pPr><a:defRPr sz="1200"/></a:pPr><a:r><a:rPr sz="1200"/><a:t>{title}'
        '</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
        '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart>'
        '<c:barDir val="col"/><c:grouping val="stacked"/><c:varyColors val="0"/>'
        f'{series}<c:gapWidth val="40"/><c:overlap val="100"/><c:axId val="1"/>'
        f'<c:axId val="2"/></c:barChart>{below}{beside}</c:plotArea>'
        '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart></c:chartSpace>'
    )
