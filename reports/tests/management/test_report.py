"""`manage.py report`."""

import csv
import json
import os
import subprocess
import sys
from datetime import datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from reports.tests.factories import (
    LINE,
    NOON,
    OPERATOR,
    make_abandoned,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
)

DAY = ["--first", "2026-10-20", "--last", "2026-10-20"]


def report(*arguments: str) -> str:
    out = StringIO()
    call_command("report", *arguments, stdout=out)
    return out.getvalue()


def cells(*arguments: str) -> list[list[Any]]:
    """The rows of the workbook that the command writes."""
    out = BytesIO()
    call_command("report", *arguments, "--format", "xlsx", stdout=out)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.django_db
def test_comparison_adds_columns_with_what_was_before():
    make_entry()
    make_entry(NOON - timedelta(days=7))
    make_entry(NOON - timedelta(days=7), outcome="abandoned")

    text = report("queue-summary", *DAY, "--compare", "weeks")

    (row,) = csv.DictReader(text.splitlines())
    assert list(row)[:7] == [
        *("queue", "entered", "entered_before", "entered_change"),
        *("answered", "answered_before", "answered_change"),
    ]
    assert (row["entered_before"], row["entered_change"]) == ("2", "-1")
    assert (row["service_level_before"], row["service_level_change"]) == ("0.5", "0.5")


@pytest.mark.django_db
def test_period_by_name_is_that_of_its_days(time_machine):
    time_machine.move_to(NOON)
    make_entry(NOON - timedelta(days=7))

    by_name = report("queue-summary", "--period", "last-week")

    days = ["--first", "2026-10-12", "--last", "2026-10-18"]
    assert by_name == report("queue-summary", *days)
    assert by_name.splitlines()[1].startswith("support,1,")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["calls", "--compare", "weeks"], "cannot be filtered by --compare"),
        (["queue-summary", "--compare", "never"], "There is no comparison “never”"),
        (["calls", "--period", "never"], "There is no period “never”"),
        (["calls", "--period", "today", *DAY], "not by both"),
    ],
)
def test_period_or_comparison_that_there_is_not_is_refused(arguments, text):
    with translation.override("en"), pytest.raises(CommandError, match=text):
        report(*arguments)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "lines"),
    [
        (
            "wait-distribution",
            [
                "queue,over_seconds,up_to_seconds,answered,abandoned,"
                "answered_cumulative,abandoned_cumulative,answered_cumulative_rate,"
                "abandoned_cumulative_rate",
                "support,0,5,0,0,0,0,0.0,",
                "support,5,10,1,0,1,0,1.0,",
            ],
        ),
        (
            "heat-map",
            [
                "weekday,hour,entered,offered,answered,abandoned,service_level,"
                "abandonment_rate,asa_seconds",
                "2,00,0,0,0,0,,,",
                "2,01,0,0,0,0,,,",
            ],
        ),
        (
            "service-level-variants",
            [
                "code,formula,numerator,denominator,value,difference,difference_calls,"
                "used_by",
                'SL1,A_T / N,1,1,1.0,0.0,0,"Talkdesk, Genesys"',
                'SL2,A_T / G,1,1,1.0,0.0,0,"Cisco, Talkdesk, ICMI"',
            ],
        ),
    ],
)
def test_counts_of_entries_are_written_with_their_codes(slug, lines):
    make_entry()

    assert report(slug, *DAY).splitlines()[:3] == lines


@pytest.mark.django_db
def test_csv_has_one_line_a_row_in_the_zone_of_the_settings():
    call = make_call(ivr_path="main>1>support", duration_seconds=40)

    assert report("calls", *DAY) == (
        "call_sid,started_at,ended_at,duration_seconds,line,caller,caller_country,"
        "outcome,ivr_path,ivr_steps,entries,connections,wait_seconds,talk_seconds,"
        "disconnected_by\n"
        f"{call.sid},2026-10-20T12:00:00+09:00,,40,{LINE},+815009789742,JP,,"
        "main>1>support,0,0,0,,,\n"
    )


@pytest.mark.django_db
def test_zone_decides_which_day_it_is_and_how_moments_read():
    make_call()

    rows = [
        report("legs", "--first", day, "--last", day, "--zone", "Pacific/Pago_Pago")
        for day in ("2026-10-19", "2026-10-20")
    ]

    assert ",2026-10-19T16:00:00-11:00," in rows[0]
    assert len(rows[1].splitlines()) == 1


@pytest.mark.django_db
def test_labels_are_words_and_names_in_the_language_of_the_settings():
    make_queue("support", name="サポート窓口")
    make_operator(name="佐藤 花子")
    make_connection(make_entry(queue="support"))

    [row] = csv.DictReader(StringIO(report("connections", *DAY, "--labels")))

    assert "サポート窓口" in row.values()
    assert "佐藤 花子" in row.values()


@pytest.mark.django_db
def test_total_row_stands_at_the_end_when_asked_for():
    make_queue("support")
    make_entry(wait_seconds=10)
    make_entry(NOON.replace(hour=9), wait_seconds=20)

    lines = report("queue-interval", *DAY, "--interval", "60", "--totals").splitlines()

    assert len(lines) == 26
    assert lines[-1] == "total,,2,2,2,2,0,0,0,0,0,0,0,1.0,1.0,0.0,15.0,20,10,20,,0,"


