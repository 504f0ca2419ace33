"""The way from a report to its sending at fixed times (reports.delivery)."""

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from reports.present.masking import Reader

# Whoever may do this may have reports sent.
PERMISSION = "reports.schedule_reports"
ADD = "admin:scheduled_report_add"
# The daily report, which is none of the others (reports.daily).
DAILY_REPORT = "daily"
_DAYS_AND_PAGING = ("period", "first", "last", "page", "quiet")


def filter_only(query: str) -> str:
    """A query without its days, which are those of a named period."""
    asked = QueryDict(query, mutable=True)
    for name in _DAYS_AND_PAGING:
        asked.pop(name, None)
    return asked.urlencode()


def add_url(report: str, query: str = "", period: str = "", name: str = "") -> str:
    """The address of the form for a report with the filter of a query."""
    asked = {
        "report": report,
        "query": filter_only(query),
        "period": period,
        "name": name,
    }
    known = {field: value for field, value in asked.items() if value}
    return f"{reverse(ADD)}?{urlencode(known)}"


def link(user: Reader, report: str, query: str, period: str) -> str:
    """The address for somebody who may have reports sent; else empty."""
    return add_url(report, query, period) if user.has_perm(PERMISSION) else ""
