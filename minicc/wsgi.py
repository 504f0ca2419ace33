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
    """Django, which lets a few requests escape before it looks after exceptions."""

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> HttpResponseBase:
        """Answers 400 to a request that Django cannot even make an object of.

        With a charset in its type, Django reads the query at once and in that charset:
        more than 1,000 fields and codecs that make no text (rot13) raise, and so does a
        parameter in an unknown encoding. All later errors are answered by Django.
        """
        try:
            return super().__call__(environ, start_response)
        except (SuspiciousOperation, BadRequest, LookupError, ValueError) as problem:
            # Its text may quote what was sent.
            logger.warning("unreadable request refused: %s", type(problem).__name__)
            start_response("400 Bad Request", [("Content-Length", "0")])
            return HttpResponseBadRequest()


# With the prefix of FORCE_SCRIPT_NAME: the addresses of static files are made once.
django.setup()
application = Application()
