"""Queue reports compared with another period: what columns say, what they open."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.models import QueueEntry
from reports.definitions.changes import BEFORE, CHANGE, COMPARED
from reports.definitions.queues import QueueIntervalReport, QueueSummaryReport
from reports.query import tallies
from reports.query.comparison import COMPARISONS, compared_to, counterparts
from reports.tests.factories import (
    NOON,
    forget_calls,
    make_entry,
    make_queue,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

REPORTS = [QueueSummaryReport(), QueueIntervalReport()]
WEEK = timedelta(days=7)


def make_days() -> None:
    """Two answered of three now; one of two a week before, in another queue too."""
    make_queue()
    make_queue("sales")
    make_entry(NOON, wait_seconds=10)
    make_entry(NOON, wait_seconds=40)
    make_entry(NOON, outcome="abandoned", wait_seconds=50)
    make_entry(NOON - WEEK, wait_seconds=5)
    make_entry(NOON - WEEK, outcome="abandoned", wait_seconds=50)
    make_entry(NOON - WEEK, queue="sales", wait_seconds=8)


def of_compared(row):
    return {
        code: value
        for code, value in row.items()
        if code.removesuffix(BEFORE).removesuffix(CHANGE) in COMPARED
    }


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_measures_are_followed_by_what_they_were_and_by_the_change(report):
    make_days()

    rows = [row for row in rows_of(report, compare="weeks") if row["entered"]]

    assert [of_compared(row) for row in rows] == [
        {
            "entered": 3,
            "entered_before": 2,
            "entered_change": 1,
            "answered": 2,
            "answered_before": 1,
            "answered_change": 1,
            "service_level": 1 / 3,
            "service_level_before": 1 / 2,
            "service_level_change": 1 / 3 - 1 / 2,
            "abandonment_rate": 1 / 3,
            "abandonment_rate_before": 1 / 2,
            "abandonment_rate_change": 1 / 3 - 1 / 2,
            "asa_seconds": 25.0,
            "asa_seconds_before": 5.0,
            "asa_seconds_change": 20.0,
        }
    ]
    totals = totals_of(report, compare="weeks")
    assert totals["entered_before"] == 3
    assert totals["entered_change"] == 0
    assert totals["service_level_before"] == 2 / 3


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_queue_of_the_earlier_period_alone_has_a_row(report):
    make_entry(NOON - WEEK, queue="gone")

    rows = [row for row in rows_of(report, compare="weeks") if row["entered_before"]]

    (row,) = rows
    assert (row["queue"], row["entered"], row["entered_change"]) == ("gone", 0, -1)
    assert (row["service_level"], row["service_level_change"]) == (None, None)


def test_interval_without_a_counterpart_is_compared_with_nothing():
    make_entry(NOON)
    make_entry(NOON - timedelta(days=30))

    rows = rows_of(
        QueueIntervalReport(),
        first="2026-10-01",
        last="2026-10-31",
        interval="day",
        compare="before",
    )

    # September has no 31st day.
    assert [row["entered_before"] for row in rows[-2:]] == [0, None]
    assert [row["entered_change"] for row in rows[-2:]] == [0, None]
    assert rows[19]["entered_before"] == 1


@pytest.mark.parametrize("asked", [{"compare": "weeks"}, {"queue": "*"}])
def test_both_periods_are_answered_by_the_stored_sums(asked, monkeypatch):
    make_days()
    rows_of(QueueIntervalReport(), **asked)

    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("entries are added up")

    monkeypatch.setattr(tallies, "entry_tallies", refuse)
    assert rows_of(QueueIntervalReport(), **asked)


entries = st.tuples(
    st.integers(-20 * 48, 20 * 48).map(
        lambda half: NOON + timedelta(minutes=30 * half)
    ),
    st.sampled_from(["support", "sales"]),
    st.sampled_from(["answered", "abandoned", "waiting"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(entries, max_size=12),
    st.sampled_from(REPORTS),
    st.sampled_from(list(COMPARISONS)),
    st.sampled_from(["60", "day", "week", "month", "weekday", "hour-of-day"]),
    st.sampled_from(["2026-10-19", "2026-10-01"]),
)
def test_comparison_is_the_same_report_of_both_periods(
    made, report, how, interval, first
):
    """And every number of the earlier period opens the entries that it counts."""
    forget_calls()
    for entered_at, queue, outcome in made:
        make_entry(entered_at, queue=queue, outcome=outcome)
    with time_machine.travel(NOON, tick=False):
        asked = selection(first=first, interval=interval, compare=how)
        earlier = compared_to(asked)
        assert earlier
        rows = rows_of(report, first=first, interval=interval, compare=how)
        alone = rows_of(report, first=first, interval=interval)
        then = rows_of(
            report,
            interval=interval,
            first=str(earlier.first),
            last=str(earlier.last),
        )

    def place(row):
        return row.get("interval_start"), row["queue"]

    times = {None: None, **counterparts(asked, earlier)}
    of_then = {place(row): row for row in then}
    plain = {place(row): row for row in alone}
    for row in rows:
        known = plain.get(place(row))
        assert known is None or known.items() <= row.items()
        time, queue = place(row)
        nothing = {"entered": 0, "answered": 0} if time in times else {}
        other = of_then.get((times.get(time), queue), nothing)
        for code in COMPARED:
            assert row[code + BEFORE] == other.get(code)
        behind = report.behind(asked, list(row.values()), "entered_before")
        if behind:
            found = behind.asked.listed(QueueEntry.objects.all(), "entered_at").rows
            assert found.count() == row["entered_before"]
    assert {place(row) for row in alone} <= {place(row) for row in rows}
