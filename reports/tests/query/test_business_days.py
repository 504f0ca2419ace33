"""The last business day: hours and holidays of lines, as the flow knows them."""

from datetime import date, time

import pytest

from callcenter.models import Holiday, PhoneLine
from reports.query.business_days import last_business_day
from reports.tests.factories import make_queue

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 10, 19)
FRIDAY, SATURDAY, SUNDAY = (date(2026, 10, day) for day in (16, 17, 18))


def make_line(number: str = "+815000000101", weekdays: str = "12345") -> PhoneLine:
    queue = make_queue(f"queue-{number[-1]}")
    line = PhoneLine.objects.create(name=number, number=number, queue=queue)
    for weekday in weekdays:
        line.hours.create(weekday=int(weekday), opens_at=time(9), closes_at=time(18))
    return line


def test_weekend_is_passed_over():
    make_line()

    assert last_business_day(MONDAY) == FRIDAY
    assert last_business_day(SUNDAY) == FRIDAY
    assert last_business_day(SATURDAY) == FRIDAY


def test_holidays_are_passed_over():
    line = make_line()
    Holiday.objects.create(date=FRIDAY, name="x")
    Holiday.objects.create(date=date(2026, 10, 15), name="x", line=line)

    assert last_business_day(MONDAY) == date(2026, 10, 14)


def test_one_line_that_is_open_is_enough():
    make_line()
    other = make_line("+815000000102", weekdays="6")
    assert last_business_day(MONDAY) == SATURDAY

    Holiday.objects.create(date=SATURDAY, name="x", line=other)
    assert last_business_day(MONDAY) == FRIDAY


def test_line_without_hours_is_open_every_day_but_holidays():
    make_line(weekdays="")
    assert last_business_day(MONDAY) == SUNDAY

    Holiday.objects.create(date=SUNDAY, name="x")
    assert last_business_day(MONDAY) == SATURDAY


def test_without_lines_or_with_none_open_it_is_yesterday(django_assert_num_queries):
    assert last_business_day(MONDAY) == SUNDAY
    line = make_line(weekdays="1")
    for week in range(6):
        day = date.fromordinal(MONDAY.toordinal() - 7 * week)
        Holiday.objects.create(date=day, name="x", line=line)

    with django_assert_num_queries(3):
        assert last_business_day(MONDAY) == SUNDAY
