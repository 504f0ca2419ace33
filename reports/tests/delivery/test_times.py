"""When a report is due, by the clock of its zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports.delivery import times

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 3 * 365 * 86_400).map(
    lambda seconds: FIRST + timedelta(seconds=seconds)
)


@pytest.mark.parametrize(
    ("frequency", "now", "due"),
    [
        ("daily", "2026-11-30T07:00+09:00", "2026-11-30T07:00+09:00"),
        ("daily", "2026-11-30T06:59+09:00", "2026-11-29T07:00+09:00"),
        ("weekly", "2026-11-30T07:00+09:00", "2026-11-30T07:00+09:00"),
        ("weekly", "2026-11-30T06:59+09:00", "2026-11-23T07:00+09:00"),
        ("weekly", "2026-11-29T23:00+09:00", "2026-11-23T07:00+09:00"),
        ("monthly", "2026-12-01T07:00+09:00", "2026-12-01T07:00+09:00"),
        ("monthly", "2026-12-01T06:59+09:00", "2026-11-01T07:00+09:00"),
    ],
)
def test_due_every_day_on_mondays_and_on_the_first(frequency, now, due):
    at = datetime.fromisoformat(now)

    assert times.last_time(frequency, 7, TOKYO, at) == datetime.fromisoformat(due)


def test_hour_that_clocks_skip_or_repeat_is_due_once():
    skipped = datetime(2026, 3, 29, 12, tzinfo=UTC)
    repeated = datetime(2026, 10, 25, 12, tzinfo=UTC)

    assert times.last_time("daily", 2, BERLIN, skipped) == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )
    assert times.last_time("daily", 2, BERLIN, repeated) == datetime(
        2026, 10, 25, 0, tzinfo=UTC
    )


@settings(max_examples=60)
@given(
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.integers(0, 23),
    st.sampled_from([TOKYO, BERLIN]),
    MOMENTS,
)
@example("daily", 2, BERLIN, datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
def test_no_time_lies_between_the_last_and_the_next(frequency, hour, zone, now):
    last = times.last_time(frequency, hour, zone, now)
    coming = times.next_time(frequency, hour, zone, now)

    assert last <= now < coming
    assert times.last_time(frequency, hour, zone, coming) == coming
    assert times.last_time(frequency, hour, zone, coming - timedelta(seconds=1)) == last


def test_tried_after_minutes_then_hourly_and_given_up_after_a_day():
    asked = now = datetime(2026, 11, 30, tzinfo=UTC)
    waits: list[float] = []
    while (after := times.next_try(len(waits) + 1, asked, now)) is not None:
        waits.append((after - now).total_seconds() / 60)
        now = after

    assert waits[:4] == [5, 15, 60, 60]
    assert set(waits[2:]) == {60}
    assert timedelta(hours=23) < now - asked <= times.GIVEN_UP_AFTER
