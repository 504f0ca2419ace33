"""The WSGI application that granian serves."""

import logging
import os
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.exceptions import (
    BadRequest,
    ImproperlyConfigured,
    SuspiciousOperation,
)
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase

from callcenter.held import Held
from callcenter.routes import PREFIX
from callcenter.sparing import Sparing
from minicc.slots import Slots

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)

# A body that comes in chunks is read before Django sees it, to know its length.
MOST_IN_CHUNKS = 16 * 1024 * 1024
_AT_ONCE = 64 * 1024

# Together with those that callers keep, they are the threads of the server
# (`--blocking-threads`): a page needs a few at once, for its style sheets and scripts.
_people = Slots(served=8, waiting=8, patience=5)
_FOR_CALLERS = {"/static/callcenter/hold-music.wav", "/healthz"}
_SENTENCE = (
    "混み合っています。しばらくお待ちください。 Busy: please wait a moment.".encode()
)
_COME_BACK = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(_SENTENCE))),
    ("Retry-After", "5"),
    ("Refresh", "5"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'"),
]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minicc.settings")


def _say_sent_away(count: int) -> None:
    logger.warning("people's requests take all their slots: %d sent away", count)


_sent_away = Sparing(_say_sent_away)


class Application(WSGIHandler):
    """Django's WSGI handler, which keeps threads free for callers.

    It also answers requests that Django cannot read.
    """

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Any:
        """Answer Twilio's request at once, and people's when a slot is free for it."""
        if _SCHEME:
            # TLS ends at a proxy; without this all requests would seem to be http.
            environ["wsgi.url_scheme"] = _SCHEME
        if _is_for_callers(environ["PATH_INFO"]):
            return self._answer(environ, start_response)
        if not _people.enter():
            _sent_away.count_one()
            start_response("503 Service Unavailable", _COME_BACK)
            return [_SENTENCE]
        try:
            answer = self._answer(environ, start_response)
        except BaseException:
            _people.leave()
            raise
        return Held(answer, _people.leave)

    def _answer(
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


def _is_for_callers(path: str) -> bool:
    """Whether Twilio asks, also for what it plays; or whoever asks for our health."""
    return path.startswith(PREFIX) or path in _FOR_CALLERS


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
try:
    django.setup()
except ImproperlyConfigured as problem:
    sys.exit(f"MiniCC: {problem}")
_SCHEME = urlsplit(settings.PUBLIC_BASE_URL).scheme
refuse_unfit_database()
application = Application()
