"""The old rows side by side: which are refused, which legs are operators'."""

from contextlib import closing
from zoneinfo import ZoneInfo

import pytest

from callcenter.predecessor.mysqldump import TableRow
from callcenter.predecessor.rows import (
    CONNECTS,
    ENDS,
    EXITS,
    OPERATORS,
    Reading,
)
from callcenter.predecessor.tables import OldTables

CALLER, LEG = "CA" + "c" * 32, "CA" + "0" * 32
NUMBER = "+815000000201"


@pytest.fixture
def refused():
    """The rows that could not be placed, in order."""
    return []


@pytest.fixture
def tables(refused):
    """Tables without a row."""
    reading = Reading(ZoneInfo("Asia/Tokyo"), "support")
    with closing(OldTables(reading, refused.append)) as tables:
        yield tables


def row(table, sid, clock="10:00:00", **columns):
    """A row of a call at a time of one day."""
    return TableRow(table, {"CallSid": sid, "Time": f"2014-05-08 {clock}"} | columns)


def test_a_second_row_of_a_call_is_refused_and_the_first_stays(tables, refused):
    first = row(EXITS, CALLER, QueueResult="hangup")
    again = row(EXITS, CALLER, QueueResult="bridged")

    for one in (first, first, again, row(ENDS, CALLER)):
        tables.add(one)

    assert [one.problem for one in refused] == [
        "the same row is there twice",
        "this call has another row before it",
    ]
    assert refused[1].values == again.values
    (call,) = tables.calls()
    assert call.exit is not None
    assert call.exit.text("QueueResult") == "hangup"
    assert tables.found.rows == {EXITS: 3, ENDS: 1}
    assert tables.found.refused.total() == 2


def test_calls_come_by_their_first_row_each_with_what_is_left_of_it(tables):
    late, early = "CA" + "1" * 32, "CA" + "2" * 32
    tables.add(row(ENDS, late, "10:05:00"))
    tables.add(row(ENDS, early, "10:09:00"))
    tables.add(row(CONNECTS, early, "10:01:00", DequeingCallSid=LEG))
    tables.add(row(ENDS, LEG, "11:00:00", From=NUMBER))

    first, second, third = tables.calls()

    assert [first.sid, second.sid, third.sid] == [early, late, LEG]
    assert first.operator_end == third.end
    assert (second.exit, second.connect, second.operator_end) == (None, None, None)
    assert tables.count() == 3


@pytest.mark.parametrize(
    ("rows", "is_operator"),
    [
        ([row(ENDS, LEG, From=NUMBER)], True),
        ([row(ENDS, LEG, From="+815000000999")], False),
        ([row(ENDS, LEG)], False),
        # Who took a caller is an operator, whatever number they called from.
        ([row(ENDS, LEG), row(CONNECTS, CALLER, DequeingCallSid=LEG)], True),
        # An operator who waited in the queue was a caller then.
        ([row(ENDS, LEG, From=NUMBER), row(EXITS, LEG, QueueResult="hangup")], False),
    ],
)
def test_an_operators_leg_is_known_by_its_number_or_by_taking_a_caller(
    tables, rows, is_operator
):
    tables.add(TableRow(OPERATORS, {"telnum": NUMBER}))
    for one in rows:
        tables.add(one)

    assert {call.sid: call.is_operator for call in tables.calls()}[LEG] == is_operator


def test_text_that_no_column_holds_is_escaped(tables, refused):
    tables.add(row(ENDS, CALLER, CallerName="\udcff\x00"))
    tables.add(TableRow(OPERATORS, {"telnum": "\udcff"}))

    (call,) = tables.calls()

    assert call.end is not None
    assert call.end.text("CallerName") == "\\udcff\\u0000"
    assert refused[0].values == {"telnum": "\\udcff"}
