"""The heat map: how many came, and how they fared, by weekday and hour."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.definitions.week import HeatMapReport
from reports.tests.definitions.small_set import make_small_set
from reports.tests.factories import (
    count_marked,
    make_entry,
    make_queue,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

REPORT = HeatMapReport()
# docs/metrics.md 9.2; all entered in one hour.
SMALL_SET = {
    "entered": 10,
    "offered": 9,
    "answered": 5,
    "abandoned": 3,
    "service_level": 3 / 9,
    "abandonment_rate": 3 / 9,
    "asa_seconds": 18.8,
}


def test_small_set_stands_in_its_hour_and_in_the_total():
    make_small_set()

    rows = rows_of(REPORT)

    assert [row for row in rows if row["entered"]] == [
        {"weekday": "2", "hour": "10"} | SMALL_SET
    ]
    assert totals_of(REPORT) == {"weekday": None, "hour": None} | SMALL_SET


def test_one_day_has_the_hours_of_its_weekday_and_a_week_those_of_all():
    assert [(row["weekday"], row["hour"]) for row in rows_of(REPORT)] == [
        ("2", f"{hour:02}") for hour in range(24)
    ]
    assert len(rows_of(REPORT, last="2026-10-26")) == 7 * 24
    assert len(rows_of(REPORT, last="2026-11-30")) == 7 * 24


def test_weekday_that_is_asked_for_stands_alone():
    make_queue()
    make_entry()
    make_entry(datetime(2026, 10, 21, 3, tzinfo=UTC))

    rows = rows_of(REPORT, last="2026-10-26", weekday="3")

    assert {row["weekday"] for row in rows} == {"3"}
    assert sum(row["entered"] for row in rows) == 1


def test_quiet_hour_shows_no_rate_rather_than_zero():
    assert rows_of(REPORT)[0] == {
        "weekday": "2",
        "hour": "00",
        "entered": 0,
        "offered": 0,
        "answered": 0,
        "abandoned": 0,
        "service_level": None,
        "abandonment_rate": None,
        "asa_seconds": None,
    }


def test_weeks_and_queues_are_added_up():
    for week in range(3):
        at = datetime(2026, 10, 20, 3, tzinfo=UTC) + timedelta(weeks=week)
        make_entry(at, queue=f"queue-{week}", wait_seconds=30 * week)

    rows = rows_of(REPORT, last="2026-11-08")

    (row,) = [row for row in rows if row["entered"]]
    assert (row["weekday"], row["hour"], row["entered"]) == ("2", "12", 3)
    assert (row["asa_seconds"], row["service_level"]) == (30.0, 1 / 3)


def test_hour_that_clocks_skip_has_no_row_and_a_repeated_one_has_one():
    zone = "America/New_York"
    for hour in (5, 6):  # 01:30 in New York, before and after the clocks go back
        make_entry(datetime(2026, 11, 1, hour, 30, tzinfo=UTC))

    spring = rows_of(REPORT, first="2026-03-08", last="2026-03-08", zone=zone)
    autumn = rows_of(REPORT, first="2026-11-01", last="2026-11-01", zone=zone)

    assert "02" not in {row["hour"] for row in spring}
    assert len(spring) == 23
    assert len(autumn) == 24
    assert [row["entered"] for row in autumn[:3]] == [0, 2, 0]


@pytest.mark.parametrize("entries", [1, 3])
def test_number_of_queries_does_not_grow(entries, django_assert_num_queries):
    for number in range(entries):
        make_entry(datetime(2026, 10, 20, number, tzinfo=UTC), queue=f"queue-{number}")
    count_marked()
    asked = selection()

    with django_assert_num_queries(2):
        list(REPORT.read(asked).rows())
