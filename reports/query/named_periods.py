"""Periods that people ask for by name: "last week" is another week every Monday."""

from datetime import date

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from reports.query.business_days import last_business_day
from reports.query.periods import DAY, FIRST_DAY

# Codes and names, in the order in which they are offered.
NAMED: dict[str, StrOrPromise] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "last-business-day": _("Last business day"),
    "this-week": _("This week"),
    "last-week": _("Last week"),
    "this-month": _("This month"),
    "last-month": _("Last month"),
    "this-fiscal-year": _("This fiscal year"),
    "last-fiscal-year": _("Last fiscal year"),
}


def days_named(code: str, today: date) -> tuple[date, date]:
    """The first and last day of a named period; one that is not over ends today.

    Weeks begin on Monday, fiscal years in April. Raises KeyError for another code.
    """
    if code == "today":
        return today, today
    if code == "yesterday":
        return today - DAY, today - DAY
    if code == "last-business-day":
        day = last_business_day(today)
        return day, day
    which, _dash, length = code.partition("-")
    start = FIRST_DAY[length](today)
    if which == "this":
        return start, today
    return FIRST_DAY[length](start - DAY), start - DAY
