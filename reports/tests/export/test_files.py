"""Rows as CSV and JSON."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from reports.export import csv
from reports.export import json as json_file
from reports.export.cells import Cells
from reports.present import names
from reports.query.table import Column, Row, Totals

COLUMNS = [
    Column("at", "At"),
    Column("name", "Name", names=lambda: {"support": "サポート"}),
    Column("calls", "Calls", adds_up=True),
    Column("rate", "Rate"),
    Column("inferred", "Inferred"),
]
NEW_YORK = ZoneInfo("America/New_York")
ROWS = [
    {
        "at": datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        "name": "support",
        "calls": 2,
        "rate": 1 / 3,
        "inferred": False,
    },
    {
        "at": datetime(2026, 11, 1, 6, 30, 0, 123456, tzinfo=UTC),
        "name": 'a, "b"\n東京',
        "calls": None,
        "rate": None,
        "inferred": True,
    },
]
AS_OF = datetime(2026, 11, 2, tzinfo=UTC)


def test_csv_has_codes_raw_values_and_nothing_for_nothing():
    lines = list(csv.lines(Cells(COLUMNS, NEW_YORK), ROWS))

    assert lines == [
        "at,name,calls,rate,inferred\n",
        "2026-11-01T01:30:00-04:00,support,2,0.3333333333333333,false\n",
        '2026-11-01T01:30:00.123456-05:00,"a, ""b""\n東京",,,true\n',
    ]


def test_csv_with_labels_and_totals_reads_for_people():
    with translation.override("en"):
        cells = Cells(COLUMNS, NEW_YORK, labels=True)
        lines = list(csv.lines(cells, ROWS[:1], Totals(COLUMNS)))

    assert lines == [
        "At,Name,Calls,Rate,Inferred\n",
        "2026-11-01T01:30:00-04:00,サポート,2,0.3333333333333333,false\n",
        "Total,,2,,\n",
    ]


def test_json_is_one_object_with_the_same_rows():
    pieces = json_file.pieces(
        "calls", Cells(COLUMNS, NEW_YORK), ROWS, Totals(COLUMNS), AS_OF
    )

    assert json.loads("".join(pieces)) == {
        "report": "calls",
        "columns": ["at", "name", "calls", "rate", "inferred"],
        "rows": [
            {
                "at": "2026-11-01T01:30:00-04:00",
                "name": "support",
                "calls": 2,
                "rate": 1 / 3,
                "inferred": False,
            },
            {
                "at": "2026-11-01T01:30:00.123456-05:00",
                "name": 'a, "b"\n東京',
                "calls": None,
                "rate": None,
                "inferred": True,
            },
        ],
        "totals": {
            "at": None,
            "name": None,
            "calls": 2,
            "rate": None,
            "inferred": None,
        },
        "as_of": "2026-11-01T19:00:00-05:00",
    }


def test_files_are_written_while_rows_are_read():
    read: list[Row] = []

    def rows() -> Iterator[Row]:
        for row in ROWS:
            read.append(row)
            yield row

    lines = csv.lines(Cells(COLUMNS, NEW_YORK), rows())
    pieces = json_file.pieces(
        "calls", Cells(COLUMNS, NEW_YORK), rows(), Totals(COLUMNS), AS_OF
    )

    next(lines), next(lines)
    assert read == ROWS[:1]
    next(pieces), next(pieces)
    assert read == ROWS[:1] * 2


def test_empty_json_has_no_rows():
    pieces = json_file.pieces(
        "calls", Cells(COLUMNS, NEW_YORK), [], Totals(COLUMNS), AS_OF
    )

    assert json.loads("".join(pieces))["rows"] == []


def test_weekday_has_a_name():
    weekdays = Column("interval_start", "Interval", names=names.weekdays)

    with translation.override("ja"):
        cells = Cells([weekdays], NEW_YORK, labels=True)
        assert cells.of({"interval_start": "1"}) == ["月曜日"]
        assert cells.of({"interval_start": "09"}) == ["09"]
