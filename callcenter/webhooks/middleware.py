"""Lets webhooks pass by the middleware that only people's pages need. No database.

Sessions, log-in, language, messages and the Host header play no part in Twilio's signed
requests, and handling them would only delay the caller.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from callcenter.routes import PREFIX

Handler = Callable[[HttpRequest], HttpResponseBase]


def webhooks_first(get_response: Handler) -> Handler:
    """A middleware that answers webhooks at once and passes all other requests on."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        # Usually set by Django's middleware; without it the connection is closed.
        if isinstance(response, HttpResponse) and response.status_code != 204:
            response["Content-Length"] = str(len(response.content))
        return response

    return answer
