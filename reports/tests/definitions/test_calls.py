"""Calls and legs, row by row."""

from datetime import datetime, timedelta

import pytest

from reports.definitions.calls import CallsReport, LegsReport
from reports.tests.factories import (
    CALLER,
    LINE,
    NOON,
    OPERATOR,
    make_call,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

CALLS = CallsReport()
LEGS = LegsReport()
LONGEST_NUMBER = "+819999999999999"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_call_shows_what_became_of_it():
    call = make_call(
        ended_at=after(127),
        duration_seconds=127,
        outcome="answered",
        ivr_path="main>1>support",
        ivr_step_count=1,
        entry_count=2,
        connection_count=1,
        wait_seconds=20,
        talk_seconds=95,
        disconnected_by="caller",
    )

    assert rows_of(CALLS) == [
        {
            "call_sid": call.sid,
            "started_at": NOON,
            "ended_at": after(127),
            "duration_seconds": 127,
            "line": LINE,
            "caller": CALLER,
            "caller_country": "JP",
            "outcome": "answered",
            "ivr_path": "main>1>support",
            "ivr_steps": 1,
            "entries": 2,
            "connections": 1,
            "wait_seconds": 20,
            "talk_seconds": 95,
            "disconnected_by": "caller",
        }
    ]


def test_withheld_caller_of_a_call_under_way_leaves_cells_empty():
    call = make_call(caller="", from_raw="anonymous", line="")

    assert rows_of(CALLS) == [
        {
            "call_sid": call.sid,
            "started_at": NOON,
            "ended_at": None,
            "duration_seconds": None,
            "line": None,
            "caller": None,
            "caller_country": None,
            "outcome": None,
            "ivr_path": None,
            "ivr_steps": 0,
            "entries": 0,
            "connections": 0,
            "wait_seconds": None,
            "talk_seconds": None,
            "disconnected_by": None,
        }
    ]


def test_number_of_fifteen_digits_is_shown_whole_or_masked():
    make_call(caller=LONGEST_NUMBER)

    [whole] = rows_of(CALLS)
    [masked] = rows_of(CALLS, may_see_numbers=False)

    assert whole["caller"] == LONGEST_NUMBER
    assert masked["caller"] == "************9999"
    assert masked["caller_country"] == whole["caller_country"]


def test_calls_stand_newest_first_without_other_legs():
    sids = [make_call(after(seconds)).sid for seconds in (0, 2, 1)]
    make_call(kind="operator")

    assert [row["call_sid"] for row in rows_of(CALLS)] == [sids[1], sids[2], sids[0]]


@pytest.mark.parametrize(
    ("kind", "sent", "shown", "masked"),
    [
        ("customer", ("anonymous", LINE, "", LINE), (None, LINE), (None, LINE)),
        ("customer", (CALLER, LINE, CALLER, LINE), (CALLER, LINE), ("*9742", LINE)),
        ("operator", (OPERATOR, LINE, OPERATOR, LINE), (OPERATOR, LINE), None),
        ("operator", ("client:a", "", "", ""), ("client:a", None), None),
        ("outbound", (LINE, CALLER, CALLER, LINE), (LINE, CALLER), (LINE, "*9742")),
    ],
)
def test_leg_shows_both_ends_and_masks_the_customers(kind, sent, shown, masked):
    from_raw, to_raw, caller, line = sent
    leg = make_call(
        kind=kind,
        from_raw=from_raw,
        to_raw=to_raw,
        caller=caller,
        line=line,
        status="completed",
        duration_seconds=9,
        ended_at=after(9),
    )

    rows = rows_of(LEGS)
    [hidden] = rows_of(LEGS, may_see_numbers=False)

    assert rows == [
        {
            "call_sid": leg.sid,
            "kind": kind,
            "started_at": NOON,
            "ended_at": after(9),
            "duration_seconds": 9,
            "from": shown[0],
            "to": shown[1],
            "status": "completed",
        }
    ]
    stars = "*" * (len(CALLER) - 4)
    expected = tuple(
        end and end.replace("*", stars) for end in (shown if masked is None else masked)
    )
    assert (hidden["from"], hidden["to"]) == expected


def test_totals_add_up_what_can_be_added():
    make_call(duration_seconds=5, entry_count=1)
    make_call(duration_seconds=None, entry_count=2)

    totals = totals_of(CALLS)

    adding = {"duration_seconds": 5, "entries": 3, "connections": 0, "ivr_steps": 0}
    adding |= {"wait_seconds": 0, "talk_seconds": 0}
    assert totals == {
        column.code: adding.get(column.code) for column in CALLS.report_columns
    }


@pytest.mark.parametrize("calls", [1, 3])
@pytest.mark.parametrize(("report", "queries"), [(CALLS, 2), (LEGS, 1)])
def test_number_of_queries_does_not_grow(
    calls, report, queries, django_assert_num_queries
):
    for number in range(calls):
        make_call(after(number))
    asked = selection()

    with django_assert_num_queries(queries):
        list(report.read(asked).rows())
