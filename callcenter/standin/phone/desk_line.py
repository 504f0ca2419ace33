"""Twilio's part for an operator in the browser: checks the token, places the call.

What follows (news, keys, hanging up) are the URLs of the telephones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext

from callcenter.standin.phone.pages import DemoView, Offering, Writing

# What a browser's telephone may send along: our own parameters, and short ones.
PREFIX = "Minicc"
MOST_PARAMETERS, LONGEST_PARAMETER = 10, 200


@dataclass(frozen=True, slots=True)
class App:
    """A TwiML App: its SID, its voice URL, and the secret that signs tokens for it."""

    sid: str
    secret: str
    voice_url: str


def paths(
    offering: Offering, app: Callable[[], App | None], written: Writing
) -> list[URLPattern]:
    """Where the script places its calls, by the App of browsers; None if none is."""
    view = DeskCallsView.as_view(offering=offering, written=written, app=app)
    return [path("desk/calls/", view, name="desk-calls")]


class DeskCallsView(DemoView):
    """Places a call of the identity that a valid token names."""

    app: Callable[[], App | None] | None = None

    def post(self, request: HttpRequest) -> JsonResponse:
        assert self.app is not None  # noqa: S101 -- as_view is given it
        app = self.app()
        identity = _identity(request.POST.get("token", ""), app) if app else ""
        if not (app and identity):
            text = gettext("The token is not valid, or has expired.")
            return JsonResponse({"error": text, "code": 20104}, status=401)
        offer = self.offer()
        return self.asked(
            {
                "do": "place_client",
                "from": f"client:{identity}",
                "voice_url": app.voice_url,
                "status_callback": offer.status_callback,
                "queues": list(offer.queues),
                "extras": _extras(request),
            }
        )


def _identity(token: str, app: App) -> str:
    """Whom a token of this account names; empty if it may not call."""
    try:
        said = jwt.decode(token, app.secret, algorithms=["HS256"])
    except jwt.PyJWTError:
        return ""
    grants = said.get("grants", {})
    outgoing = grants.get("voice", {}).get("outgoing", {})
    is_of_app = outgoing.get("application_sid") == app.sid
    if said.get("sub") != settings.TWILIO_ACCOUNT_SID or not is_of_app:
        return ""
    return str(grants.get("identity", ""))


def _extras(request: HttpRequest) -> dict[str, Any]:
    given = [
        (name, value[:LONGEST_PARAMETER])
        for name, value in request.POST.items()
        if name.startswith(PREFIX)
    ]
    return dict(given[:MOST_PARAMETERS])
