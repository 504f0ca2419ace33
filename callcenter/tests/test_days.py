"""When a local day begins. No database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcenter.days import midnight

DAY = timedelta(days=1)


def length(zone: str, day: date) -> timedelta:
    return midnight(day + DAY, ZoneInfo(zone)) - midnight(day, ZoneInfo(zone))


def test_day_begins_at_midnight_of_its_zone():
    assert midnight(date(2026, 11, 22), ZoneInfo("Asia/Tokyo")) == datetime(
        2026, 11, 21, 15, tzinfo=UTC
    )


def test_moment_is_given_in_utc():
    assert midnight(date(2026, 11, 22), ZoneInfo("Asia/Tokyo")).tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Tokyo", date(2026, 3, 8), 24),
        # Clocks go forward at midnight.
        ("Africa/Cairo", date(2026, 4, 24), 23),
        # Clocks go back from midnight to 23:00: the day before is longer.
        ("Africa/Cairo", date(2026, 10, 29), 25),
        # Clocks go back from 01:00 to midnight, which comes twice.
        ("America/Havana", date(2026, 11, 1), 25),
        # Not a day of this zone at all.
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_day_is_as_long_as_the_clocks_of_its_zone_make_it(zone, day, hours):
    assert length(zone, day) == timedelta(hours=hours)


def test_day_without_midnight_begins_when_the_clocks_go_forward():
    zone = ZoneInfo("Africa/Cairo")

    begins = midnight(date(2026, 4, 24), zone)

    assert begins.astimezone(zone).isoformat() == "2026-04-24T01:00:00+03:00"
    before = (begins - timedelta(seconds=1)).astimezone(zone)
    assert before.isoformat() == "2026-04-23T23:59:59+02:00"


def test_midnight_that_comes_twice_is_the_first_one():
    zone = ZoneInfo("America/Havana")

    begins = midnight(date(2026, 11, 1), zone)

    assert begins.astimezone(zone).isoformat() == "2026-11-01T00:00:00-04:00"


def test_day_that_begins_before_time_does_is_an_overflow():
    with pytest.raises(OverflowError):
        midnight(date.min, ZoneInfo("Asia/Tokyo"))
