"""The business hours of a line in words, and when it opens next."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR

from callcenter.flow.hours import is_open
from callcenter.flow.plan import LinePlan, Plan
from callcenter.models import Holiday

# A line without opening hours in the next five weeks counts as closed for good.
DAYS_AHEAD = 35


def hours(line: LinePlan) -> list[tuple[str, str]]:
    """The hours of the week, days with equal hours together; empty for always open."""
    spans: defaultdict[int, list[str]] = defaultdict(list)
    for span in line.hours:
        spans[span.weekday].append(
            # Closing at 00:00 means the end of the day.
            f"{span.opens_at:%H:%M}–{span.closes_at:%H:%M}".replace("–00:00", "–24:00")
        )
    days = [(day, " ".join(spans[day])) for day in range(1, 8) if day in spans]
    found = []
    # For days in a row the weekday less the place in the list is the same number.
    for (_gap, text), group in groupby(
        enumerate(days), key=lambda each: (each[1][0] - each[0], each[1][1])
    ):
        names = [str(WEEKDAYS_ABBR[day - 1]) for _place, (day, _text) in group]
        first, last = names[0], names[-1]
        found.append((first if first == last else f"{first}–{last}", text))
    return found


def next_opening(line: LinePlan, plan: Plan, now: datetime) -> datetime | None:
    """The next moment at which a closed line opens; None if it is too far away."""
    zone = timezone.get_default_timezone()
    today = timezone.localtime(now, zone).replace(hour=0, minute=0, second=0)
    for ahead in range(DAYS_AHEAD):
        day = today.date() + timedelta(days=ahead)
        openings = (
            sorted(
                span.opens_at for span in line.hours if span.weekday == day.isoweekday()
            )
            if line.hours
            else [datetime.min.time()]
        )
        for opens_at in openings:
            moment = timezone.make_aware(datetime.combine(day, opens_at), zone)
            if moment > now and is_open(line, plan, moment):
                return moment
    return None


def holiday(number: str, moment: datetime) -> str:
    """The holiday that closes a line at a moment, by name; empty if there is none."""
    day = timezone.localtime(moment, timezone.get_default_timezone()).date()
    found = Holiday.objects.filter(date=day).order_by("id")
    names = found.values_list("line__number", "name")
    return next((name for line, name in names if line in (None, number)), "")
