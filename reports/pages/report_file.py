"""A report as a file, with the rows of its page."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from callcenter.models import Queue
from reports.definitions import report_with_slug
from reports.export import audit, downloads, menu, wanted
from reports.export.downloads import Taken
from reports.export.menu import NUMBERS
from reports.export.wanted import ENTRIES_A_ROW, MOST_STREAMED, Unreadable, Wanted
from reports.pages import about
from reports.pages.chart import excel_chart
from reports.pages.filter import FilterForm
from reports.pages.rights import permission_for
from reports.present import masking, names
from reports.present.links import report_url
from reports.query.periods import MINUTES
from reports.query.quality import quality
from reports.query.selection import Selection
from reports.query.table import ListTable, Table
from reports.query.tallies import sum_tallies, total_of

_MINUTES_A_DAY = 24 * 60


def export(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    """The file; back to the page, which says why, where it cannot be written."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    user = request.user
    if not user.is_authenticated:
        raise PermissionDenied
    query, at_once = wanted.split(request.GET)
    try:
        found = asked(user, slug, code, query)
    except Unreadable as problem:
        messages.error(request, str(problem))
        query.pop(NUMBERS, None)
        report = report_with_slug(slug)
        kept = FilterForm(report, query).query() if report else ""
        return redirect(report_url(slug) + kept)
    return wanted.answer(request, found, at_once=at_once)


def asked(user: User, slug: str, code: str, query: QueryDict) -> Wanted:
    """The file of a report that a query asks for.

    Raises Http404 for a report or format that there is not, PermissionDenied, and
    Unreadable.
    """
    report = report_with_slug(slug)
    if report is None:
        raise Http404
    if not (user.has_perm(permission_for(report)) and user.has_perm(audit.PERMISSION)):
        raise PermissionDenied
    file_format = downloads.FORMATS.get(code)
    if file_format is None:
        raise Http404
    numbers = menu.numbers_asked(query)
    if numbers is None:
        raise Unreadable(
            f"{menu.UNKNOWN_NUMBERS} "
            + gettext("Nothing was exported: the filter cannot be read.")
        )
    rest = query.copy()
    rest.pop(NUMBERS, None)
    form = FilterForm(report, rest)
    if not form.is_valid() or form.unknown:
        raise Unreadable(gettext("Nothing was exported: the filter cannot be read."))
    form_query = form.query().removeprefix("?")
    selection = form.selection

    def take() -> Taken:
        now = timezone.now()
        may_see = masking.may_see_numbers(user)
        reading = report.read(selection, may_see_numbers=may_see)
        title, columns = str(report.title), reading.columns
        return Taken(
            title=title,
            slug=report.slug,
            reading=reading,
            zone=selection.zone,
            now=now,
            first=selection.first,
            last=selection.last,
            numbers=numbers,
            part=str(names.queues().get(selection.queue, selection.queue)),
            chart=excel_chart(title, columns, selection),
            about=about.sheet(report, columns, form, quality(selection, now), now),
        )

    return Wanted(
        user=user,
        subject=report.slug,
        recorded=menu.recorded(form_query, file_format, numbers),
        query=form_query,
        file_format=file_format,
        numbers=numbers,
        take=take,
        is_large=lambda: _is_large(report, selection),
        count=lambda: _count(report, selection),
    )


def _count(report: Table, selection: Selection, most: int | None = None) -> int | None:
    """How many rows a list has, `most` at most; None of sums, which nobody counts."""
    if not isinstance(report, ListTable):
        return None
    # Newest first, as the rows are read: in no order MariaDB may begin elsewhere.
    rows = report.listed(selection).rows.order_by(f"-{report.moment}")
    return rows[:most].count()


def _is_large(report: Table, selection: Selection) -> bool:
    """Whether its file takes longer than some seconds.

    Of sums an estimate: a row for each queue and interval; and where each entry has to
    be read, as many as that takes the time for.
    """
    listed = _count(report, selection, MOST_STREAMED + 1)
    if listed is not None:
        return listed > MOST_STREAMED
    days = (selection.period.last - selection.period.first).days + 1
    minutes = MINUTES.get(selection.interval, _MINUTES_A_DAY)
    intervals = days * _MINUTES_A_DAY // minutes if selection.interval else 1
    rows = intervals * (Queue.objects.count() or 1)
    if report.reads_each and rows <= MOST_STREAMED:
        entered = total_of(sum_tallies(selection.by_time_and_queue())).entered
        rows = max(rows, entered // ENTRIES_A_ROW)
    return rows > MOST_STREAMED
