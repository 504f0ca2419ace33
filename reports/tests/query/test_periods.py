"""Local days and intervals, by the clocks of many zones."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.query.periods import INTERVALS, QUARTER_SECONDS, Period

ZONES = [
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Africa/Cairo",
    "America/Havana",
    "America/St_Johns",
    "Antarctica/Troll",
    "Pacific/Apia",
]


def period(zone: str, first: str, last: str = "") -> Period:
    return Period(
        date.fromisoformat(first), date.fromisoformat(last or first), ZoneInfo(zone)
    )


def local(days: Period, kind: str) -> list[str]:
    """The starts of the intervals as a reader sees them."""
    return [
        key if isinstance(key, str) else key.astimezone(days.zone).isoformat()
        for key in days.intervals(kind)
    ]


def quarters(days: Period) -> range:
    start, end = days.bounds()
    return range(
        int(start.timestamp()) // QUARTER_SECONDS,
        int(end.timestamp()) // QUARTER_SECONDS,
    )


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "quarter_hours", "half_hours", "hours"),
    [
        ("America/New_York", "2026-03-08", 1380, 92, 46, 23),
        ("America/New_York", "2026-11-01", 1500, 100, 50, 25),
        ("Australia/Lord_Howe", "2026-04-05", 1470, 98, 49, 25),
        ("Australia/Lord_Howe", "2026-10-04", 1410, 94, 47, 24),
        ("Asia/Tokyo", "2026-11-01", 1440, 96, 48, 24),
        ("Asia/Kathmandu", "2026-11-01", 1440, 96, 48, 24),
    ],
)
def test_day_has_as_many_intervals_as_its_clocks_show(
    zone, day, minutes, quarter_hours, half_hours, hours
):
    days = period(zone, day)

    start, end = days.bounds()
    assert end - start == timedelta(minutes=minutes)
    assert [len(local(days, kind)) for kind in ("15", "30", "60")] == [
        quarter_hours,
        half_hours,
        hours,
    ]


def test_bounds_are_local_midnights_in_utc():
    assert period("Asia/Tokyo", "2026-10-20", "2026-10-21").bounds() == (
        datetime(2026, 10, 19, 15, tzinfo=UTC),
        datetime(2026, 10, 21, 15, tzinfo=UTC),
    )


def test_repeated_hour_is_two_intervals_with_different_offsets():
    assert local(period("America/New_York", "2026-11-01"), "60")[:4] == [
        "2026-11-01T00:00:00-04:00",
        "2026-11-01T01:00:00-04:00",
        "2026-11-01T01:00:00-05:00",
        "2026-11-01T02:00:00-05:00",
    ]


def test_skipped_hour_has_no_interval():
    days = period("America/New_York", "2026-03-08")

    assert local(days, "60")[1:3] == [
        "2026-03-08T01:00:00-05:00",
        "2026-03-08T03:00:00-04:00",
    ]
    assert "02" not in local(days, "hour-of-day")
    assert len(local(days, "hour-of-day")) == 23


def test_change_of_half_an_hour_makes_an_interval_of_half_an_hour():
    assert local(period("Australia/Lord_Howe", "2026-04-05"), "60")[1:4] == [
        "2026-04-05T01:00:00+11:00",
        "2026-04-05T01:30:00+10:30",
        "2026-04-05T02:00:00+10:30",
    ]


def test_intervals_of_a_zone_with_three_quarters_follow_its_clock():
    assert local(period("Asia/Kathmandu", "2026-11-01"), "30")[:2] == [
        "2026-11-01T00:00:00+05:45",
        "2026-11-01T00:30:00+05:45",
    ]


def test_day_begins_with_the_change_where_midnight_is_skipped():
    assert local(period("Africa/Cairo", "2026-04-24"), "60")[:2] == [
        "2026-04-24T01:00:00+03:00",
        "2026-04-24T02:00:00+03:00",
    ]


def test_day_that_a_zone_skipped_has_no_interval():
    days = period("Pacific/Apia", "2011-12-29", "2011-12-31")

    assert local(days, "day") == [
        "2011-12-29T00:00:00-10:00",
        "2011-12-31T00:00:00+14:00",
    ]


@pytest.mark.parametrize(
    ("kind", "starts"),
    [
        ("day", ["2026-03-31T00:00:00+09:00", "2026-04-01T00:00:00+09:00"]),
        ("week", ["2026-03-30T00:00:00+09:00"]),
        ("month", ["2026-03-01T00:00:00+09:00", "2026-04-01T00:00:00+09:00"]),
        ("fiscal-year", ["2025-04-01T00:00:00+09:00", "2026-04-01T00:00:00+09:00"]),
        ("hour-of-day", [f"{hour:02}" for hour in range(24)]),
        ("weekday", ["2", "3"]),
    ],
)
def test_longer_intervals_are_named_by_their_own_start(kind, starts):
    assert local(period("Asia/Tokyo", "2026-03-31", "2026-04-01"), kind) == starts


def test_weekdays_of_a_long_period_are_seven():
    days = period("Asia/Tokyo", "2026-03-01", "2026-04-01")

    assert local(days, "weekday") == list("1234567")


@pytest.mark.parametrize("kind", INTERVALS)
@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    days=st.integers(0, 40),
)
def test_every_quarter_hour_lies_in_one_interval_of_its_period(kind, zone, first, days):
    chosen = Period(first, first + timedelta(days=days), ZoneInfo(zone))
    keys = list(chosen.intervals(kind))

    found = Counter(chosen.interval_of(quarter, kind) for quarter in quarters(chosen))

    assert len(set(keys)) == len(keys)
    assert set(found) == set(keys)


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2012, 1, 1), date(2100, 1, 1)),
    kind=st.sampled_from(["15", "30", "60", "day"]),
)
def test_intervals_follow_each_other_without_gap_from_start_to_end(zone, first, kind):
    days = Period(first, first + timedelta(days=3), ZoneInfo(zone))
    keys = [key for key in days.intervals(kind) if isinstance(key, datetime)]

    start, end = days.bounds()
    lengths = [later - earlier for earlier, later in pairwise([*keys, end])]
    assert keys[0] == start
    assert all(length > timedelta(0) for length in lengths)
    for quarter in quarters(days)[::7]:
        instant = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC)
        key = days.interval_of(quarter, kind)
        assert isinstance(key, datetime)
        assert max(each for each in keys if each <= instant) == key


def test_hour_of_a_day_lasts_from_its_full_hour_to_the_next():
    tokyo = Period(date(2026, 11, 21), date(2026, 11, 22), ZoneInfo("Asia/Tokyo"))

    assert list(tokyo.spans_of_hour(9)) == [
        (datetime(2026, 11, day, tzinfo=UTC), datetime(2026, 11, day, 1, tzinfo=UTC))
        for day in (21, 22)
    ]


@pytest.mark.parametrize(
    ("day", "hour", "spans"),
    [
        # Clocks skip two o'clock in March, and show one o'clock twice in November.
        (date(2026, 3, 8), 2, []),
        (date(2026, 11, 1), 1, [(5, 6), (6, 7)]),
        (date(2026, 11, 1), 23, [(28, 29)]),
    ],
)
def test_hour_that_clocks_skip_or_repeat_has_the_spans_they_show(day, hour, spans):
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    period = Period(day, day, ZoneInfo("America/New_York"))

    assert list(period.spans_of_hour(hour)) == [
        (midnight + timedelta(hours=start), midnight + timedelta(hours=end))
        for start, end in spans
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_hours_of_a_day_are_the_whole_day_and_meet_nowhere(zone):
    for first in (date(2026, 3, 28), date(2026, 10, 24), date(2026, 4, 4)):
        period = Period(first, first + timedelta(days=2), ZoneInfo(zone))
        spans = sorted(
            span for hour in range(24) for span in period.spans_of_hour(hour)
        )

        assert (spans[0][0], spans[-1][1]) == period.bounds()
        assert all(one[1] == other[0] for one, other in pairwise(spans))
