"""The page of a report: what is asked for, how sure it is, and its rows."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from callcenter.models import QueueEntry
from reports.definitions.queues import QueueIntervalReport
from reports.export import audit, menu
from reports.export.menu import ExportGroup
from reports.pages import chart, saved_views, schedule_link
from reports.pages.filter import FilterForm
from reports.pages.rights import check_rights
from reports.pages.saved_views import SaveForm
from reports.pages.shown import PAGE_ROWS, ShownTable, TableView
from reports.pages.week import Week, week
from reports.present import kinds, masking
from reports.present.balance import Balance, balance
from reports.present.links import PageLinks
from reports.query.comparison import compared_to
from reports.query.quality import quality
from reports.query.selection import Selection
from reports.query.table import ListTable, Reading, Table

# The library that draws charts, which a machine may lack (minicc/front_end.py).
CHARTS = "vendor/echarts.js"
# So many rows of a list are counted.
MOST_COUNTED = 10_000
_LONGEST_PAGE = 7


def show(site: admin.AdminSite, report: Table, request: HttpRequest) -> HttpResponse:
    """The page; without rows where the address asks for what cannot be read."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    check_rights(request, report)
    form = FilterForm(report, request.GET)
    is_valid = form.is_valid()
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": report.title,
        "report": report,
        "form": form,
    }
    status = HTTPStatus.OK
    if form.unknown:
        status = HTTPStatus.BAD_REQUEST
    elif is_valid:
        context |= _answer(site, request, report, form)
    template = "reports/report/page.html"
    return TemplateResponse(request, template, context, status=status)


def _answer(
    site: admin.AdminSite, request: HttpRequest, report: Table, form: FilterForm
) -> dict[str, Any]:
    asked, now = form.selection, timezone.now()
    links = PageLinks(request, site)
    if isinstance(report, ListTable):
        found = _list(request, report, asked, links, now)
    else:
        found = _sums(request, report, form, links, now)
    start, end = asked.period.bounds()
    return found | {
        "asked": asked,
        "as_of": now.astimezone(asked.zone),
        "zone": asked.zone.key,
        "is_provisional": start <= now < end,
        "quality": quality(asked, now),
        "export_groups": _export_groups(request, report, form),
        "views": list(saved_views.links(request.user, report, form)),
        "save_form": SaveForm(
            form, may_share=request.user.has_perm(saved_views.MAY_SHARE)
        ),
        "schedule_url": schedule_link.link(
            request.user, report.slug, form.query(), form.current_period
        ),
        "save_url": reverse("admin:report_views", args=[report.slug]) + form.query(),
    }


def _sums(
    request: HttpRequest,
    report: Table,
    form: FilterForm,
    links: PageLinks,
    now: datetime,
) -> dict[str, Any]:
    """Rows that are sums, a page of them; with their total and balance."""
    reading = read(request, report, form.selection)
    view = TableView(report, reading, form.selection, links, now)
    number = request.GET.get("page", "1")
    is_number = number.isascii() and number.isdecimal() and len(number) < _LONGEST_PAGE
    page = max(int(number), 1) if is_number else 1
    with_quiet = not report.hides_quiet or "quiet" in request.GET
    table = view.table(page, with_quiet=with_quiet)
    drawn = None
    if finders.find(CHARTS):
        drawn = view.chart(table.rows, beside(report, form.selection))
    return {
        "chart": drawn,
        "compared": compared_to(form.selection) if form.selection.compare else None,
        "balance": _balance(reading, form.selection, links),
        "week": _week(report, form, table, view),
        "figures": view.figures(),
        "table": table,
        "pages": _pages(form, table, page),
        "quiet_url": form.query(quiet=1),
    }


def _list(
    request: HttpRequest,
    report: ListTable,
    asked: Selection,
    links: PageLinks,
    now: datetime,
) -> dict[str, Any]:
    """The newest rows of a list; the others are in the admin's list, and in a file."""
    may_see = masking.may_see_numbers(request.user)
    reading = report.newest(asked, PAGE_ROWS, may_see_numbers=may_see)
    # Counting stops where the admin's lists stop.
    # Newest first, as the rows are found: in no order MariaDB begins with the oldest of
    # an index, long before the period.
    rows = report.listed(asked).rows.order_by(f"-{report.moment}")
    count = rows[: MOST_COUNTED + 1].count()
    behind = report.as_list(asked)
    return {
        "table": TableView(report, reading, asked, links, now).newest(count),
        "pages": {"is_cut": count > PAGE_ROWS, "is_list": True},
        "is_capped": count > MOST_COUNTED,
        "list_url": links.list_url(behind.model, behind.asked),
    }


def read(request: HttpRequest, report: Table, asked: Selection) -> Reading:
    """The rows, with callers' numbers for those who may see them."""
    may_see = masking.may_see_numbers(request.user)
    return report.read(asked, may_see_numbers=may_see)


def beside(report: Table, asked: Selection) -> chart.Compared | None:
    """What the chart of a report shows beside its bars: how many entered before."""
    earlier = compared_to(asked)
    if earlier is None or not isinstance(report, QueueIntervalReport):
        return None
    period = earlier.period
    entered = report.entered_before(asked, earlier)
    return chart.Compared(period.first, period.last, entered)


def _balance(reading: Reading, asked: Selection, links: PageLinks) -> Balance | None:
    """The balance of the entries that the rows are made of, where they are entries."""
    counts = reading.sums()
    if not counts.keys() >= set(QueueEntry.Outcome.values):
        return None

    def url(outcome: str) -> str:
        counted = "" if outcome else "entered"
        found = replace(asked, outcome=outcome, counted=counted)
        return links.list_url(QueueEntry, found)

    return balance(counts, dict(QueueEntry.Outcome.choices), url)


def _week(
    report: Table, form: FilterForm, table: ShownTable, view: TableView
) -> Week | None:
    """The week that the page draws, of a report whose rows are hours of it."""
    column = report.column(form.cleaned_data.get("measure", ""))
    return None if column is None else week(column, table.rows, view)


def _pages(form: FilterForm, table: ShownTable, page: int) -> dict[str, Any]:
    """Addresses of the pages before and after this one; empty where there is none."""
    quiet = form.data.get("quiet")

    def url(number: int) -> str:
        return form.query(page=number, quiet=quiet)

    return {
        "before": url(page - 1) if page > 1 else "",
        "after": url(page + 1) if table.last < table.count else "",
        "is_cut": table.count > PAGE_ROWS,
    }


def _export_groups(
    request: HttpRequest, report: Table, form: FilterForm
) -> list[ExportGroup]:
    if not request.user.has_perm(audit.PERMISSION):
        return []
    has_numbers = any(each.kind is kinds.PHONE_NUMBER for each in report.report_columns)

    def url(code: str, more: dict[str, str]) -> str:
        return reverse("admin:report_export", args=[report.slug, code]) + form.query(
            **more
        )

    return menu.groups(url, has_numbers=has_numbers)
