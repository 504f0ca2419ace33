"""The WSGI application that granian serves."""

import logging
import os
import sys
from io import BytesIO
from typing import TYPE_CHECKING

import django
from django.core.checks import Tags, run_checks
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)

# A body that comes in chunks is read before Django sees it, to know its length.
MOST_IN_CHUNKS = 16 * 1024 * 1024
_AT_ONCE = 64 * 1024

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
            if not _measured(environ):
                start_response("413 Content Too Large", [("Content-Length", "0")])
                return HttpResponse(status=413)
            return super().__call__(environ, start_response)
        except (SuspiciousOperation, BadRequest, LookupError, ValueError) as problem:
            # Only the type: the text may quote the request.
            logger.warning("unreadable request refused: %s", type(problem).__name__)
            start_response("400 Bad Request", [("Content-Length", "0")])
            return HttpResponseBadRequest()


def _measured(environ: "WSGIEnvironment") -> bool:
    """Give a body that came in chunks its length; False if it is too long.

    Django takes a missing length for an empty body (its ticket 35838). A server that
    takes chunks apart says so by `wsgi.input_terminated`. Cloudflare sends chunks.
    """
    if environ.get("CONTENT_LENGTH") or not environ.get("wsgi.input_terminated"):
        return True
    body = BytesIO()
    while chunk := environ["wsgi.input"].read(_AT_ONCE):
        body.write(chunk)
        if body.tell() > MOST_IN_CHUNKS:
            return False
    environ["CONTENT_LENGTH"] = str(body.tell())
    body.seek(0)
    environ["wsgi.input"] = body
    return True


def refuse_unfit_database() -> None:
    """Exit with a sentence if the database would lose events while callers are served.

    What is only a warning goes to the log. A database that cannot be asked is no
    reason: callers are served without.
    """
    try:
        found = run_checks(tags=[Tags.database], databases=["default"])
    except Exception as problem:  # noqa: BLE001 -- whatever it is, callers come first
        logger.warning("the database was not checked: %s", problem)
        return
    for one in found:
        if one.is_serious():
            sys.exit(f"MiniCC does not start. {one.msg} {one.hint}")
        logger.warning("%s %s", one.msg, one.hint)


# django.setup sets the prefix of FORCE_SCRIPT_NAME before the addresses of static files
# are made, which happens once.
django.setup()
refuse_unfit_database()
application = Application()
