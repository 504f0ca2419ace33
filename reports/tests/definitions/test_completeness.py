"""How much is known of the calls, interval by interval."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from callcenter.models import Call
from reports.definitions.completeness import CompletenessReport
from reports.query.periods import INTERVALS, QUARTER_SECONDS
from reports.query.quarters import Quarter
from reports.tests.factories import (
    LINE,
    NOON,
    make_call,
    make_connection,
    make_entry,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

REPORT = CompletenessReport()
QUIET = {
    "calls": 0,
    "complete": 0,
    "without_exit": 0,
    "without_connect": 0,
    "without_end": 0,
    "inferred": 0,
    "completeness": None,
}
LATER = NOON + timedelta(days=2)


def make_history(at: datetime = NOON, **entry: object) -> Call:
    """A call that is over, with one entry of which all is known."""
    call = make_call(at, ended_at=at + timedelta(minutes=5))
    values = {"queue_result": "bridged"} | entry
    made = make_entry(at + timedelta(seconds=9), call=call, **values)
    if made.outcome == "answered":
        make_connection(made)
    return call


def make_one_of_each(at: datetime = NOON) -> None:
    make_history(at)
    make_history(at, queue_result="")
    make_history(at, outcome="unknown", queue_result="strange")
    make_entry(
        at, call=make_call(at, ended_at=at), queue_result="bridged", outcome="answered"
    )
    make_history(at, outcome="abandoned", queue_result="hangup", is_inferred=True)
    make_history(at, outcome="blocked", queue_result="")
    make_call(at, outcome="")
    lost = make_history(at, queue_result="")
    Call.objects.filter(pk=lost.pk).update(ended_at=None)


def test_what_is_missing_in_every_column():
    make_one_of_each()

    with time_machine.travel(LATER):
        totals = totals_of(REPORT, interval="day")

    assert totals == {
        "interval_start": None,
        "calls": 8,
        "complete": 3,
        "without_exit": 3,
        "without_connect": 1,
        "without_end": 2,
        "inferred": 1,
        "completeness": 3 / 8,
    }


def test_call_under_way_lacks_nothing():
    with time_machine.travel(NOON + timedelta(minutes=1)):
        entry = make_entry(call=make_call(), queue_result="")
        make_connection(entry, ended_at=None, talk_seconds=None)
        make_entry(call=make_call(), outcome="waiting")
        make_call()

        totals = totals_of(REPORT, interval="day")

    assert (totals["calls"], totals["complete"]) == (3, 3)
    assert totals["completeness"] == 1.0


@pytest.mark.parametrize(("hours", "missing"), [(3.99, 0), (4, 1)])
def test_call_without_an_end_is_missed_after_four_hours(hours, missing):
    make_call()

    with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
        assert totals_of(REPORT, interval="day")["without_end"] == missing


def test_two_entries_without_an_exit_are_one_call():
    call = make_history(outcome="abandoned", queue_result="")
    make_entry(call=call, visit=2, outcome="abandoned", queue_result="")

    with time_machine.travel(LATER):
        assert totals_of(REPORT, interval="day")["without_exit"] == 1


def test_call_counts_in_the_interval_in_which_it_began():
    for second in (0, 1799, 1800):
        make_history(NOON + timedelta(seconds=second, microseconds=-1))

    rows = rows_of(REPORT, interval="30")

    assert len(rows) == 48
    assert [(row["interval_start"], row["calls"]) for row in rows if row["calls"]] == [
        (NOON - timedelta(minutes=30), 1),
        (NOON, 2),
    ]
    assert rows[0] == {"interval_start": datetime(2026, 10, 19, 15, tzinfo=UTC)} | QUIET


@pytest.mark.parametrize("interval", INTERVALS)
def test_totals_are_the_same_whatever_the_interval(interval):
    for hours in (-12, -1, 0, 11):
        make_history(NOON + timedelta(hours=hours))
    make_history(NOON + timedelta(hours=12))

    assert totals_of(REPORT, interval=interval)["calls"] == 4


def test_repeated_hour_is_two_rows():
    for hour in (5, 6):
        make_history(datetime(2026, 11, 1, hour, 30, tzinfo=UTC))

    rows = rows_of(
        REPORT,
        first="2026-11-01",
        last="2026-11-01",
        zone="America/New_York",
        interval="60",
    )

    assert len(rows) == 25
    assert [row["calls"] for row in rows[:4]] == [0, 1, 1, 0]


def test_quarter_is_that_of_history():
    for seconds in (-1, 0, 899, 900):
        at = NOON + timedelta(seconds=seconds)
        make_entry(at, call=make_call(at))

    quarters = Call.objects.annotate(quarter=Quarter("started_at"))
    found = quarters.values_list("quarter", "queue_entries__entered_quarter")

    assert all(quarter == stored for quarter, stored in found)
    assert {quarter for quarter, _ in found} == {
        int(NOON.timestamp()) // QUARTER_SECONDS + more for more in (-1, 0, 1)
    }


def test_call_whose_end_the_call_log_alone_knows_is_inferred():
    make_call(NOON, from_log="end")
    make_call(NOON)

    assert totals_of(REPORT, interval="day")["inferred"] == 1


def test_filters_of_the_calls():
    make_history()
    Call.objects.update(line="+815000000102")
    make_history()

    assert totals_of(REPORT, interval="day", line=LINE)["calls"] == 1
    assert totals_of(REPORT, interval="day", queue="support")["calls"] == 2


@pytest.mark.parametrize("count", [1, 5])
def test_number_of_queries_does_not_grow(count, django_assert_num_queries):
    for number in range(count):
        make_history(NOON + timedelta(hours=number))
    asked = selection(interval="60")

    with django_assert_num_queries(1):
        rows = list(REPORT.read(asked).rows())
    assert len(rows) == 24
    assert asked.first == date(2026, 10, 20)
