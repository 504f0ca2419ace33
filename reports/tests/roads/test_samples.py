"""The recorded calls print the rows their expected files give for each report."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command

from callcenter.demo.setup.installation import install
from callcenter.tests.samples import NAMES, expected, file_of
from callcenter.upkeep.intake import load
from reports.definitions import REPORTS

pytestmark = pytest.mark.django_db

# Reports of later issues stand in the files already.
BUILT = {report.slug for report in REPORTS}
ASKED = [
    (name, number)
    for name in NAMES
    for number, report in enumerate(expected(name).get("reports", []))
    if report["slug"] in BUILT
]


def printed(
    report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    options = [
        f"--{option}={report[option]}"
        for option in ("first", "last", "queue", "interval")
        if report.get(option) is not None
    ]
    zone = f"--zone={report['time_zone']}"
    call_command("report", report["slug"], *options, zone, "--format=json")
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["rows"]
    return rows


def fits(want: Any, have: Any, column: str) -> bool:
    if isinstance(want, dict):
        return have is not None and abs(have - want["about"]) <= want["within"]
    if column == "interval_start":
        return datetime.fromisoformat(have) == datetime.fromisoformat(want)
    if isinstance(want, float):
        tolerance = 0.06 if column.endswith("_seconds") else 0.0006
        return have is not None and abs(have - want) <= tolerance
    return bool(have == want)


@pytest.mark.parametrize(("name", "number"), ASKED)
def test_report_prints_the_rows_of_the_recorded_calls(name, number, capsys):
    install()
    load(file_of(name))
    report = expected(name)["reports"][number]

    rows = printed(report, capsys)

    if report["slug"] == "queue-interval":
        assert len(rows) == len(report["rows"])
    for want in report["rows"]:
        found = [
            row
            for row in rows
            if all(fits(want[key], row[key], key) for key in report["key"])
        ]
        assert len(found) == 1, want
        for column, value in want.items():
            if column != "local":
                assert fits(value, found[0][column], column), (column, want, found[0])


def test_local_times_tell_the_repeated_hour_apart_by_offset(capsys):
    install()
    load(file_of("clock-change-2026-11-01"))
    report = expected("clock-change-2026-11-01")["reports"][0]

    starts = [row["interval_start"] for row in printed(report, capsys)]

    assert len(starts) == 50
    assert starts[2:6] == [
        "2026-11-01T01:00:00-04:00",
        "2026-11-01T01:30:00-04:00",
        "2026-11-01T01:00:00-05:00",
        "2026-11-01T01:30:00-05:00",
    ]


def test_every_recorded_report_that_is_built_is_printed():
    assert len(ASKED) == 12
