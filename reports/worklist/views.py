"""The pages of the work list: the list and one caller, and acts posted from both."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext

from callcenter.followup import acts
from callcenter.models import AbandonedCall, QueueEntry
from reports.present import formats
from reports.present.links import list_url
from reports.query.selection import Selection
from reports.worklist.callers import DAYS, RecentCalls, Tab, caller_of
from reports.worklist.forms import Act, ActForm, ListQuery
from reports.worklist.shown import Reader, name_of

# How many calls the page of a caller shows.
MOST_CALLS = 100


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the work list, below those of the admin site."""

    def work_list(request: HttpRequest) -> HttpResponse:
        return _list(site, request)

    def caller(request: HttpRequest, pk: int) -> HttpResponse:
        return _caller(site, request, pk)

    wrap = site.admin_view
    return [
        path("worklist/", wrap(work_list), name="worklist"),
        path("worklist/<int:pk>/", wrap(caller), name="worklist_caller"),
    ]


def _list(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """The page with the callers of a tab."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    reader = _reader(request)
    asked = ListQuery.of(request.GET)
    if asked.has_errors:
        messages.warning(
            request, gettext("Part of the address is not valid and was ignored.")
        )
    recent = RecentCalls.of(asked.days, reader.now)
    counts = recent.counts()
    page = recent.page(asked.tab, asked.after)
    following = page.following
    context = {
        "title": gettext("Abandoned calls work list"),
        "tabs": [
            {
                "label": tab.label,
                "url": asked.query(tab=tab, after=None),
                "count": formats.count(counts.callers[tab]),
                "is_current": tab == asked.tab,
            }
            for tab in Tab
        ],
        "days": [
            {
                "label": _days(days),
                "url": asked.query(days=days, after=None),
                "is_current": days == asked.days,
            }
            for days in DAYS
        ],
        "tab": asked.tab,
        "query": asked.query(),
        "callers": [reader.caller(caller) for caller in page.callers],
        "first_url": asked.query(after=None) if asked.after else "",
        "following_url": asked.query(after=following) if following else "",
        "reader": reader,
        "since": formats.moment(recent.since),
        "is_cut": recent.is_cut,
        "now": reader.now,
        "withheld": counts.withheld,
        "closed_url": asked.query(tab=Tab.CLOSED, after=None),
        "short_url": _short_url(recent) if _may_see_entries(reader.user) else "",
    }
    return _rendered(site, request, "list", context)


def _caller(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one caller; it also takes the acts posted from both pages."""
    reader = _reader(request)
    call = _call(pk)
    form = ActForm()
    if request.method == "POST":
        if not reader.may_act:
            raise PermissionDenied
        form = ActForm(request.POST)
        if form.is_valid() or "act" in form.errors:
            return _acted(request, reader, call, form)
    caller = reader.caller(caller_of(call, MOST_CALLS), MOST_CALLS)
    context = {
        "title": caller.number,
        "caller": caller,
        "reader": reader,
        "form": form,
        "now": reader.now,
        "back": _back(request.GET.get("back", "")),
    }
    return _rendered(site, request, "caller", context)


def _acted(
    request: HttpRequest, reader: Reader, call: AbandonedCall, form: ActForm
) -> HttpResponse:
    """Do the act, or say why not, and return to the page it came from."""
    refused = gettext("This action is not possible here.")
    if form.is_valid():
        refused = _tried(form.cleaned_data, call, reader)
    if request.headers.get("accept") == "application/json":
        return JsonResponse({"refused": refused}, status=409 if refused else 200)
    if refused:
        messages.error(request, refused)
    list_query = request.POST.get("back")
    rings = form.is_valid() and form.cleaned_data["act"] == Act.RING
    if list_query is None or (rings and not refused):
        return HttpResponseRedirect(
            _caller_url(call, list_query or request.GET.get("back", ""))
        )
    return HttpResponseRedirect(f"{_back(list_query)}#caller-{call.pk}")


def _tried(asked: dict[str, Any], call: AbandonedCall, reader: Reader) -> str:
    """Do an act; returns the sentence that says why it was refused, or nothing."""
    user, number, text = reader.user, call.caller, asked["text"]
    done_by: dict[str, Callable[[], None]] = {
        Act.CLAIM: lambda: acts.claim(number, user),
        Act.RING: lambda: acts.claim(number, user),
        Act.RELEASE: lambda: acts.release(
            number, user, of_anybody=user.has_perm("callcenter.release_claims")
        ),
        Act.ATTEMPT: lambda: acts.attempt(number, user, asked["result"], text),
        Act.NOTE: lambda: acts.note(call, user, text),
        Act.CLOSE: lambda: acts.close(number, user, text),
        Act.REOPEN: lambda: acts.reopen(call, user),
    }
    shown = reader.number(number)
    try:
        done_by[asked["act"]]()
    except acts.ClaimedByAnother as taken:
        said = gettext("%(number)s has been claimed by %(who)s since %(since)s.")
        since = formats.short_moment(taken.at, reader.now)
        return said % {"number": shown, "who": name_of(taken.by), "since": since}
    except acts.NothingToDo:
        said = gettext("%(number)s needs no further action: see the state below.")
        return said % {"number": shown}
    except acts.Busy:
        return gettext("Somebody else is changing this caller: try again in a moment.")
    return ""


def _reader(request: HttpRequest) -> Reader:
    """The reader; PermissionDenied without the right to see abandoned calls."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("callcenter.view_abandonedcall"):
        raise PermissionDenied
    return Reader.of(user, timezone.now())


def _call(pk: int) -> AbandonedCall:
    # An id that is too large for the column is an error on SQLite.
    call = (
        AbandonedCall.objects.filter(pk=pk, is_withdrawn=False).first()
        if (pk < 2**63)
        else None
    )
    if call is None:
        raise Http404
    return call


def _back(query: str) -> str:
    """The URL of the list, from a query that comes from outside."""
    asked = ListQuery.of(QueryDict(query.lstrip("?")))
    return f"{reverse('admin:worklist')}{asked.query()}"


def _caller_url(call: AbandonedCall, back: str) -> str:
    url = reverse("admin:worklist_caller", args=[call.pk])
    query = QueryDict(mutable=True)
    if back:
        query["back"] = ListQuery.of(QueryDict(back.lstrip("?"))).query()
    return f"{url}?{query.urlencode()}" if query.get("back") else url


def _days(days: int) -> str:
    """The label of a choice of days."""
    if days == 1:
        return gettext("24 hours")
    if days == 365:
        return gettext("a year")
    return gettext("%(count)d days") % {"count": days}


def _may_see_entries(user: User) -> bool:
    return user.has_perm("callcenter.view_queueentry")


def _short_url(recent: RecentCalls) -> str:
    """The list of short abandons, which are not on the work list."""
    day = timezone.localtime(recent.since).date()
    asked = Selection(first=day, outcome=QueueEntry.Outcome.SHORT_ABANDONED)
    return list_url(QueueEntry, asked)


def _rendered(
    site: admin.AdminSite, request: HttpRequest, page: str, context: dict[str, Any]
) -> HttpResponse:
    context = {**site.each_context(request), **context}
    return TemplateResponse(request, f"reports/worklist/{page}.html", context)
