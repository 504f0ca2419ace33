"""The desk's page, what changes on it every few seconds, and what is done there."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callcenter.desk import acts, browsers, tokens
from callcenter.desk.ring_backs import NotRung, number_to_ring
from callcenter.dialling import may_dial
from callcenter.history.desk_states import Act
from callcenter.models import Connection, OperatorState, PhoneLine
from callcenter.numbers import e164, phone_number, typed_number
from reports.desk import now as moment
from reports.desk.forms import ActForm, WrapUpForm
from reports.desk.sitter import NoDesk, Sitter, SwitchedOff, sitter_of
from reports.desk.texts import texts
from reports.worklist import at_once

# These the page offers; the others it gives by itself.
_CHOSEN = [
    reason
    for reason in OperatorState.Reason
    if reason not in (OperatorState.Reason.OUTGOING, OperatorState.Reason.LOST)
]
MOST_TYPED = 40
# The cookie with the name of the browser; a log-in does not change it.
_BROWSER = "minicc_desk"
_BROWSER_IS_KNOWN_FOR = timedelta(days=400)
# As on every page; and the browser's telephone speaks to Twilio's signalling, which
# sends it on to the nearest of its hosts, and plays the other's voice. The SDK's sounds
# are files of ours, its statistics are off.
SIGNALLING = "wss://*.twilio.com"
POLICY = "; ".join(
    f"{name} {' '.join(sources)}"
    for name, sources in {
        **settings.SECURE_CSP,
        "connect-src": ["'self'", SIGNALLING],
        "media-src": ["'self'", "mediastream:"],
    }.items()
)


class _View(Protocol):
    def __call__(self, request: HttpRequest, sitter: Sitter) -> HttpResponse: ...


def _of_sitter(view: _View) -> Callable[[HttpRequest], HttpResponse]:
    """The view for the script of the page; others get a sentence and 401, 403 or 409.

    409 says that the operator works in another browser. Whoever is switched off during
    a conversation still sees and notes it; what takes calls raises SwitchedOff.
    """

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return _error(gettext("You are logged out."), HTTPStatus.UNAUTHORIZED)
        try:
            sitter = sitter_of(request.user, even_off=True)
            return view(request, sitter)
        except NoDesk as why:
            return _error(str(why), HTTPStatus.FORBIDDEN)
        except browsers.Elsewhere:
            text = gettext(
                "The desk is open in another browser. If you use it here, a call that"
                " goes on there ends."
            )
            return _error(text, HTTPStatus.CONFLICT)

    return answer


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The whole page. It does nothing by itself: its script signs the operator in."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    try:
        sitter = sitter_of(request.user)
    except NoDesk as why:
        context = {
            "why": str(why),
            "may_set_up": request.user.has_perm("callcenter.change_operator"),
        }
        return render(
            request, "reports/desk/closed.html", context, status=HTTPStatus.FORBIDDEN
        )
    context = {
        "now": moment.read(sitter, timezone.now()),
        "sitter": sitter,
        "reasons": _CHOSEN,
        "texts": texts(),
        "line": _line(),
        "wish": _wish(request, sitter),
    }
    response = render(request, "reports/desk/page.html", context)
    response["Content-Security-Policy"] = POLICY
    response.set_cookie(
        _BROWSER,
        _browser(request) or browsers.new_name(),
        max_age=_BROWSER_IS_KNOWN_FOR,
        path=reverse("desk:page"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_safe
@_of_sitter
def now(request: HttpRequest, sitter: Sitter) -> HttpResponse:
    """What changes on the page; that it is asked for says that the page is there.

    The figures of the day are there where they are asked for, by ?day.
    """
    browsers.hear(sitter.name, _browser(request), timezone.now())
    return _shown(request, sitter, with_day="day" in request.GET)


@require_POST
@_of_sitter
def token(request: HttpRequest, sitter: Sitter) -> HttpResponse:
    """A new access token for the browser."""
    _must_be_on(sitter)
    try:
        given = tokens.token_for(sitter.operator)
    except tokens.NotSetUp as lacking:
        text = gettext("The browser cannot call yet. Missing in the settings: %s")
        return _error(text % lacking, HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse(
        {"token": given.text, "identity": given.identity, "seconds": given.seconds}
    )


@require_POST
@_of_sitter
def act(request: HttpRequest, sitter: Sitter) -> HttpResponse:
    """Keep what the operator has done."""
    form = ActForm(request.POST, operator=sitter.name)
    if not form.is_valid():
        return _error(gettext("This is not possible here."), HTTPStatus.BAD_REQUEST)
    asked = form.cleaned_data
    done = Act(asked["act"])
    if done in (Act.SIGNED_IN, Act.READY):
        _must_be_on(sitter)
    browser = _browser(request)
    try:
        if done is Act.SIGNED_IN:
            browsers.take(
                sitter.name, browser, timezone.now(), from_others=asked["take"]
            )
            acts.sign_in(sitter.operator)
        else:
            browsers.hear(sitter.name, browser, timezone.now())
            acts.keep_act(
                sitter.name,
                done,
                timezone.now(),
                reason=asked["reason"] if done is Act.NOT_READY else "",
                leg=asked["leg"],
            )
    except acts.NotKept:
        return _not_kept()
    if done is Act.SIGNED_OFF:
        browsers.leave(sitter.name, browser)
    return _shown(request, sitter)


@require_POST
@_of_sitter
def gone(request: HttpRequest, sitter: Sitter) -> HttpResponse:
    """Let the operator go on in any browser: this one has closed the page."""
    browsers.leave(sitter.name, _browser(request))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@_of_sitter
def number(request: HttpRequest, sitter: Sitter) -> HttpResponse:
    """The number that was typed, as Twilio is to ring it; or why it is not rung.

    The webhook that dials checks it again, whatever the browser sends.
    """
    _must_be_on(sitter)
    row = request.POST.get("row", "")[:MOST_TYPED]
    if row:
        return _of_row(row, sitter)
    typed = typed_number(request.POST.get("number", "")[:MOST_TYPED])
    wanted = e164(typed)
    if not wanted:
        text = gettext("Write the number as 03-1234-5678, or with + and its country.")
        return _error(text, HTTPStatus.BAD_REQUEST)
    if not may_dial(wanted) or PhoneLine.objects.filter(number=wanted).exists():
        text = gettext("The setup does not allow calls to this number.")
        return _error(text, HTTPStatus.FORBIDDEN)
    return JsonResponse({"number": wanted, "shown": phone_number(wanted)})


def _of_row(row: str, sitter: Sitter) -> JsonResponse:
    """The number of a caller on the work list whom the operator has claimed."""
    pk = int(row) if row.isascii() and row.isdecimal() else 0
    try:
        wanted = number_to_ring(pk, sitter.user)
    except NotRung as why:
        return _error(str(why), HTTPStatus.FORBIDDEN)
    return JsonResponse({"number": wanted, "shown": phone_number(wanted)})


@require_POST
@_of_sitter
def wrap_up(request: HttpRequest, sitter: Sitter) -> HttpResponse:
    """Keep the code and the note of one of the operator's own conversations."""
    form = WrapUpForm(request.POST)
    if not form.is_valid():
        return _error(gettext("This is not possible here."), HTTPStatus.BAD_REQUEST)
    noted = form.cleaned_data
    found = Connection.objects.filter(pk=noted["conversation"], operator=sitter.name)
    talk = found.select_related("entry__call").first()
    if talk is None:
        text = gettext("This conversation is not one of yours.")
        return _error(text, HTTPStatus.NOT_FOUND)
    at = timezone.localtime()
    try:
        acts.keep_wrap_up(
            talk.entry.call.sid,
            talk.operator_call_sid,
            noted["code"],
            noted["note"],
            at,
        )
    except acts.NotKept:
        return _not_kept()
    return JsonResponse({"at": f"{at:%H:%M:%S}"})


