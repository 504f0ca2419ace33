"""The telephones in the browser: two pages, and the URLs that their script calls.

The only part of the stand-in that knows Django. Whoever includes its paths says which
numbers there are and which URLs answer at them.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.crypto import salted_hmac
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views import View
from django.views.decorators.cache import never_cache

from callcenter.standin.calls.account import Account
from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.network.clock import Clock
from callcenter.standin.network.transport import HttpTransport
from callcenter.standin.phone.forms import NewsForm, PlaceForm, PressForm, SayForm
from callcenter.standin.phone.loopback import Loopback, Unavailable
from callcenter.standin.phone.page_texts import texts
from callcenter.standin.phone.switchboard import (
    UNKNOWN_CALL,
    Switchboard,
)

# Only files of this site, nothing inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIRST_PORT, PORTS = 20_000, 10_000
KEYS = [
    *(("1", ""), ("2", "ABC"), ("3", "DEF"), ("4", "GHI"), ("5", "JKL"), ("6", "MNO")),
    *(("7", "PQRS"), ("8", "TUV"), ("9", "WXYZ"), ("*", ""), ("0", "+"), ("#", "")),
]


@dataclass(frozen=True)
class Telephone:
    """A number, how people write it, whose it is, and the queues served there."""

    number: str
    shown: str
    name: str
    serves: str = ""


@dataclass(frozen=True)
class Offer:
    """What the pages offer; `lines` are our numbers, the default one first."""

    lines: Sequence[Telephone]
    operators: Sequence[Telephone]
    # Those that exist before anybody waits in them, by code with their names.
    queues: Mapping[str, str]
    voice_url: str
    fallback_url: str
    status_callback: str
    caller: str  # the number to call from, as it is written, unless another is typed
    pin: str  # of the demo's operators, for the hint
    # An operator to try it with: callers of the first line get there with this key.
    suggested: Telephone | None
    suggested_key: str
    history_url: str  # where a search for a SID (`?q=`) finds the call
    site: str  # what those URLs begin with
    missing: str  # why no call is possible yet; empty if it is


Offering = Callable[[], Offer]
Writing = Callable[[str], str]
# E.164 of what somebody typed; text that is no number as it is.
Reading = Callable[[str], str]


def paths(offering: Offering, written: Writing, read: Reading) -> list[URLPattern]:
    """The pages and what their script calls.

    `written` formats a number for people, `read` reads one that they typed.
    """
    given: dict[str, Any] = {"offering": offering, "written": written, "read": read}
    call = "calls/<str:sid>/"

    def telephone(whose: str) -> Callable[..., HttpResponseBase]:
        return TelephoneView.as_view(template_name=f"standin/{whose}.html", **given)

    def act(do: str, form: type[forms.Form]) -> Callable[..., HttpResponseBase]:
        return ActView.as_view(do=do, form_class=form, **given)

    return [
        path("phone/", telephone("phone"), name="phone"),
        path("operator/", telephone("operator"), name="operator"),
        path("calls/", CallsView.as_view(**given), name="calls"),
        path(call, NewsView.as_view(**given), name="call"),
        path(f"{call}press/", act("press", PressForm), name="press"),
        path(f"{call}say/", act("say", SayForm), name="say"),
        path(f"{call}hang-up/", act("hang_up", forms.Form), name="hang-up"),
    ]


# How many pages may wait for news in a process; the others are answered at once.
MOST_WAITING = 4
_waiting = threading.BoundedSemaphore(MOST_WAITING)


@method_decorator(never_cache, name="dispatch")
class DemoView(View):
    """A view of the telephones; `paths` sets the attributes."""

    offering: Offering | None = None
    written: Writing | None = None
    read: Reading | None = None

    def offer(self) -> Offer:
        """The offer as the setup is now."""
        assert self.offering is not None  # noqa: S101 -- as_view is given it
        return self.offering()

    def asked(self, question: dict[str, Any]) -> JsonResponse:
        """The switchboard's answer as JSON, with its numbers as people write them."""
        assert self.written is not None  # noqa: S101 -- as_view is given it
        try:
            answer = switchboard().ask(question)
        except Unavailable as problem:
            return _error(
                gettext("The stand-in for Twilio does not answer (%s).") % problem, 503
            )
        if answer == UNKNOWN_CALL:
            return _error(gettext("There is no such call any more."), 404)
        numbers = {answer[end] for end in ("from", "to", "with")}
        shown = {number: self.written(number) for number in sorted(numbers)}
        return JsonResponse(answer | {"shown": shown})


class TelephoneView(DemoView):
    """A page with the telephone of a caller or of an operator."""

    template_name = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        offer = self.offer()
        everybody = [*offer.lines, *offer.operators]
        context = {
            "offer": offer,
            "keys": KEYS,
            "texts": texts(),
            "names": {who.number: asdict(who) for who in everybody},
            "queues": dict(offer.queues),
        }
        response = render(request, self.template_name, context)
        response["Content-Security-Policy"] = POLICY
        return response


class CallsView(DemoView):
    """Places a call."""

    def post(self, request: HttpRequest) -> JsonResponse:
        offer = self.offer()
        if offer.missing:
            return _error(offer.missing, 503)
        assert self.read is not None  # noqa: S101 -- as_view is given it
        lines = [line.number for line in offer.lines]
        form = PlaceForm(request.POST, lines=lines, read=self.read)
        if not form.is_valid():
            return _refused(form)
        number = Number(
            form.cleaned_data["line"],
            offer.voice_url,
            status_callback=offer.status_callback,
            fallback_url=offer.fallback_url,
        )
        return self.asked(
            {
                "do": "place",
                "number": asdict(number),
                "queues": list(offer.queues),
                "from": form.cleaned_data["caller"],
            }
        )


class NewsView(DemoView):
    """Says what has happened on a call."""

    def get(self, request: HttpRequest, sid: str) -> JsonResponse:
        form = NewsForm(request.GET)
        if not form.is_valid():
            return _refused(form)
        question = {"do": "news", "call": sid} | form.cleaned_data
        if not question["wait"]:
            return self.asked(question)
        # Whoever waits for news keeps a thread of the server.
        if not _waiting.acquire(blocking=False):
            return self.asked(question | {"wait": 0})
        try:
            return self.asked(question)
        finally:
            _waiting.release()


class ActView(DemoView):
    """Presses keys, says a sentence to the other end, or hangs up."""

    do = ""
    form_class = forms.Form

    def post(self, request: HttpRequest, sid: str) -> JsonResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return _refused(form)
        return self.asked({"do": self.do, "call": sid} | form.cleaned_data)


def _refused(form: forms.Form) -> JsonResponse:
    first = next(iter(form.errors.values()))
    return _error(" ".join(str(one) for one in first), 400)


def _error(text: str, status: int) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)


def switchboard() -> Loopback:
    """The switchboard of this site, shared by its processes."""
    known = (
        settings.PUBLIC_BASE_URL,
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
    )
    secret = salted_hmac(__name__, "\n".join(known), algorithm="sha256").digest()
    # Depends on the installation, so that two on one machine seldom collide.
    own = FIRST_PORT + int.from_bytes(hashlib.sha256(secret).digest()[:4]) % PORTS
    return _loopback(settings.STANDIN_PORT or own, secret, known[1], known[2])


@cache
def _loopback(port: int, secret: bytes, account_sid: str, auth_token: str) -> Loopback:
    def make() -> Switchboard:
        account = Account(account_sid, auth_token)
        return Switchboard(Exchange(account, HttpTransport(), Clock()))

    return Loopback(port, secret, make)
