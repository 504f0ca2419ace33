"""Sends requests and checks after each what must be true of any request."""

import logging
import re
from urllib.parse import parse_qs
from xml.etree import ElementTree

from django.conf import settings

from callcenter.models import WebhookEvent
from callcenter.params import SECRET_PARAMS, storable_form
from callcenter.routes import place_of
from callcenter.tests.flow.allowlist import faults_in
from callcenter.tests.fuzz.tally import TALLY
from callcenter.tests.fuzz.wsgi import (
    Reply,
    Sent,
    form_as_read,
    path_as_read,
    send,
)

_TOKEN = re.compile(r"[\x21-\x7e]{1,255}")
_LINKS = ("action", "url", "waitUrl")
_SPOKEN_PIN = ("Digits", "SpeechResult")


class Errors(logging.Handler):
    """Collects what is logged as an error, unhandled exceptions included."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line and its exception."""
        self.lines.append(logging.Formatter().format(record))

    def pop(self) -> list[str]:
        """Return the lines logged since the last call."""
        lines, self.lines = self.lines, []
        return lines


ERRORS = Errors()


class CheckedRequests:
    """Sends the requests of one example and knows which of them must be stored."""

    def __init__(self) -> None:
        self._stored: set[tuple[object, ...]] = set()

    def send(self, sent: Sent) -> Reply:
        """Send one request and assert what holds for any request."""
        TALLY["requests"] += 1
        ERRORS.pop()
        reply = send(sent)
        errors = ERRORS.pop()
        TALLY["5xx"] += reply.status >= 500
        TALLY["errors"] += len(errors)
        assert reply.status < 500, (reply.status, errors)
        assert errors == []
        if reply.status in (200, 204):
            self._assert_stored(sent)
            assert_acceptable_answer(sent, reply)
        else:
            TALLY["refused"] += 1
            assert reply.status in (400, 401, 403, 404, 405)
            assert WebhookEvent.objects.count() == len(self._stored)
        return reply

    def _assert_stored(self, sent: Sent) -> None:
        TALLY["accepted"] += 1
        form = expected_form(sent)
        same = _identity(sent, form)
        is_new = same not in self._stored
        self._stored.add(same)
        TALLY["repeats"] += not is_new
        stored = WebhookEvent.objects.count()
        TALLY["lost"] += stored != len(self._stored)
        assert stored == len(self._stored)
        if is_new:
            event = WebhookEvent.objects.latest("pk")
            assert event.params == form
        pending = WebhookEvent.objects.pending() | WebhookEvent.objects.exclude(
            derivation_error__in=["", WebhookEvent.LATE]
        )
        assert list(pending.values_list("kind", "derivation_error")) == []


def expected_form(sent: Sent) -> dict[str, str | list[str]]:
    """The form as it must be stored: without secrets and without typed PINs."""
    form = {
        name: values[0] if len(values) == 1 else values
        for name, values in form_as_read(sent).items()
        if name not in SECRET_PARAMS
    }
    asks_pin = path_as_read(sent) == "/twilio/operator/"
    if asks_pin and parse_qs(sent.query).get("in") != ["1"]:
        form = {name: form[name] for name in form if name not in _SPOKEN_PIN}
    return storable_form(form)


def kind_of(sent: Sent) -> str:
    """The kind of request, as the allow-list of TwiML names it."""
    found = place_of(path_as_read(sent))
    return found[0] if found else ""


def _identity(sent: Sent, form: dict[str, str | list[str]]) -> tuple[object, ...]:
    """A key that is equal for repeats of one request (docs/contract.md 8.3)."""
    if _TOKEN.fullmatch(sent.token):
        call_sid = form["CallSid"]
        last = call_sid if isinstance(call_sid, str) else call_sid[-1]
        return "token", sent.token, last
    return "content", path_as_read(sent), sent.query, repr(sorted(form.items()))


def assert_acceptable_answer(sent: Sent, reply: Reply) -> None:
    """Assert an empty answer, or a document that Twilio accepts, with URLs of ours."""
    if reply.status == 204:
        assert reply.body == b""
        return
    TALLY["documents"] += 1
    assert reply.headers["Content-Type"] == "text/xml; charset=utf-8"
    faults = faults_in(reply.body, kind_of(sent))
    TALLY["faults"] += len(faults)
    assert faults == []
    base = settings.PUBLIC_BASE_URL.partition("://")[2]
    for element in ElementTree.fromstring(reply.body).iter():  # noqa: S314 -- ours
        links = [element.attrib[name] for name in _LINKS if name in element.attrib]
        if element.tag in ("Redirect", "Play"):
            links.append(element.text or "")
        for link in links:
            assert link.startswith("https://")
            assert link.partition("://")[2].rpartition("@")[2].startswith(f"{base}/")
