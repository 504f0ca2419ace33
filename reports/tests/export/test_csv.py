"""CSV for spreadsheets: encodings, formulas, and when its bytes come. No database."""

from datetime import date, datetime, timedelta

import pytest

from reports.export import csv
from reports.export.safety import escape_formula, unescape_formula
from reports.export.values import Value

ROW: list[Value] = [
    datetime(2026, 11, 22, 10, 2, 3, 999_999),  # noqa: DTZ001 -- cells have no zone
    date(2026, 11, 22),
    timedelta(hours=25, minutes=1, seconds=35),
    "+81312345678",
    '東京, "A"',
    None,
    0,
]
HEAD = list("abcdefg")


def written(rows: list[list[Value]], encoding: str = csv.UTF_8) -> bytes:
    return b"".join(csv.pieces(HEAD[: len(rows[0])], rows, encoding))


def test_cells_read_as_spreadsheets_write_them():
    assert written([ROW]).decode() == (
        "\ufeffa,b,c,d,e,f,g\r\n2026-11-22 10:02:03,2026-11-22,25:01:35,+81312345678,"
        '"東京, ""A""",,0\r\n'
    )


def test_mark_of_utf_8_stands_once():
    assert written([ROW] * 1_500).count(b"\xef\xbb\xbf") == 1


def test_shift_jis_writes_what_windows_does_and_marks_what_it_cannot():
    row: list[Value] = ["〜−—髙①", "𠮷野家", "é"]

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


def test_formula_of_a_caller_is_disarmed_in_both_encodings():
    row: list[Value] = ['=HYPERLINK("https://e.test";"x")', "+81312345678"]

    for encoding in (csv.UTF_8, csv.SHIFT_JIS):
        assert written([row], encoding).decode(encoding) == (
            'a,b\r\n"\'=HYPERLINK(""https://e.test"";""x"")",+81312345678\r\n'
        )


def test_lines_come_while_rows_are_read():
    read = 0

    def rows():
        nonlocal read
        for _ in range(2_000):
            read += 1
            yield ROW

    pieces = csv.pieces(HEAD, rows(), csv.UTF_8)

    assert next(pieces) == b"\xef\xbb\xbfa,b,c,d,e,f,g\r\n"
    assert read == 0
    next(pieces)
    assert read < 1_000