@pytest.mark.django_db
def test_json_carries_totals_and_the_moment_of_reading():
    make_abandoned()

    content = json.loads(report("abandoned-calls", *DAY, "--format", "json"))

    assert list(content) == ["report", "columns", "rows", "totals", "as_of"]
    assert content["report"] == "abandoned-calls"
    assert content["rows"][0]["state"] == "open"
    assert list(content["rows"][0]) == content["columns"] == list(content["totals"])
    assert content["totals"]["wait_seconds"] == 30
    assert content["as_of"].endswith("+09:00")


@pytest.mark.django_db
def test_workbook_has_the_codes_and_raw_values_of_the_csv():
    make_queue("support")
    make_connection(make_entry(wait_seconds=75, is_inferred=True))

    head, row = cells("queue-entries", *DAY)
    [line] = csv.DictReader(StringIO(report("queue-entries", *DAY)))

    assert head == list(line)
    assert [_as_csv(cell) for cell in row] == list(line.values())
    assert (row[head.index("wait_seconds")], row[head.index("inferred")]) == (75, True)


def _as_csv(cell: Any) -> str:
    return (
        ""
        if cell is None
        else str(cell).lower()
        if cell is True or cell is False
        else str(cell)
    )


@pytest.mark.django_db
def test_workbook_with_labels_is_the_one_of_the_page():
    make_queue("support", name="サポート窓口")
    make_entry(wait_seconds=75)

    head, row, total = cells("queue-entries", *DAY, "--labels", "--totals")

    found = dict(zip(head, row, strict=True))
    assert (found["キュー"], found["結果"], found["推定"]) == (
        "サポート窓口",
        "応答",
        "いいえ",
    )
    assert found["待ち開始日時"] == datetime(2026, 10, 20, 12)  # noqa: DTZ001 -- cells have no zone
    assert found["待ち時間"] in (time(0, 1, 15), timedelta(seconds=75))
    assert total[0] == "合計"


@pytest.mark.django_db
def test_filters_narrow_the_rows():
    make_connection(make_entry(queue="support"), operator=OPERATOR)
    make_connection(make_entry(queue="sales"), operator="client:agent_01")

    for asked in (["--queue", "sales"], ["--operator", "client:agent_01"]):
        [row] = csv.DictReader(StringIO(report("connections", *DAY, *asked)))
        assert (row["queue"], row["operator"]) == ("sales", "client:agent_01")
    assert len(report("connections", *DAY, "--line", LINE).splitlines()) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nowhere"], "'nowhere'"),
        (["calls\nnowhere"], "'calls\\nnowhere'"),
        (["calls", "--queue", "nowhere"], "nowhere"),
        (["calls", "--queue", "no\nwhere"], "--queue"),
        (["calls", "--interval", "7\n8"], "7 8"),
        (["calls", "--zone", "Mars"], "Mars"),
        (["calls", "--operator", "+815000000999"], "+815000000999"),
        (["calls", "--line", "+815000000999"], "+815000000999"),
        (["calls", "--first", "20.10.2026"], "--first"),
        (["calls", "--first", "2026-10-21", "--last", "2026-10-20"], "--last"),
        (["calls", "--format", "pdf"], "'pdf'"),
        # Captured as text here.
        (["calls", "--format", "xlsx"], "redirect"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arguments, named):
    with pytest.raises(CommandError) as refusal:
        report(*arguments)

    assert named in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


@pytest.fixture
def shell(transactional_db):
    """Runs a line of shell in which $REPORT is the command, on the test database."""
    url = os.environ["DATABASE_URL"]
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}" if connection.vendor == "sqlite" else _renamed(url, name)
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "minicc.settings",
        "PYTHONIOENCODING": "shift_jis",
        "REPORT": f"{sys.executable} {settings.BASE_DIR / 'manage.py'} report",
    }

    def run(line: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 -- lines of this file
            ["/bin/bash", "-o", "pipefail", "-c", line],
            env=environment,
            capture_output=True,
            check=False,
        )

    return run


def _renamed(url: str, name: str) -> str:
    address, _, options = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")


def test_output_is_utf8_whatever_the_terminal(shell):
    make_queue("support", name="サポート髙橋")

    done = shell(f"$REPORT queue-summary --labels {' '.join(DAY)}")

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines()[1].startswith("サポート髙橋,0,")


def test_workbook_goes_to_a_file(shell, tmp_path):
    make_queue("support")
    path = tmp_path / "report.xlsx"

    done = shell(f"$REPORT queue-summary --format xlsx {' '.join(DAY)} > {path}")

    assert (done.returncode, done.stderr) == (0, b"")
    assert openpyxl.load_workbook(path).active["A2"].value == "support"


@pytest.mark.parametrize(
    "line",
    [
        "$REPORT nowhere",
        "$REPORT calls --queue $'\\xff'",
        # Longer than a pipe holds, and so short that it is written at the very end.
        "$REPORT queue-interval --first 2000-01-01 | head -1 > /dev/null",
        "$REPORT calls | exec true",
    ],
)
def test_failure_is_one_line_on_standard_error_and_a_status(shell, line):
    make_queue("support")

    done = shell(line)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(b"CommandError: ")
