"""Open or closed at a moment, in the zone of the site. No database."""

from datetime import datetime, time

from django.utils import timezone

from callcenter.flow.plan import HoursPlan, LinePlan, Plan


def is_open(line: LinePlan, plan: Plan, now: datetime) -> bool:
    """Whether somebody answers at this line; without hours on every day but holidays.

    Closing is not open any more: 18:00 sharp is after hours.
    """
    local = timezone.localtime(now, timezone.get_default_timezone())
    if local.date() in line.holidays or local.date() in plan.holidays:
        return False
    return not line.hours or any(
        span.weekday == local.isoweekday() and _covers(span, local.time())
        for span in line.hours
    )


def _covers(span: HoursPlan, moment: time) -> bool:
    ends_at_midnight = span.closes_at == time(0)
    return span.opens_at <= moment and (ends_at_midnight or moment < span.closes_at)
