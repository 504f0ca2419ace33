"""Whether a line is open at a moment, in the time zone of the site. No database."""

from datetime import datetime, time

from django.utils import timezone

from callcenter.flow.plan import HoursPlan, LinePlan, Plan


def is_open(line: LinePlan, plan: Plan, now: datetime) -> bool:
    """Whether the line is open; a line without hours is open except on holidays.

    The closing time itself is out of hours: a line open until 18:00 is closed at 18:00.
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
