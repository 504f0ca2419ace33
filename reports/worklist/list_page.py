"""The page with the callers of a tab, and the same callers as a file."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from callcenter.models import AbandonedCall, QueueEntry
from reports import looks
from reports.export import audit, downloads, menu
from reports.export.menu import ExportGroup
from reports.present import formats, masking
from reports.present.links import list_url
from reports.query.search import is_number, normal
from reports.query.selection import Selection, default_zone
from reports.worklist import files, paper, searching, words
from reports.worklist.forms import ListQuery
from reports.worklist.shown import Reader
from reports.worklist.tabs import DAYS, Page, Tab, WorkList


def show(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """The page with the callers of a tab."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    reader = Reader.of_request(request)
    asked = _asked(request)
    work_list = _work_list(request, asked, reader)
    term = normal(asked.q)
    if is_number(term):
        looks.for_number(request, files.SLUG, term)
    page = work_list.page(asked.tab, asked.after)
    if asked.unknown:
        page = Page([], None)
    context = {
        **site.each_context(request),
        **_choices(work_list, asked, reader),
        "title": files.TITLE,
        "asked": asked,
        "query": asked.query(),
        "to_ring_back": words.to_ring_back(work_list.to_ring_back),
        "reader": reader,
        "callers": [reader.caller(caller) for caller in page.callers],
        "on_paper": list(paper.lines(work_list, asked, reader, len(page.callers))),
        "newest": _newest(work_list, asked.tab),
        "first_url": asked.query(after=None) if asked.after else "",
        "following_url": asked.query(after=page.following) if page.following else "",
        "limits": words.limits(work_list, asked),
        "withheld": work_list.withheld,
        "closed_url": asked.query(tab=Tab.CLOSED, after=None),
        "short_url": _short_url(work_list.since, reader.user),
        "export_groups": _export_groups(asked, reader.user),
    }
    status = HTTPStatus.BAD_REQUEST if asked.unknown else HTTPStatus.OK
    return TemplateResponse(
        request, "reports/worklist/list.html", context, status=status
    )


def export(request: HttpRequest, code: str) -> HttpResponseBase:
    """The callers of a tab as a file, filtered as the page is."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    reader = Reader.of_request(request)
    if not reader.user.has_perm(audit.PERMISSION):
        raise PermissionDenied
    file_format = downloads.FORMATS.get(code)
    if file_format is None:
        raise Http404
    asked = _asked(request)
    numbers = menu.numbers_asked(request.GET)
    if numbers is None:
        messages.error(request, menu.UNKNOWN_NUMBERS)
    unknown = set(asked.unknown) - {menu.NUMBERS}
    if unknown:
        messages.error(
            request,
            gettext("The address has a filter that this list does not have."),
        )
    if asked.has_errors or unknown or numbers is None:
        # The page says so; a file would hold other callers than were asked for.
        return HttpResponseRedirect(f"{reverse('admin:worklist')}{asked.query()}")
    work_list = _work_list(request, asked, reader)
    zone = default_zone()
    taken = downloads.Taken(
        title=f"{files.TITLE} {asked.tab.label}",
        slug=files.SLUG,
        reading=files.reading(
            work_list.callers(asked.tab),
            # Whoever rings back needs numbers on the page, not in a file.
            may_see_numbers=masking.may_see_numbers(reader.user),
        ),
        zone=zone,
        now=reader.now,
        first=work_list.since and work_list.since.astimezone(zone).date(),
        numbers=numbers,
        part=paper.part(asked, reader),
    )
    audited = audit.begin(
        reader.user,
        files.SLUG,
        menu.recorded(asked.query(after=None).removeprefix("?"), file_format, numbers),
        file_format.code,
        is_masked=taken.reading.is_masked,
    )
    return downloads.response(request, taken, file_format, audited)


def _asked(request: HttpRequest) -> ListQuery:
    """What the address asks for; a message says if part of it is not valid."""
    asked = ListQuery.of(request.GET)
    if asked.has_errors:
        text = gettext("Part of the address is not valid and was ignored.")
        messages.warning(request, text)
    return asked


def _work_list(request: HttpRequest, asked: ListQuery, reader: Reader) -> WorkList:
    """The calls that are asked for."""
    wanted = Q(queue=asked.queue) if asked.queue else Q()
    if asked.reason:
        wanted &= Q(reason=asked.reason)
    if asked.q:
        try:
            wanted &= searching.condition(asked.q, reader.user)
        except searching.TooManyDigits:
            text = gettext(
                "You may not see callers' numbers: search by the last %(count)d digits."
            )
            messages.warning(request, text % {"count": formats.DIGITS_LEFT})
            wanted &= searching.NOTHING
    return WorkList.of(wanted, asked.days, reader.now)


def _choices(work_list: WorkList, asked: ListQuery, reader: Reader) -> dict[str, Any]:
    """Tabs, spans of time and queues to choose; each keeps the other choices."""
    queues: list[tuple[str, StrOrPromise]] = sorted(
        reader.queue_names.items(), key=lambda named: str(named[1])
    )
    if asked.queue and asked.queue not in reader.queue_names:
        queues.append((asked.queue, asked.queue))
    return {
        "tabs": [
            {
                "label": tab.label,
                "url": asked.query(tab=tab, after=None),
                "count": words.at_least(count, is_cut=work_list.calls(tab).is_cut),
                "is_current": tab == asked.tab,
            }
            for tab, count in work_list.counts().items()
        ],
        "days": [
            {
                "label": words.days(days),
                "url": asked.query(days=days, after=None),
                "is_current": days == asked.days,
            }
            for days in DAYS
        ],
        "queues": queues,
        "reasons": AbandonedCall.Reason.choices,
        "search_help": _search_help(reader.user),
        "kept": asked.parameters(queue="", reason="", q="", after=None),
        "unfiltered_url": asked.query(queue="", reason="", q="", after=None),
    }


def _search_help(user: User) -> str:
    if masking.may_see_numbers_to_ring_back(user):
        return gettext(
            "A SID, a telephone number or its last digits, or a SIP address."
        )
    text = gettext("A SID, or the last %(count)d digits of a telephone number.")
    return text % {"count": formats.DIGITS_LEFT}


def _newest(work_list: WorkList, tab: Tab) -> int | None:
    """The newest call to do: a page that is open sees by it that others came.

    Not by its rows: an older caller moves up when another is done with.
    """
    rows = work_list.to_do.rows
    return None if tab.is_finished or not rows else rows[0].pk


def _short_url(since: datetime | None, user: User) -> str:
    """The list of short abandons, which are not on the work list."""
    if not user.has_perm("callcenter.view_queueentry"):
        return ""
    day = since and timezone.localtime(since).date()
    asked = Selection(first=day, outcome=QueueEntry.Outcome.SHORT_ABANDONED)
    return list_url(QueueEntry, asked)


def _export_groups(asked: ListQuery, user: User) -> list[ExportGroup]:
    """The export menu of the list, if the user may export it."""
    if not user.has_perm(audit.PERMISSION):
        return []

    def url(code: str, more: dict[str, str]) -> str:
        query = urlencode(asked.parameters(after=None) | more)
        return f"{reverse('admin:worklist_export', args=[code])}?{query}"

    return menu.groups(url, has_numbers=True)
