"""The short way to the webhooks, past what only people's pages need. No database.

Sessions, log-in, language, messages and the Host header mean nothing to Twilio, whose
requests are signed; a caller waits while they are looked at.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from callcenter.routes import PREFIX

Handler = Callable[[HttpRequest], HttpResponseBase]


def webhooks_first(get_response: Handler) -> Handler:
    """A middleware: webhooks are answered here, everything else goes on."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        # Else Django's middleware would say it, without which connections are closed.
        if isinstance(response, HttpResponse) and response.status_code != 204:
            response["Content-Length"] = str(len(response.content))
        return response

    return answer
