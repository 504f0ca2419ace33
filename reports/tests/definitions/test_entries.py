"""Queue entries and connections, row by row."""

from datetime import datetime, timedelta

import pytest

from reports.definitions.entries import ConnectionsReport, QueueEntriesReport
from reports.tests.factories import (
    NOON,
    OPERATOR,
    make_call,
    make_connection,
    make_entry,
    rows_of,
    selection,
)

pytestmark = pytest.mark.django_db

ENTRIES = QueueEntriesReport()
CONNECTIONS = ConnectionsReport()


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_answered_entry_names_its_operator_and_talk():
    entry = make_entry(left_at=after(10), queue_result="bridged", position=2)
    connection = make_connection(entry)

    assert rows_of(ENTRIES) == [
        {
            "call_sid": entry.call.sid,
            "visit": 1,
            "queue": "support",
            "entered_at": NOON,
            "left_at": after(10),
            "wait_seconds": 10,
            "outcome": "answered",
            "overflow_reason": None,
            "queue_result": "bridged",
            "position": 2,
            "operator": OPERATOR,
            "operator_call_sid": connection.operator_call_sid,
            "connections": 1,
            "talk_seconds": 60,
            "talk_source": "dial",
            "inferred": False,
            "lost_while_connecting": False,
        }
    ]


def test_entry_that_nobody_answered_has_empty_cells():
    entry = make_entry(
        outcome="overflowed",
        overflow_reason="max_wait",
        wait_seconds=None,
        is_inferred=True,
        is_lost_while_connecting=True,
    )

    assert rows_of(ENTRIES) == [
        {
            "call_sid": entry.call.sid,
            "visit": 1,
            "queue": "support",
            "entered_at": NOON,
            "left_at": None,
            "wait_seconds": None,
            "outcome": "overflowed",
            "overflow_reason": "max_wait",
            "queue_result": None,
            "position": None,
            "operator": None,
            "operator_call_sid": None,
            "connections": 0,
            "talk_seconds": None,
            "talk_source": None,
            "inferred": True,
            "lost_while_connecting": True,
        }
    ]


def test_entry_with_two_connections_names_the_last_and_adds_the_talk():
    entry = make_entry()
    make_connection(entry, operator="client:agent_02", connected_at=after(90))
    make_connection(entry, operator=OPERATOR, connected_at=after(10), talk_seconds=5)

    [row] = rows_of(ENTRIES)

    assert (row["operator"], row["connections"], row["talk_seconds"]) == (
        "client:agent_02",
        2,
        65,
    )


def test_entries_stand_newest_first():
    early, late = make_entry(after(0)), make_entry(after(1))
    again = make_entry(after(2), call=early.call, visit=2)

    assert [(row["call_sid"], row["visit"]) for row in rows_of(ENTRIES)] == [
        (again.call.sid, 2),
        (late.call.sid, 1),
        (early.call.sid, 1),
    ]


def test_connection_says_who_talked_with_whom_and_how_long():
    entry = make_entry(visit=2)
    connection = make_connection(entry)

    assert rows_of(CONNECTIONS) == [
        {
            "call_sid": entry.call.sid,
            "visit": 2,
            "queue": "support",
            "operator": OPERATOR,
            "operator_call_sid": connection.operator_call_sid,
            "connected_at": after(10),
            "ended_at": after(70),
            "talk_seconds": 60,
            "talk_source": "dial",
        }
    ]


def test_connections_stand_newest_first_by_their_own_moment():
    waited_long = make_connection(make_entry(after(0), wait_seconds=500))
    served_at_once = make_connection(make_entry(after(60), wait_seconds=0))

    assert [row["operator_call_sid"] for row in rows_of(CONNECTIONS)] == [
        waited_long.operator_call_sid,
        served_at_once.operator_call_sid,
    ]


def test_connection_of_an_entry_of_another_day_is_left_out_though_amid_others():
    yesterday = make_entry(NOON - timedelta(days=1))
    make_connection(yesterday, connected_at=after(30), ended_at=None)
    first = make_connection(make_entry(after(0)), connected_at=after(10))
    last = make_connection(make_entry(after(1)), connected_at=after(50))

    assert [row["operator_call_sid"] for row in rows_of(CONNECTIONS)] == [
        last.operator_call_sid,
        first.operator_call_sid,
    ]


def test_day_without_connections_has_no_rows():
    make_entry(outcome="abandoned")

    assert rows_of(CONNECTIONS) == []


@pytest.mark.parametrize("entries", [1, 3])
@pytest.mark.parametrize(("report", "queries"), [(ENTRIES, 3), (CONNECTIONS, 3)])
def test_number_of_queries_does_not_grow(
    entries, report, queries, django_assert_num_queries
):
    for number in range(entries):
        make_connection(make_entry(after(number), call=make_call()))
    asked = selection()

    with django_assert_num_queries(queries):
        list(report.read(asked).rows())
