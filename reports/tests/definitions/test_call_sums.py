"""Calls by line and by IVR path."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.models import Call, PhoneLine, QueueEntry
from reports.definitions.ivr_paths import IvrPathsReport
from reports.definitions.lines import LinesReport
from reports.pages.chart import ENDS
from reports.tests.factories import (
    LINE,
    NOON,
    make_call,
    make_connection,
    make_entry,
    make_queue,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

LINES, PATHS = LinesReport(), IvrPathsReport()
OTHER = "+815000000102"
IDLE = {
    "calls": 0,
    "entered": 0,
    "answered": 0,
    "abandoned": 0,
    "closed": 0,
    "ended_in_ivr": 0,
    "answer_rate": None,
    "average_duration_seconds": None,
}
# Outcome, its entries' outcomes, path, seconds of the call, seconds until it entered.
CALLS: list[tuple[str, list[str], str, int | None, int]] = [
    ("answered", ["answered"], "main>1>support", 100, 10),
    ("answered", ["overflowed", "answered"], "main>1>support", 60, 20),
    ("abandoned", ["abandoned"], "main>1>support", 40, 30),
    ("short_abandoned", ["short_abandoned"], "main>2>sales", 12, 9),
    ("overflowed", ["overflowed"], "main>2>sales", 50, 8),
    ("blocked", ["blocked"], "main>2>sales", 5, 4),
    ("self_service", [], "main>3>hours", 33, 0),
    ("ivr_abandoned", [], "main", 7, 0),
    ("closed", [], "", 15, 0),
    ("", ["waiting"], "main>1>support", None, 6),
    ("", [], "main", None, 0),
]


def make_calls(line: str = LINE) -> None:
    for outcome, entries, path, length, entered in CALLS:
        call = make_call(
            line=line,
            outcome=outcome,
            ivr_path=path,
            duration_seconds=length,
            ended_at=None if length is None else NOON + timedelta(seconds=length),
        )
        for visit, each in enumerate(entries, 1):
            at = NOON + timedelta(seconds=entered * visit)
            make_entry(at, call=call, visit=visit, outcome=each)


def test_calls_of_a_line_in_every_column():
    make_calls()

    assert rows_of(LINES) == [
        {
            "line": LINE,
            "calls": 11,
            "entered": 6,
            "answered": 2,
            "abandoned": 1,
            "closed": 1,
            "ended_in_ivr": 1,
            "answer_rate": 2 / 11,
            "average_duration_seconds": 322 / 9,
        }
    ]


def test_paths_of_most_calls_come_first():
    make_calls()

    none = dict.fromkeys(
        [
            *("entered", "answered", "abandoned", "short_abandoned", "overflowed"),
            *("ended_in_ivr", "hung_up_in_ivr", "closed", "other"),
        ],
        0,
    )
    assert rows_of(PATHS) == [
        {"ivr_path": "main>1>support", "calls": 4}
        | none
        | {"entered": 4, "answered": 2, "abandoned": 1, "other": 1}
        | {"average_ivr_seconds": 66 / 4},
        {"ivr_path": "main>2>sales", "calls": 3}
        | none
        | {"entered": 2, "short_abandoned": 1, "overflowed": 1, "other": 1}
        | {"average_ivr_seconds": 7.0},
        {"ivr_path": "main", "calls": 2}
        | none
        | {"hung_up_in_ivr": 1, "other": 1, "average_ivr_seconds": 7.0},
        {"ivr_path": None, "calls": 1}
        | none
        | {"closed": 1, "average_ivr_seconds": 15.0},
        {"ivr_path": "main>3>hours", "calls": 1}
        | none
        | {"ended_in_ivr": 1, "average_ivr_seconds": 33.0},
    ]


def test_outcomes_of_a_path_add_up_to_its_calls():
    for outcome in ["", *Call.Outcome.values]:
        make_call(outcome=outcome, ivr_path="main")

    (row,) = rows_of(PATHS)

    assert row["calls"] == sum(row[code] for code in ENDS) == len(Call.Outcome) + 1


def test_total_is_made_of_the_sums_of_all():
    make_calls()
    make_calls(OTHER)

    assert totals_of(LINES) == {
        "line": None,
        "calls": 22,
        "entered": 12,
        "answered": 4,
        "abandoned": 2,
        "closed": 2,
        "ended_in_ivr": 2,
        "answer_rate": 4 / 22,
        "average_duration_seconds": 644 / 18,
    }
    assert totals_of(PATHS)["average_ivr_seconds"] == 2 * (66 + 21 + 7 + 15 + 33) / 20


def test_idle_lines_stand_there_by_name_and_unknown_ones_with_their_calls():
    queue = make_queue()
    PhoneLine.objects.create(number=LINE, name="B", queue=queue)
    PhoneLine.objects.create(number=OTHER, name="A", queue=queue)
    make_call(line="")

    rows = rows_of(LINES)

    assert [row["line"] for row in rows] == [None, OTHER, LINE]
    assert rows[1] == {"line": OTHER} | IDLE
    assert rows_of(LINES, line=LINE) == [{"line": LINE} | IDLE]


def test_quiet_day_has_no_paths_and_no_rates():
    assert rows_of(PATHS) == []
    assert totals_of(LINES) == {"line": None} | IDLE


def test_calls_of_other_days_and_other_legs_are_not_counted():
    for at in ("2026-10-19T14:59:59.999999", "2026-10-20T15:00:00"):
        make_call(datetime.fromisoformat(at).replace(tzinfo=UTC))
    make_call(kind="operator")
    make_call(kind="outbound")
    for at in ("2026-10-19T15:00:00", "2026-10-20T14:59:59.999999"):
        make_call(datetime.fromisoformat(at).replace(tzinfo=UTC))

    assert totals_of(LINES)["calls"] == 2
    assert totals_of(PATHS)["calls"] == 2


@pytest.mark.parametrize("report", [LINES, PATHS])
def test_filters_of_the_calls(report):
    make_calls()
    make_calls(OTHER)
    make_connection(QueueEntry.objects.filter(outcome="answered", visit=1)[0])

    assert totals_of(report, line=OTHER)["calls"] == 11
    assert totals_of(report, queue="support")["calls"] == 14
    assert totals_of(report, operator="+815000000201")["calls"] == 1


@pytest.mark.parametrize(("report", "queries"), [(LINES, 2), (PATHS, 1)])
@pytest.mark.parametrize("count", [1, 5])
def test_number_of_queries_does_not_grow(
    report, queries, count, django_assert_num_queries
):
    for number in range(count):
        make_entry(call=make_call(line=f"+8150000004{number}", ivr_path=f"m>{number}"))
    asked = selection()

    with django_assert_num_queries(queries):
        rows = list(report.read(asked).rows())
    assert len(rows) == count
