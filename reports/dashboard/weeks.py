"""When in the week callers give up: the last four weeks on the first page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import admin
from django.http import HttpRequest

from reports.definitions.week import HeatMapReport
from reports.pages.report_page import read
from reports.pages.rights import may_see
from reports.pages.shown import TableView
from reports.pages.week import Week, week
from reports.present.links import PageLinks, report_url
from reports.query.periods import DAY
from reports.query.selection import Selection, default_zone

DAYS = 28
MEASURE = "abandonment_rate"
# Hours at the ends of the day with a smaller share of the calls are left out here: a
# caller at night would make the table twice as wide.
LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class FourWeeks:
    """The drawn week, its days, and the report that has every hour."""

    week: Week
    first: date
    last: date
    report_url: str


def four_weeks(
    request: HttpRequest, site: admin.AdminSite, now: datetime
) -> FourWeeks | None:
    """The four weeks until yesterday; None without calls or the right to see them."""
    report = HeatMapReport()
    column = report.column(MEASURE)
    if column is None or not may_see(request, report):
        return None
    last = now.astimezone(default_zone()).date() - DAY
    asked = Selection(first=last - (DAYS - 1) * DAY, last=last)
    reading = read(request, report, asked)
    rows = list(reading.rows())
    view = TableView(report, reading, asked, PageLinks(request, site), now)
    drawn = week(column, rows, view, least_share=LEAST_SHARE)
    if not drawn.hours:
        return None
    days = f"first={asked.first}&last={asked.last}&measure={MEASURE}"
    return FourWeeks(
        drawn, asked.period.first, last, f"{report_url(report.slug)}?{days}"
    )
