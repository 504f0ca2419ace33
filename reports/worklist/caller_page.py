"""The page of one caller; it also takes the acts posted from the list."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from callcenter.desk import ring_backs
from callcenter.followup import acts
from callcenter.models import AbandonedCall, FollowUpStep
from reports import looks
from reports.present import formats
from reports.worklist import at_once, words
from reports.worklist.callers import Caller, caller_of
from reports.worklist.forms import RESULTS, Act, ActForm, ListQuery
from reports.worklist.shown import Reader, name_of

Result = FollowUpStep.Result

# How many calls the page shows.
MOST_CALLS = 100


def show(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """The page of the caller of an abandoned call, or what follows an act."""
    reader = Reader.of_request(request)
    call = _call(pk)
    form = ActForm()
    if request.method == "POST":
        if not reader.may_act:
            raise PermissionDenied
        form = ActForm(request.POST)
        if form.is_valid() or "act" in form.errors:
            return _acted(request, reader, call, form)
    found = caller_of(call, MOST_CALLS)
    caller = reader.caller(found, MOST_CALLS)
    looks.at_caller(request, call.caller)
    context = {
        **site.each_context(request),
        "title": caller.number,
        "caller": caller,
        "reader": reader,
        "form": form,
        "corrections": _corrections(found, reader),
        "back": _back(request.GET.get("back", "")),
    }
    return TemplateResponse(request, "reports/worklist/caller.html", context)


def _corrections(caller: Caller, reader: Reader) -> list[Any]:
    """Other results for a ring-back that only a machine has answered, say.

    Empty where the reader's last one was not answered.
    """
    rung = [one for one in caller.attempts if one.call_sid and one.by == reader.user]
    if not (reader.may_act and rung and rung[-1].result == Result.REACHED):
        return []
    return [one for one in RESULTS if one[0] != Result.REACHED]


def _acted(
    request: HttpRequest, reader: Reader, call: AbandonedCall, form: ActForm
) -> HttpResponse:
    """Do the act; the page that follows says that it is done, or why not."""
    refused = gettext("This action is not possible here.")
    rings = form.is_valid() and form.cleaned_data["act"] == Act.RING
    if rings and reader.rings_by_telephone:
        refused = _rung(request, reader, call)
    elif form.is_valid():
        refused = _tried(form.cleaned_data, call, reader)
    if refused:
        messages.error(request, refused)
    elif rings and reader.rings_in_browser:
        at_once.mark(request.session, call.pk, reader.now)
        return HttpResponseRedirect(ring_backs.desk_url(call))
    elif not (rings and reader.rings_by_telephone):
        number = reader.number(call.caller)
        messages.success(request, words.done(form.cleaned_data, number))
    list_query = request.POST.get("back")
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
        Act.CORRECT: lambda: ring_backs.nobody_was_there(
            call, user, asked["result"], text
        ),
    }
    return _refused(done_by[asked["act"]], number, reader)


def _rung(request: HttpRequest, reader: Reader, call: AbandonedCall) -> str:
    """Have Twilio ring the user; returns the sentence that says why it was refused.

    What hinders only that is a warning: the caller is claimed, and is rung by hand.
    """
    shown = reader.number(call.caller)

    def ring() -> None:
        try:
            operator = ring_backs.ring(call, reader.user)
        except ring_backs.NotRung as problem:
            messages.warning(request, words.not_rung(str(problem), shown))
        else:
            messages.success(request, words.rung(operator.number or "", shown))

    return _refused(ring, call.caller, reader)


def _refused(act: Callable[[], None], number: str, reader: Reader) -> str:
    """Do an act; returns the sentence that says why it was refused, or nothing."""
    shown = reader.number(number)
    try:
        act()
    except acts.ClaimedByAnother as taken:
        said = gettext("%(number)s has been assigned to %(who)s since %(since)s.")
        since = formats.short_moment(taken.at, reader.now)
        return said % {"number": shown, "who": name_of(taken.by), "since": since}
    except acts.IsRung as rung:
        said = gettext("%(who)s is ringing %(number)s back already, since %(since)s.")
        since = formats.short_moment(rung.since, reader.now)
        return said % {"number": shown, "who": name_of(rung.by), "since": since}
    except ring_backs.NotRung as problem:
        return str(problem)
    except acts.NothingToDo:
        said = gettext("%(number)s needs no further action: see the state below.")
        return said % {"number": shown}
    except acts.Busy:
        return gettext("Somebody else is changing this caller: try again in a moment.")
    return ""


def _call(pk: int) -> AbandonedCall:
    # An id that is too large for the column is an error on SQLite.
    call = (
        AbandonedCall.all_reasons.filter(pk=pk, is_withdrawn=False).first()
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
