"""CSV for spreadsheets: encodings, formulas, and when its bytes come. No database."""

from datetime import date, datetime, timedelta

import pytest

from reports.export import csv
from reports.export.cells import Cell
from reports.export.formulas import BEGINS, escape_formula, unescape_formula

ROW: list[Cell] = [
    datetime(2026, 11, 22, 10, 2, 3, 999_999),  # noqa: DTZ001 -- cells have no zone
    date(2026, 11, 22),
    timedelta(hours=25, minutes=1, seconds=35),
    "+81312345678",
    '東京, "A"',
    None,
    0,
]
HEAD = list("abcdefg")


def written(rows: list[list[Cell]], style: csv.Style = csv.UTF_8) -> bytes:
    return b"".join(csv.pieces(HEAD[: len(rows[0])], [rows], style))


def test_cells_read_as_spreadsheets_write_them():
    assert written([ROW]).decode() == (
        "\ufeffa,b,c,d,e,f,g\r\n2026-11-22 10:02:03,2026-11-22,25:01:35,+81312345678,"
        '"東京, ""A""",,0\r\n'
    )


def test_mark_of_utf_8_stands_once():
    data = b"".join(csv.pieces(HEAD, [[ROW]] * 3, csv.UTF_8))

    assert data.count(b"\xef\xbb\xbf") == 1


def test_shift_jis_writes_what_windows_does_and_marks_what_it_cannot():
    row: list[Cell] = ["〜−—髙①", "𠮷野家", "é"]

    assert (
        written([row], csv.SHIFT_JIS).decode("cp932")
        == "a,b,c\r\n～－―髙①,〓野家,〓\r\n"
    )


@pytest.mark.parametrize(
    "text", ["+81312345678", "+1", "03-1234-5678", "a=1", "", "client:x"]
)
def test_harmless_text_is_unharmed(text):
    assert (escape_formula(text), unescape_formula(text)) == (text, text)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "+81312345678=1",
        "+8131234567812345678",
        "+",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
    ],
)
def test_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text):
    assert escape_formula(text) == f"'{text}"
    assert unescape_formula(escape_formula(text)) == text


def test_formula_of_a_caller_is_escaped_in_both_encodings():
    row: list[Cell] = ['=HYPERLINK("https://e.test";"x")', "+81312345678"]

    for style in (csv.UTF_8, csv.SHIFT_JIS):
        assert written([row], style).decode(style.encoding) == (
            'a,b\r\n"\'=HYPERLINK(""https://e.test"";""x"")",+81312345678\r\n'
        )


@pytest.mark.parametrize("others", [[], [None], [1, timedelta(1)]])
def test_no_character_becomes_the_begin_of_a_formula_in_shift_jis(others):
    # Not those that are no characters alone, and not the quote of CSV itself.
    codes = set(range(0x20, 0x10000)) - set(range(0xD800, 0xE000)) - {ord('"')}
    cells: list[Cell] = [f"{chr(code)}1+1" for code in sorted(codes)]
    rows = [[cell] for cell in [*cells, *others]]

    lines = written(rows, csv.SHIFT_JIS).decode("cp932").split("\r\n")

    assert "'－1+1" in lines  # of the minus of mathematics too
    assert lines.count("'－1+1") == 3
    assert [line for line in lines if line[:1] in tuple(BEGINS)] == []


def test_programs_read_text_as_it_is_and_truth_values_in_small_letters():
    row: list[Cell] = ["=1", True, False, 1 / 3, None, "two\nlines"]

    assert written([row, ["b", 1, 2, 0.0, None, None]], csv.FOR_PROGRAMS) == (
        b'a,b,c,d,e,f\n=1,true,false,0.3333333333333333,,"two\nlines"\nb,1,2,0.0,,\n'
    )


def test_lines_come_while_rows_are_read():
    read = 0

    def blocks():
        nonlocal read
        for _ in range(4):
            read += 1
            yield [ROW] * 500

    pieces = csv.pieces(HEAD, blocks(), csv.UTF_8)

    assert next(pieces) == b"\xef\xbb\xbfa,b,c,d,e,f,g\r\n"
    assert read == 0
    next(pieces)
    assert read == 1


def test_lengths_of_time_are_rounded_as_the_page_rounds_them():
    row: list[Cell] = [timedelta(seconds=162.5), timedelta(seconds=162.4), None]

    text = written([row, row], csv.UTF_8).decode("utf-8-sig")

    assert text.splitlines()[1] == "0:02:43,0:02:42,"


def test_arrows_of_paths_can_be_read_in_shift_jis():
    text = written([["メニュー › 1", "1 – 2", "a"]], csv.SHIFT_JIS).decode("cp932")

    assert text.splitlines()[1] == "メニュー > 1,1 － 2,a"
