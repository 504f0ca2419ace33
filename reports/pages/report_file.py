"""A report as a file, with the rows of its page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from reports.definitions import report_with_slug
from reports.export import audit, downloads, menu
from reports.export.downloads import Taken
from reports.export.menu import NUMBERS
from reports.pages import about
from reports.pages.chart import excel_chart
from reports.pages.filter import FilterForm
from reports.pages.report_page import read
from reports.pages.rights import check_rights
from reports.present import names
from reports.present.links import report_url
from reports.query.quality import quality


def export(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    """The file; back to the page, which says why, where it cannot be written."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    report = report_with_slug(slug)
    if report is None:
        raise Http404
    check_rights(request, report)
    user = request.user
    if not (user.is_authenticated and user.has_perm(audit.PERMISSION)):
        raise PermissionDenied
    file_format = downloads.FORMATS.get(code)
    if file_format is None:
        raise Http404
    numbers = menu.numbers_asked(request.GET)
    query = request.GET.copy()
    query.pop(NUMBERS, None)
    form = FilterForm(report, query)
    if numbers is None:
        messages.error(request, menu.UNKNOWN_NUMBERS)
    if not form.is_valid() or form.unknown or numbers is None:
        text = gettext("Nothing was exported: the filter cannot be read.")
        messages.error(request, text)
        return redirect(report_url(slug) + form.query())
    asked, now = form.selection, timezone.now()
    reading = read(request, report, asked)
    taken = Taken(
        title=str(report.title),
        slug=report.slug,
        reading=reading,
        zone=asked.zone,
        now=now,
        first=asked.first,
        last=asked.last,
        numbers=numbers,
        part=str(names.queues().get(asked.queue, asked.queue)),
        chart=excel_chart(str(report.title), reading.columns, asked),
        about=about.sheet(report, reading.columns, form, quality(asked, now), now),
    )
    recorded = menu.recorded(form.query().removeprefix("?"), file_format, numbers)
    audited = audit.begin(
        user, report.slug, recorded, file_format.code, is_masked=reading.is_masked
    )
    return downloads.response(request, taken, file_format, audited)
