"""The page that people see where an answer has failed."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

from callcenter import patience

_RETRY_AFTER_SECONDS = "30"


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or takes no writes, else 500.

    Django calls it while it handles the exception, and logs that one itself.
    """
    error = sys.exc_info()[1]
    if error is None or not patience.is_outage(error):
        return defaults.server_error(request)
    response = HttpResponse(loader.render_to_string("503.html"), status=503)
    response["Retry-After"] = _RETRY_AFTER_SECONDS
    return response
