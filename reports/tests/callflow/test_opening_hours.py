"""When a line is open, in words, and when it opens next."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation

from callcenter.flow.plan import HoursPlan, LinePlan, Plan
from reports.callflow import opening_hours
from reports.tests.callflow.plans import MORNING, NUMBER, weekdays


def line(*spans: HoursPlan, holidays=()) -> LinePlan:
    return LinePlan(NUMBER, "support", hours=spans, holidays=frozenset(holidays))


def test_days_in_a_row_with_the_same_hours_are_said_together():
    spans = [*weekdays(9, 18), HoursPlan(7, time(9), time(18))]

    with translation.override("en"):
        assert opening_hours.hours(line(*spans)) == [
            ("Mon–Fri", "09:00–18:00"),
            ("Sun", "09:00–18:00"),
        ]


def test_day_with_a_break_and_an_end_at_midnight():
    spans = [HoursPlan(1, time(9), time(12)), HoursPlan(1, time(13), time(0))]

    with translation.override("ja"):
        assert opening_hours.hours(line(*spans)) == [("月", "09:00–12:00 13:00–24:00")]


@pytest.mark.parametrize(
    ("found", "moment"),
    [
        (line(*weekdays(11, 18)), datetime(2026, 11, 24, 2, tzinfo=UTC)),
        (line(*weekdays(8, 9)), datetime(2026, 11, 24, 23, tzinfo=UTC)),
        (
            line(*weekdays(8, 9), holidays=[date(2026, 11, 25)]),
            datetime(2026, 11, 25, 23, tzinfo=UTC),
        ),
        (line(holidays=[date(2026, 11, 24)]), datetime(2026, 11, 24, 15, tzinfo=UTC)),
    ],
)
def test_next_opening(found, moment):
    assert opening_hours.next_opening(found, Plan(), MORNING) == moment


def test_line_closed_for_weeks_opens_at_no_moment():
    days = [date(2026, 11, 24), *(date(2026, 12, day) for day in range(1, 32))]
    found = line(HoursPlan(2, time(9), time(10)), holidays=days)

    assert opening_hours.next_opening(found, Plan(), MORNING) is None
