"""The WSGI application that granian serves."""

import logging
import os
from typing import TYPE_CHECKING

import django
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponseBadRequest
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minicc.settings")


class Application(WSGIHandler):
    """Django's WSGI handler, which also answers requests that Django cannot read."""

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> HttpResponseBase:
        """Answer 400 if Django cannot make a request object, and raises.

        If the content type names a charset, Django decodes the query while it makes the
        object, before it handles exceptions. That fails for more than 1,000 fields, for
        codecs that do not give text (rot13) and for unknown ones.
        """
        try:
            return super().__call__(environ, start_response)
        except (SuspiciousOperation, BadRequest, LookupError, ValueError) as problem:
            # Only the type: the text may quote the request.
            logger.warning("unreadable request refused: %s", type(problem).__name__)
            start_response("400 Bad Request", [("Content-Length", "0")])
            return HttpResponseBadRequest()


# django.setup sets the prefix of FORCE_SCRIPT_NAME before the addresses of static files
# are made, which happens once.
django.setup()
application = Application()
