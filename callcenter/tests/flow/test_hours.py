"""Whether a line is open at a moment. No database."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from callcenter.flow.hours import is_open
from callcenter.flow.plan import HoursPlan, LinePlan, Plan

TOKYO = ZoneInfo("Asia/Tokyo")
LINE = LinePlan(
    number="+815000000101",
    queue="support",
    hours=(
        HoursPlan(1, time(9), time(12)),
        HoursPlan(1, time(13), time(18)),
        HoursPlan(2, time(22), time(0)),
        HoursPlan(3, time(0), time(0)),
    ),
)


def local(day: int, clock: str, zone: ZoneInfo = TOKYO) -> datetime:
    """A moment of October 2026, whose 5th is a Monday."""
    return datetime.combine(date(2026, 10, day), time.fromisoformat(clock), zone)


@pytest.mark.parametrize(
    ("day", "clock", "opened"),
    [
        (5, "08:59:59.999999", False),
        (5, "09:00:00", True),
        (5, "11:59:59.999999", True),
        (5, "12:00:00", False),
        (5, "13:00:00", True),
        (5, "18:00:00", False),
        # Closing at 00:00 is the end of the day, not its beginning.
        (6, "21:59:59", False),
        (6, "22:00:00", True),
        (6, "23:59:59.999999", True),
        (7, "00:00:00", True),
        (7, "12:00:00", True),
        (8, "00:00:00", False),
    ],
)
def test_line_is_open_within_its_hours(day, clock, opened):
    assert is_open(LINE, Plan(), local(day, clock)) is opened


def test_hours_are_those_of_the_site_wherever_the_moment_comes_from():
    monday_in_tokyo = local(4, "20:00", ZoneInfo("America/New_York"))

    assert monday_in_tokyo.isoweekday() == 7
    assert is_open(LINE, Plan(), monday_in_tokyo) is True


@pytest.mark.parametrize(
    ("clock", "opened"), [("2026-11-01T05:30+00:00", True), ("2026-11-01T06:30Z", True)]
)
def test_hour_that_comes_twice_is_open_twice(settings, clock, opened):
    settings.TIME_ZONE = "America/New_York"
    night = LinePlan("+1", "support", hours=(HoursPlan(7, time(1), time(2)),))

    assert is_open(night, Plan(), datetime.fromisoformat(clock)) is opened


def test_line_without_hours_is_always_open_but_on_holidays():
    always = LinePlan(
        "+815000000101", "support", holidays=frozenset([date(2026, 1, 1)])
    )
    plan = Plan(holidays=frozenset([date(2026, 10, 12)]))

    assert is_open(always, plan, local(11, "23:59:59")) is True
    assert is_open(always, plan, local(12, "00:00:00")) is False
    assert is_open(always, plan, local(13, "00:00:00")) is True
    assert is_open(always, Plan(), local(12, "00:00:00")) is True


def test_holiday_of_another_line_closes_nobody_else():
    closed = LinePlan("+1", "support", holidays=frozenset([date(2026, 10, 5)]))

    assert is_open(closed, Plan(), local(5, "10:00")) is False
    assert is_open(LINE, Plan(), local(5, "10:00")) is True
