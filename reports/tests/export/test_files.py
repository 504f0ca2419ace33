"""One reading of a table as files for programs and for people."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from reports.export import csv
from reports.export import json as json_file
from reports.export.sheet import Sheet
from reports.present import kinds, names
from reports.query.table import Column, Reading, Row

COLUMNS = [
    Column("at", "at", kinds.MOMENT),
    Column("name", "name", names=lambda: {"support": "サポート"}),
    Column("calls", "calls", kinds.COUNT, adds_up=True),
    Column("rate", "rate", kinds.FRACTION),
    Column("wait_seconds", "wait", kinds.SECONDS),
    Column("inferred", "inferred", kinds.YES_OR_NO),
]
NEW_YORK = ZoneInfo("America/New_York")
ROWS: list[Row] = [
    [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "support", 2, 1 / 3, 95, False],
    [
        datetime(2026, 11, 1, 6, 30, 0, 123456, tzinfo=UTC),
        'a, "b"\n東京',
        None,
        None,
        None,
        True,
    ],
]
TOTALS: Row = [None, None, 2, None, None, None]
AS_OF = "2026-11-01T19:00:00-05:00"


def sheet(
    rows: list[Row] | Iterator[Row], *, labels: bool = False, typed: bool = False
) -> Sheet:
    reading = Reading(COLUMNS, rows, lambda: TOTALS)
    return Sheet(reading, NEW_YORK, labels=labels, typed=typed)


def lines(made: Sheet) -> list[str]:
    pieces = csv.pieces(made.head, made.blocks(), csv.FOR_PROGRAMS)
    return b"".join(pieces).decode().splitlines(keepends=True)


def test_csv_has_codes_raw_values_and_nothing_for_nothing():
    assert lines(sheet(ROWS)) == [
        "at,name,calls,rate,wait_seconds,inferred\n",
        "2026-11-01T01:30:00-04:00,support,2,0.3333333333333333,95,false\n",
        '2026-11-01T01:30:00.123456-05:00,"a, ""b""\n',
        '東京",,,,true\n',
    ]


def test_csv_with_labels_has_names_for_codes_and_raw_values():
    with translation.override("en"):
        made = sheet(ROWS[:1], labels=True)

    assert lines(made) == [
        "At,Name,Calls,Rate,Wait,Inferred\n",
        "2026-11-01T01:30:00-04:00,サポート,2,0.3333333333333333,95,false\n",
    ]
    assert made.total_row() == ["Total", None, 2, None, None, None]


def test_spreadsheet_has_local_time_lengths_of_time_and_words():
    with translation.override("en"):
        made = sheet(ROWS, labels=True, typed=True)

    assert [list(row) for block in made.blocks() for row in block] == [
        [
            datetime(2026, 11, 1, 1, 30),  # noqa: DTZ001 -- cells have no zone
            "サポート",
            2,
            1 / 3,
            timedelta(seconds=95),
            "no",
        ],
        [
            datetime(2026, 11, 1, 1, 30, 0, 123456),  # noqa: DTZ001 -- the same
            'a, "b"\n東京',
            None,
            None,
            None,
            "yes",
        ],
    ]
    assert made.types == [datetime, str, int, float, timedelta, str]


def test_json_is_one_object_with_the_same_rows():
    pieces = json_file.pieces("calls", sheet(ROWS), AS_OF)

    assert json.loads(b"".join(pieces)) == {
        "report": "calls",
        "columns": ["at", "name", "calls", "rate", "wait_seconds", "inferred"],
        "rows": [
            {
                "at": "2026-11-01T01:30:00-04:00",
                "name": "support",
                "calls": 2,
                "rate": 1 / 3,
                "wait_seconds": 95,
                "inferred": False,
            },
            {
                "at": "2026-11-01T01:30:00.123456-05:00",
                "name": 'a, "b"\n東京',
                "calls": None,
                "rate": None,
                "wait_seconds": None,
                "inferred": True,
            },
        ],
        "totals": {
            "at": None,
            "name": None,
            "calls": 2,
            "rate": None,
            "wait_seconds": None,
            "inferred": None,
        },
        "as_of": AS_OF,
    }


@pytest.mark.parametrize("writer", ["csv", "json"])
def test_files_are_written_while_rows_are_read(writer):
    read: list[Row] = []

    def rows() -> Iterator[Row]:
        for row in ROWS * 400:
            read.append(row)
            yield row

    made = sheet(rows())
    pieces = (
        csv.pieces(made.head, made.blocks(), csv.FOR_PROGRAMS)
        if writer == "csv"
        else json_file.pieces("calls", made, AS_OF)
    )

    next(pieces)
    assert read == []
    next(pieces)
    assert read == ROWS * 250


def test_empty_json_has_no_rows():
    assert (
        json.loads(b"".join(json_file.pieces("calls", sheet([]), AS_OF)))["rows"] == []
    )


def test_weekday_has_a_name():
    weekdays = [Column("interval_start", "Interval", kinds.INTERVAL, names.weekdays)]
    rows = [["1"], ["09"]]

    with translation.override("ja"):
        made = Sheet(
            Reading(weekdays, rows, lambda: [None]), NEW_YORK, labels=True, typed=False
        )

    assert made.cells(rows) == [("月曜日",), ("09",)]
