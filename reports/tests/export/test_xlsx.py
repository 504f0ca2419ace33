"""Excel workbooks: what stands in their cells, and when their bytes come."""

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from reports.export import xlsx
from reports.export.cells import Cell, Fraction

HEAD = ["開始日時", "Caller", "Wait", "Count", "Rate", "Day"]
TYPES = [datetime, str, timedelta, int, float, date]
ROW: list[Cell] = [
    datetime(2026, 11, 22, 10, 2, 3),  # noqa: DTZ001 -- cells have no zone
    "+81312345678",
    timedelta(hours=25, minutes=1, seconds=35),
    2,
    1 / 3,
    date(2026, 10, 20),
]


def written(rows: list[list[Cell]], **limits: Any) -> bytes:
    blocks = [rows[at : at + 500] for at in range(0, len(rows), 500)]
    return b"".join(xlsx.pieces("通話", HEAD, TYPES, blocks, **limits))


def book(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def cell(value: Cell) -> Any:
    """The second cell of a row, as a reader of workbooks finds it."""
    row = [None, value, *[None] * 4]
    return book(written([row])).active["B2"]


def test_cells_are_real_moments_lengths_of_time_numbers_and_text():
    sheet = book(written([ROW])).active

    assert [[each.value for each in row] for row in sheet] == [
        HEAD,
        [*ROW[:5], datetime(2026, 10, 20)],  # noqa: DTZ001 -- cells have no zone
    ]
    assert [each.data_type for each in sheet[2]] == ["d", "s", "d", "n", "n", "d"]
    assert [each.number_format for each in sheet[2]] == [
        "yyyy\\-mm\\-dd hh:mm:ss",
        "@",
        "[h]:mm:ss",
        "General",
        "General",
        "yyyy\\-mm\\-dd",
    ]


def test_head_is_frozen_and_columns_are_wide_enough():
    sheet = book(written([ROW])).active

    assert sheet.title == "通話"
    assert sheet.freeze_panes == "A2"
    assert [sheet.column_dimensions[name].width for name in "ABCDEF"] == [
        20,
        18,
        11,
        10,
        10,
        12,
    ]


@pytest.mark.parametrize(
    ("is_one_page", "orientation"), [(False, "landscape"), (True, "portrait")]
)
def test_sheet_is_printed_on_a4_and_on_one_page_if_it_is_made_for_it(
    is_one_page, orientation
):
    pieces = xlsx.pieces("通話", HEAD, TYPES, [[ROW]], is_one_page=is_one_page)

    sheet = book(b"".join(pieces)).active

    fitting = sheet.sheet_properties.pageSetUpPr
    assert bool(fitting and fitting.fitToPage) == is_one_page
    assert sheet.page_setup.orientation == orientation
    assert int(sheet.page_setup.paperSize) == 9  # A4


def test_every_microsecond_and_every_second_of_a_day_comes_back_to_the_second():
    day = datetime(2026, 11, 22)  # noqa: DTZ001 -- cells have no zone
    moments = [day + timedelta(seconds=second) for second in range(0, 86_400, 97)]
    rows: list[list[Cell]] = [
        [moment.replace(microsecond=999_999), None, moment - day, None, None, None]
        for moment in moments
    ]

    sheet = book(written(rows)).active

    found = [(row[0].value, row[2].value) for row in sheet.iter_rows(min_row=2)]
    assert [each[0] for each in found] == moments
    lengths = [
        each[1]
        if isinstance(each[1], timedelta)
        else timedelta(
            hours=each[1].hour, minutes=each[1].minute, seconds=each[1].second
        )
        for each in found
    ]
    assert lengths == [moment - day for moment in moments]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+cmd|' /C calc'!A0", "-1", "@SUM(1)", "\t=1", "https://e.test/"]
)
def test_text_of_a_stranger_stays_text(text):
    assert (cell(text).value, cell(text).data_type) == (text, "s")


def test_text_is_kept_whatever_stands_in_it():
    for text in ('東京 <b> & "x" \']]>', " blank ", "two\nlines", "𠮷野家"):
        assert cell(text).value == text


def test_what_xml_cannot_hold_is_written_as_excel_does():
    row: list[Cell] = [None, "a\x00b\x1b _x0041_", *[None] * 4]
    with zipfile.ZipFile(io.BytesIO(written([row]))) as zipped:
        sheet = zipped.read("xl/worksheets/sheet1.xml").decode()

    assert ">a_x0000_b_x001B_ _x005F_x0041_<" in sheet


def test_text_too_long_for_a_cell_is_cut():
    assert cell("あ" * 40_000).value == "あ" * 32_766 + "…"


def test_day_before_excels_time_is_text():
    assert cell(date(1868, 10, 23)).value == "1868-10-23"


def test_yes_and_no_are_truth_values():
    assert (cell(True).value, cell(False).value) == (True, False)


def test_row_past_the_last_of_a_sheet_stands_on_a_further_one():
    numbered: list[list[Cell]] = [[None, str(at), *[None] * 4] for at in range(5)]

    sheets = book(written(numbered, most_rows=2)).worksheets

    assert [
        (sheet.title, [row[1].value for row in sheet], sheet.freeze_panes)
        for sheet in sheets
    ] == [
        ("通話", ["Caller", "0", "1"], "A2"),
        ("通話 2", ["Caller", "2", "3"], "A2"),
        ("通話 3", ["Caller", "4"], "A2"),
    ]


def test_full_sheet_has_no_empty_one_behind_it():
    assert len(book(written([ROW, ROW], most_rows=2)).worksheets) == 1


def test_sheet_ends_before_its_part_grows_too_large():
    sheets = book(written([ROW] * 1_200, most_bytes=100_000)).worksheets

    assert [sheet.max_row for sheet in sheets] == [501, 501, 201]


def test_no_rows_are_a_sheet_with_a_head():
    assert [[each.value for each in row] for row in book(written([])).active] == [HEAD]


def test_name_of_the_sheet_is_one_that_excel_takes():
    data = b"".join(xlsx.pieces("a/b[c]:" + "x" * 40, HEAD, TYPES, [[ROW]]))

    assert book(data).sheetnames == [f"a b c  {'x' * 24}"]


def test_bytes_come_while_rows_are_read():
    read = 0

    def blocks():
        nonlocal read
        for _ in range(4):
            read += 1
            yield [ROW] * 500

    pieces = xlsx.pieces("calls", HEAD, TYPES, blocks())

    assert next(pieces).startswith(b"PK")
    assert read == 0
    next(pieces)
    assert read == 1
    rest = b"".join(pieces)
    assert (read, rest[-22:-18]) == (4, b"PK\x05\x06")


def test_archive_left_half_way_leaves_nothing_open():
    pieces = xlsx.pieces("calls", HEAD, TYPES, [[ROW] * 500] * 4)
    next(pieces), next(pieces)

    pieces.close()  # type: ignore[attr-defined]


def test_file_says_which_parts_it_has_and_what_they_are():
    with zipfile.ZipFile(io.BytesIO(written([ROW]))) as zipped:
        names = zipped.namelist()
        types = zipped.read("[Content_Types].xml").decode()

    assert set(re.findall('PartName="/([^"]+)"', types)) <= set(names)
    assert len(names) == 6


def test_parts_of_a_whole_are_shown_in_per_cent():
    found = cell(Fraction(0.8392))

    assert (found.value, found.number_format) == (0.8392, "0.0%")
