"""How a page writes the interval of a row: 09:00–09:30, a day, a week. No database."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext

from reports.present import formats
from reports.query.periods import MINUTES, Period


def label(period: Period, start: datetime, kind: str) -> str:
    """The interval of a period that starts at this instant."""
    local = start.astimezone(period.zone)
    if kind in MINUTES:
        end = period.end_of(start, kind).astimezone(period.zone)
        times = f"{local:%H:%M}–{end:%H:%M}"
        if local.utcoffset() != end.utcoffset() or local.fold:
            times += f" ({local:%z})"
        if period.first == period.last:
            return times
        return f"{date_format(local, 'MONTH_DAY_FORMAT')} {times}"
    if kind == "day":
        return formats.day_and_weekday(local)
    if kind == "week":
        first, last = period.days_of(start, kind)
        return f"{formats.day(first)} – {formats.day(last)}"
    if kind == "month":
        return date_format(local, "YEAR_MONTH_FORMAT")
    return gettext("fiscal year %(year)s") % {"year": local.year}


def tick(period: Period, start: datetime, kind: str) -> str:
    """The same below a bar of a chart, where there is little room."""
    local = start.astimezone(period.zone)
    if kind in MINUTES and period.first == period.last:
        return f"{local:%H:%M}"
    if kind in MINUTES:
        return f"{date_format(local, 'MONTH_DAY_FORMAT')} {local:%H:%M}"
    if kind in ("day", "week"):
        return date_format(local, "MONTH_DAY_FORMAT")
    return label(period, start, kind)
