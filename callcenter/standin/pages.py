"""The telephones in the browser: two pages, and what their script asks.

The only part of the stand-in that knows Django. Which numbers there are, and what
answers at them, it is told by whoever includes its paths. Only there with DEMO.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.crypto import salted_hmac
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views import View
from django.views.decorators.cache import never_cache

from callcenter.standin.account import Account
from callcenter.standin.clock import Clock
from callcenter.standin.exchange import Exchange, Number
from callcenter.standin.page_texts import spoken_language, texts
from callcenter.standin.questions import NewsForm, PlaceForm, PressForm, SayForm
from callcenter.standin.switchboard import Switchboard
from callcenter.standin.transport import HttpTransport
from callcenter.standin.wire import Unavailable, Wire

# Nothing from elsewhere, nothing inline: what our pages need, and no more.
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
    """A number, how people write it, and whose it is; which queues are served there."""

    number: str
    shown: str
    name: str
    serves: str = ""


@dataclass(frozen=True)
class Offer:
    """What the pages can be used with; `lines` are ours, the default one first."""

    lines: Sequence[Telephone]
    operators: Sequence[Telephone]
    voice_url: str
    fallback_url: str
    status_callback: str
    caller: str  # a number to call from, until somebody writes another
    pin: str  # that operators of the demo have, for the hint
    history_url: str  # where a search for a SID (`?q=`) finds the call
    site: str  # the address under which those URLs begin
    missing: str  # what has to be set before a call is possible; empty if nothing


Offering = Callable[[], Offer]


def paths(offering: Offering) -> list[URLPattern]:
    """The pages, and the questions of their script."""
    return [
        path("phone/", PhoneView.as_view(offering=offering), name="phone"),
        path("operator/", OperatorView.as_view(offering=offering), name="operator"),
        path("calls/", CallsView.as_view(offering=offering), name="calls"),
        path("calls/<str:sid>/", NewsView.as_view(), name="call"),
        path("calls/<str:sid>/press/", PressView.as_view(), name="press"),
        path("calls/<str:sid>/say/", SayView.as_view(), name="say"),
        path("calls/<str:sid>/hang-up/", HangUpView.as_view(), name="hang-up"),
    ]


@method_decorator(never_cache, name="dispatch")
class DemoView(View):
    """Something that is only there for a demo."""

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class TelephoneView(DemoView):
    """A page that is a telephone."""

    offering: Offering | None = None
    template_name: ClassVar[str]

    def get(self, request: HttpRequest) -> HttpResponse:
        assert self.offering is not None  # noqa: S101 -- as_view is given it
        offer = self.offering()
        context = {
            "offer": offer,
            "keys": KEYS,
            "texts": texts(),
            "names": {who.number: asdict(who) for who in _everybody(offer)},
        }
        response = render(request, self.template_name, context)
        response["Content-Security-Policy"] = POLICY
        return response


class PhoneView(TelephoneView):
    """The caller's telephone."""

    template_name = "standin/phone.html"


class OperatorView(TelephoneView):
    """The operator's telephone."""

    template_name = "standin/operator.html"


class CallsView(DemoView):
    """A call is placed."""

    offering: Offering | None = None

    def post(self, request: HttpRequest) -> JsonResponse:
        assert self.offering is not None  # noqa: S101 -- as_view is given it
        offer = self.offering()
        if offer.missing:
            return _error(offer.missing, 503)
        form = PlaceForm(request.POST, lines=[line.number for line in offer.lines])
        if not form.is_valid():
            return _refused(form)
        number = Number(
            form.cleaned_data["line"],
            offer.voice_url,
            status_callback=offer.status_callback,
            fallback_url=offer.fallback_url,
        )
        return _asked(
            {
                "do": "place",
                "number": asdict(number),
                "from": form.cleaned_data["caller"],
            }
        )


class NewsView(DemoView):
    """What has happened on a call."""

    def get(self, request: HttpRequest, sid: str) -> JsonResponse:
        form = NewsForm(request.GET)
        if not form.is_valid():
            return _refused(form)
        return _asked({"do": "news", "call": sid} | form.cleaned_data)


class PressView(DemoView):
    """Keys are pressed."""

    def post(self, request: HttpRequest, sid: str) -> JsonResponse:
        form = PressForm(request.POST)
        if not form.is_valid():
            return _refused(form)
        return _asked({"do": "press", "call": sid} | form.cleaned_data)


class SayView(DemoView):
    """A sentence is said to whoever is at the other end."""

    def post(self, request: HttpRequest, sid: str) -> JsonResponse:
        form = SayForm(request.POST)
        if not form.is_valid():
            return _refused(form)
        said = form.cleaned_data | {"language": spoken_language()}
        return _asked({"do": "say", "call": sid} | said)


class HangUpView(DemoView):
    """The receiver is put down."""

    def post(self, request: HttpRequest, sid: str) -> JsonResponse:
        return _asked({"do": "hang_up", "call": sid})


def _everybody(offer: Offer) -> list[Telephone]:
    return [*offer.lines, *offer.operators]


def _asked(question: dict[str, Any]) -> JsonResponse:
    """The switchboard's answer, or why there is none."""
    try:
        answer = switchboard().ask(question)
    except Unavailable as problem:
        return _error(
            gettext("The stand-in for Twilio does not answer (%s).") % problem, 503
        )
    if "error" in answer:
        return _error(gettext("There is no such call any more."), 404)
    return JsonResponse(answer)


def _refused(form: forms.Form) -> JsonResponse:
    first = next(iter(form.errors.values()))
    return _error(" ".join(str(one) for one in first), 400)


def _error(text: str, status: int) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)


def switchboard() -> Wire:
    """The way to the one switchboard of this site."""
    known = (
        settings.PUBLIC_BASE_URL,
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
    )
    secret = salted_hmac(__name__, "\n".join(known), algorithm="sha256").digest()
    # Of the installation's own: two on one machine are seldom in each other's way.
    own = FIRST_PORT + int.from_bytes(hashlib.sha256(secret).digest()[:4]) % PORTS
    return _wire(settings.STANDIN_PORT or own, secret, known[1], known[2])


@cache
def _wire(port: int, secret: bytes, account_sid: str, auth_token: str) -> Wire:
    def make() -> Switchboard:
        account = Account(account_sid, auth_token)
        return Switchboard(Exchange(account, HttpTransport(), Clock()))

    return Wire(port, secret, make)
