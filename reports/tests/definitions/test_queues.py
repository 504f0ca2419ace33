"""Queues by interval and at a glance."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.models import QueueEntry
from reports.definitions.queues import QueueIntervalReport, QueueSummaryReport
from reports.present import kinds
from reports.query.metrics import QUEUE_MEASURES, measured
from reports.query.periods import INTERVALS
from reports.query.tally import Tally
from reports.tests.definitions.small_set import make_small_set
from reports.tests.factories import (
    NOON,
    count_marked,
    forget_calls,
    make_call,
    make_connection,
    make_entry,
    make_queue,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

SUMMARY = QueueSummaryReport()
BY_INTERVAL = QueueIntervalReport()
QUIET = measured(Tally())

SMALL_SET_MEASURES = {
    "entered": 10,
    "offered": 9,
    "answered": 5,
    "answered_within": 3,
    "abandoned": 3,
    "short_abandoned": 1,
    "overflowed": 1,
    "blocked": 1,
    "failed": 1,
    "waiting": 0,
    "unknown": 0,
    "service_level": 3 / 9,
    "answer_rate": 5 / 9,
    "abandonment_rate": 3 / 9,
    "asa_seconds": 18.8,
    "longest_wait_seconds": 120,
    "p50_wait_seconds": 20,
    "p90_wait_seconds": 45,
    "average_abandon_seconds": 30.0,
    "talk_seconds": 775,
    "average_talk_seconds": 155.0,
}


def test_small_set_gives_the_measures_of_the_reference():
    make_small_set()

    assert rows_of(SUMMARY) == [{"queue": "support"} | SMALL_SET_MEASURES]
    assert totals_of(SUMMARY) == {"queue": None} | SMALL_SET_MEASURES


def test_entry_counts_in_the_interval_in_which_it_entered():
    make_small_set()

    rows = rows_of(BY_INTERVAL, interval="30")

    at_ten, at_half_past = rows[20], rows[21]
    assert len(rows) == 48
    assert [row for row in rows if row["entered"]] == [at_ten, at_half_past]
    assert at_ten == {
        "interval_start": datetime(2026, 10, 20, 1, 0, tzinfo=UTC),
        "queue": "support",
        "entered": 8,
        "offered": 7,
        "answered": 4,
        "answered_within": 2,
        "abandoned": 3,
        "short_abandoned": 1,
        "overflowed": 0,
        "blocked": 0,
        "failed": 0,
        "waiting": 0,
        "unknown": 0,
        "service_level": 2 / 7,
        "answer_rate": 4 / 7,
        "abandonment_rate": 3 / 7,
        "asa_seconds": 21.5,
        "longest_wait_seconds": 65,
        "p50_wait_seconds": 20,
        "p90_wait_seconds": 45,
        "average_abandon_seconds": 30.0,
        "talk_seconds": 575,
        "average_talk_seconds": 143.75,
    }
    assert at_half_past["interval_start"] == datetime(2026, 10, 20, 1, 30, tzinfo=UTC)
    assert at_half_past["entered"] == 2
    assert at_half_past["longest_wait_seconds"] == 120


@pytest.mark.parametrize("interval", INTERVALS)
def test_totals_are_the_same_whatever_the_interval(interval):
    make_small_set()

    totals = totals_of(BY_INTERVAL, interval=interval)

    none = {"interval_start": None, "queue": None}
    assert totals == none | SMALL_SET_MEASURES


def test_quiet_day_shows_no_rate_rather_than_zero():
    make_queue("support")

    assert rows_of(BY_INTERVAL, interval="day") == [
        {"interval_start": datetime(2026, 10, 19, 15, tzinfo=UTC), "queue": "support"}
        | QUIET
    ]


def test_rows_go_by_interval_and_by_name_of_queue():
    make_queue("a", name="Sales")
    make_queue("b", name="Billing")

    rows = rows_of(BY_INTERVAL, first="2026-10-19", interval="day")

    assert [(row["interval_start"].day, row["queue"]) for row in rows] == [
        (18, "b"),
        (18, "a"),
        (19, "b"),
        (19, "a"),
    ]


def test_queue_out_of_use_stands_there_while_it_has_entries():
    make_queue("idle")
    make_queue("closed", is_active=False)
    make_queue("closed-long-ago", is_active=False)
    make_entry(queue="closed")
    make_entry(queue="never-set-up")

    assert [(row["queue"], row["entered"]) for row in rows_of(SUMMARY)] == [
        ("closed", 1),
        ("idle", 0),
        ("never-set-up", 1),
    ]


def test_queue_asked_for_stands_alone_even_if_quiet():
    make_queue("support")
    make_queue("closed", is_active=False)
    make_entry(queue="support")

    assert rows_of(SUMMARY, queue="closed") == [{"queue": "closed"} | QUIET]


def test_wait_of_the_threshold_is_within_the_threshold_of_its_time():
    for wait, target in [(20, 20), (21, 20), (21, 30), (0, 0)]:
        make_entry(wait_seconds=wait, target_seconds=target)

    [row] = rows_of(SUMMARY)

    assert row["answered_within"] == 3
    assert row["service_level"] == 0.75


def test_repeated_hour_is_two_rows_and_loses_no_entry():
    make_queue("support")
    # 01:30 in New York, before and after the clocks go back.
    for hour in (5, 6):
        make_entry(datetime(2026, 11, 1, hour, 30, tzinfo=UTC))

    rows = rows_of(
        BY_INTERVAL,
        first="2026-11-01",
        last="2026-11-01",
        zone="America/New_York",
        interval="60",
    )

    assert len(rows) == 25
    assert [row["entered"] for row in rows[:4]] == [0, 1, 1, 0]


def test_talk_without_a_known_length_is_left_out_of_the_average():
    make_connection(talk_seconds=60)
    make_connection(talk_seconds=None, ended_at=None, talk_source="")

    [row] = rows_of(SUMMARY)

    assert (row["answered"], row["talk_seconds"]) == (2, 60)
    assert row["average_talk_seconds"] == 60.0


@pytest.mark.parametrize("entries", [1, 3])
@pytest.mark.parametrize(("report", "queries"), [(SUMMARY, 4), (BY_INTERVAL, 3)])
def test_number_of_queries_does_not_grow(
    entries, report, queries, django_assert_num_queries
):
    for number in range(entries):
        make_queue(f"queue-{number}")
        make_connection(
            make_entry(NOON - timedelta(hours=number), queue=f"queue-{number}")
        )
    count_marked()
    asked = selection()

    with django_assert_num_queries(queries):
        list(report.read(asked).rows())


OUTCOMES = st.sampled_from(QueueEntry.Outcome.values)
MINUTES_OF_TWO_DAYS = st.integers(0, 2 * 24 * 60 - 1)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(
        st.tuples(MINUTES_OF_TWO_DAYS, OUTCOMES, st.sampled_from(["a", "b"]))
    ),
    interval=st.sampled_from(["30", "60", "day", "week", "hour-of-day", "weekday"]),
)
def test_balance_holds_in_every_row_and_total(entries, interval):
    forget_calls()
    call = make_call()
    start = datetime(2026, 10, 19, 15, tzinfo=UTC)
    for visit, (minute, outcome, queue) in enumerate(entries, 1):
        make_entry(
            start + timedelta(minutes=minute),
            call=call,
            visit=visit,
            outcome=outcome,
            queue=queue,
        )
    asked = {"last": "2026-10-21", "interval": interval}

    for report in (SUMMARY, BY_INTERVAL):
        totals = totals_of(report, **asked)
        rows = [*rows_of(report, **asked), totals]
        for row in rows:
            assert row["entered"] == row["offered"] + sum(
                row[code] for code in ("short_abandoned", "waiting", "unknown")
            )
            assert row["offered"] == sum(
                row[code] for code in ("answered", "abandoned", "overflowed")
            )
        for measure in QUEUE_MEASURES:
            if measure.kind is kinds.COUNT:
                added = sum(row[measure.code] for row in rows[:-1])
                assert added == rows[-1][measure.code]
        demand = sum(totals[code] for code in ("entered", "blocked", "failed"))
        assert demand == len(entries)
