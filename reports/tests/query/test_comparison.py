"""With which period a report is compared, and interval by interval with what."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.query.comparison import (
    COMPARISONS,
    compared_to,
    counterparts,
    days_compared,
    judgement,
)
from reports.query.periods import INTERVALS
from reports.query.selection import Selection

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


def day(text: str) -> date:
    return date.fromisoformat(text)


def asked(first: str, last: str, interval: str = "30", zone=TOKYO, compare="weeks"):
    return Selection(
        day(first), day(last), zone=zone, interval=interval, compare=compare
    )


@pytest.mark.parametrize(
    ("how", "first", "last", "then_first", "then_last"),
    [
        # A day, a span, a whole week and part of one.
        ("before", "2026-10-20", "2026-10-20", "2026-10-19", "2026-10-19"),
        ("before", "2026-10-06", "2026-10-08", "2026-10-03", "2026-10-05"),
        ("before", "2026-10-12", "2026-10-18", "2026-10-05", "2026-10-11"),
        ("before", "2026-10-19", "2026-10-20", "2026-10-12", "2026-10-13"),
        # Whole months, part of a month, a fiscal year.
        ("before", "2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("before", "2026-03-01", "2026-03-30", "2026-02-01", "2026-02-28"),
        ("before", "2026-11-01", "2026-11-29", "2026-10-01", "2026-10-29"),
        ("before", "2026-01-01", "2026-02-28", "2025-11-01", "2025-12-31"),
        ("before", "2025-04-01", "2026-03-31", "2024-04-01", "2025-03-31"),
        ("weeks", "2026-10-20", "2026-10-20", "2026-10-13", "2026-10-13"),
        ("weeks", "2026-10-12", "2026-10-20", "2026-09-28", "2026-10-06"),
        ("year", "2026-10-20", "2026-10-20", "2025-10-21", "2025-10-21"),
        ("year-dates", "2026-10-01", "2026-10-31", "2025-10-01", "2025-10-31"),
        ("year-dates", "2024-02-29", "2024-02-29", "2023-02-28", "2023-02-28"),
    ],
)
def test_days_are_compared_with(how, first, last, then_first, then_last):
    found = days_compared(how, day(first), day(last))

    assert tuple(map(str, found)) == (then_first, then_last)


days = st.dates(date(2001, 1, 1), date(2199, 1, 1))


@given(days, st.integers(0, 800), st.sampled_from(list(COMPARISONS)))
def test_earlier_period_is_over_before_this_one_or_a_year_back(first, length, how):
    last = first + timedelta(days=length)

    then_first, then_last = days_compared(how, first, last)

    assert then_first <= then_last
    assert then_first < first
    assert then_last < last
    if how in ("before", "weeks"):
        assert then_last < first
    if how in ("weeks", "year"):
        assert then_first.weekday() == first.weekday()
        assert last - first == then_last - then_first


@pytest.mark.parametrize("interval", INTERVALS)
def test_unasked_only_parts_of_days_and_days_are_compared(interval):
    earlier = compared_to(asked("2026-10-20", "2026-10-20", interval, compare=""))

    is_compared = interval in ("15", "30", "60", "day")
    assert (earlier is not None) == is_compared
    if earlier:
        assert earlier.period.first == day("2026-10-13")


@pytest.mark.parametrize("how", COMPARISONS)
def test_there_is_nothing_before_time_began(how):
    assert compared_to(asked("0001-01-01", "0001-01-01", compare=how)) is None


@pytest.mark.parametrize(
    ("zone", "interval", "first", "last", "how", "without"),
    [
        (TOKYO, "30", "2026-10-20", "2026-10-20", "weeks", 0),
        (TOKYO, "day", "2026-03-01", "2026-03-31", "before", 3),
        (TOKYO, "month", "2025-04-01", "2026-03-31", "before", 0),
        (TOKYO, "hour-of-day", "2026-10-20", "2026-10-20", "before", 0),
        # Clocks skip an hour on the day compared with, and repeat one on this day.
        (NEW_YORK, "30", "2026-03-15", "2026-03-15", "weeks", 2),
        (NEW_YORK, "30", "2026-11-01", "2026-11-01", "weeks", 2),
    ],
)
def test_intervals_without_a_counterpart(zone, interval, first, last, how, without):
    now = asked(first, last, interval, zone, how)
    earlier = compared_to(now)
    assert earlier

    found = counterparts(now, earlier)

    keys = list(now.period.intervals(interval))
    assert len([key for key in keys if key not in found]) == without
    assert set(found.values()) <= set(earlier.period.intervals(interval))


def test_half_hours_are_compared_by_the_clock():
    now = asked("2026-11-01", "2026-11-01", zone=NEW_YORK)
    earlier = compared_to(now)
    assert earlier

    found = counterparts(now, earlier)

    # 01:30 in summer time, 01:30 again, and 02:00.
    one = datetime(2026, 10, 25, 5, 30, tzinfo=UTC)
    assert found[datetime(2026, 11, 1, 5, 30, tzinfo=UTC)] == one
    assert datetime(2026, 11, 1, 6, 30, tzinfo=UTC) not in found
    two = datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
    assert found[datetime(2026, 11, 1, 7, 0, tzinfo=UTC)] == two


@pytest.mark.parametrize(
    ("code", "change", "judged"),
    [
        ("service_level", 0.1, "better"),
        ("service_level", -0.1, "worse"),
        ("asa_seconds", 3, "worse"),
        ("abandonment_rate", -0.01, "better"),
        ("entered", 100, ""),
        ("service_level", 0, ""),
        ("service_level", None, ""),
    ],
)
def test_change_is_judged_where_it_can_be(code, change, judged):
    assert judgement(code, change) == judged
