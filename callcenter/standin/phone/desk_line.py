"""Twilio's part for an operator in the browser: checks the token, places the call.

What follows (news, keys, hanging up) are the URLs of the telephones.
"""

from collections.abc import Callable
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


def paths(
    offering: Offering, client_url: Callable[[], str], written: Writing
) -> list[URLPattern]:
    """Where the script places its calls; `client_url` is the voice URL of the App."""
    view = DeskCallsView.as_view(
        offering=offering, written=written, client_url=client_url
    )
    return [path("desk/calls/", view, name="desk-calls")]


class DeskCallsView(DemoView):
    """Places a call of the identity that a valid token names."""

    client_url: Callable[[], str] | None = None

    def post(self, request: HttpRequest) -> JsonResponse:
        identity = _identity(request.POST.get("token", ""))
        if not identity:
            text = gettext("The token is not valid, or has expired.")
            return JsonResponse({"error": text, "code": 20104}, status=401)
        assert self.client_url is not None  # noqa: S101 -- as_view is given it
        offer = self.offer()
        return self.asked(
            {
                "do": "place_client",
                "from": f"client:{identity}",
                "voice_url": self.client_url(),
                "status_callback": offer.status_callback,
                "queues": list(offer.queues),
                "extras": _extras(request),
            }
        )


def _identity(token: str) -> str:
    """Whom a token of this account names; empty if it may not call."""
    try:
        said = jwt.decode(token, settings.TWILIO_API_KEY_SECRET, algorithms=["HS256"])
    # Also that there is no secret.
    except jwt.PyJWTError:
        return ""
    grants = said.get("grants", {})
    outgoing = grants.get("voice", {}).get("outgoing", {})
    is_of_app = outgoing.get("application_sid") == settings.TWILIO_TWIML_APP_SID
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
