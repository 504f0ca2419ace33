"""Lets webhooks pass by the middleware that only people's pages need. No database.

Sessions, log-in, language, messages and the Host header play no part in Twilio's signed
requests, and handling them would only delay the caller.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from callcenter.routes import PREFIX

Handler = Callable[[HttpRequest], HttpResponseBase]

_POLICY = "; ".join(
    f"{name} {' '.join(sources)}" for name, sources in settings.SECURE_CSP.items()
)


def webhooks_first(get_response: Handler) -> Handler:
    """A middleware that answers webhooks at once and passes all other requests on."""
    # A wrong path, or a failure of ours, becomes an answer, to get the headers below.
    run: Any = convert_exception_to_response(_run)

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        response: HttpResponseBase = run(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            # What pages get from the middleware that is passed by.
            response["Content-Security-Policy"] = _POLICY
            response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        # Usually set by Django's middleware; without it the connection is closed.
        if isinstance(response, HttpResponse) and response.status_code != 204:
            response["Content-Length"] = str(len(response.content))
        return response

    return answer


def _run(request: HttpRequest) -> HttpResponseBase:
    match = request.resolver_match = resolve(request.path_info)
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response