def _must_be_on(sitter: Sitter) -> None:
    """Raise SwitchedOff where the operator takes and makes no calls."""
    if sitter.is_off:
        raise SwitchedOff


def _browser(request: HttpRequest) -> str:
    return browsers.name_in(request.COOKIES.get(_BROWSER, ""))


def _shown(
    request: HttpRequest, sitter: Sitter, *, with_day: bool = True
) -> HttpResponse:
    now = moment.read(sitter, timezone.now(), with_day=with_day)
    return render(request, "reports/desk/_now.html", {"now": now})


def _wish(request: HttpRequest, sitter: Sitter) -> dict[str, Any]:
    """Whom the work list has led here to ring back, or why that is not possible."""
    row = request.GET.get("ring", "")[:MOST_TYPED]
    if not row:
        return {}
    pk = int(row) if row.isascii() and row.isdecimal() else 0
    is_pressed = at_once.take_mark(request.session, pk, timezone.now())
    try:
        number = phone_number(number_to_ring(pk, sitter.user))
    except NotRung as why:
        return {"why": str(why)}
    return {"pk": pk, "number": number, "at_once": is_pressed}


def _line() -> dict[str, str]:
    """By which telephone the page speaks: Twilio's, or the demo's without Twilio."""
    if not settings.DEMO:
        return {"kind": "twilio"}
    return {"kind": "stand-in", "calls": reverse("demo:desk-calls")}


def _not_kept() -> JsonResponse:
    text = gettext("The server can keep nothing at the moment. Try again in a minute.")
    return _error(text, HTTPStatus.SERVICE_UNAVAILABLE)


def _error(text: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)
