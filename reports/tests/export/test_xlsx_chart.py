"""The chart of a workbook: it names the cells of its own sheet. No database."""

import io
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from reports.export import xlsx, xlsx_chart
from reports.export.cells import Cells
from reports.export.xlsx_chart import Series, StackedBars, column_name

HEAD, TYPES = ["Queue", "Answered", "Abandoned"], [str, int, int]
CHART = StackedBars("Tom & Jerry's", [Series(1, "2A6FB0"), Series(2, "C2410C")])


def written(rows: int, chart: StackedBars | None = CHART, **more: Any) -> bytes:
    block: list[Cells] = [[f"queue {number}", number, 1] for number in range(rows)]
    blocks = [block] if rows else []
    return b"".join(xlsx.pieces("Bob & s", HEAD, TYPES, blocks, chart=chart, **more))


def sheets(data: bytes) -> list[Any]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets)


def test_bars_are_the_columns_of_the_sheet_beside_its_table():
    [sheet] = sheets(written(3))

    [chart] = sheet._charts
    assert [each.val.numRef.f for each in chart.series] == [
        "'Bob & s'!$B$2:$B$4",
        "'Bob & s'!$C$2:$C$4",
    ]
    assert {each.cat.strRef.f for each in chart.series} == {"'Bob & s'!$A$2:$A$4"}
    assert [each.tx.strRef.f for each in chart.series] == [
        "'Bob & s'!$B$1",
        "'Bob & s'!$C$1",
    ]
    assert (chart.type, chart.grouping) == ("col", "stacked")
    # Not over the cells: the table has three columns.
    assert chart.anchor._from.col > 3


def test_moments_are_written_as_asked_and_each_has_its_own_bar():
    by_moment = StackedBars("By hour", CHART.series, "m/d hh:mm")
    data = written(2, by_moment)

    [sheet] = sheets(data)

    [chart] = sheet._charts
    assert chart.series[0].cat.numRef.f == "'Bob & s'!$A$2:$A$3"
    assert chart.x_axis.number_format.formatCode == "m/d hh:mm"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b'<c:auto val="0"/>' in archive.read("xl/charts/chart1.xml")


def test_bars_can_be_named_by_another_column():
    [sheet] = sheets(written(2, StackedBars("Waits", CHART.series, "[h]:mm:ss", 1)))

    [chart] = sheet._charts
    assert chart.series[0].cat.numRef.f == "'Bob & s'!$B$2:$B$3"


def test_every_part_is_xml_and_is_named_in_the_list_of_types():
    with zipfile.ZipFile(io.BytesIO(written(1))) as archive:
        types = archive.read("[Content_Types].xml").decode()
        for name in archive.namelist():
            ET.fromstring(archive.read(name))  # noqa: S314 -- our own
            if not name.endswith(".rels") and name != "[Content_Types].xml":
                assert f'PartName="/{name}"' in types


@pytest.mark.parametrize(
    "data",
    [
        written(0),
        written(xlsx_chart.MOST_ROWS + 1),
        written(3, most_rows=2),
        written(3, chart=None),
    ],
)
def test_nothing_or_too_much_to_draw_leaves_the_table_alone(data):
    assert [sheet._charts for sheet in sheets(data)] == [[]] * len(sheets(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if "chart" in name]


def test_columns_are_called_as_excel_calls_them():
    assert [column_name(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA")
    ]
