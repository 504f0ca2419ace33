"""Sends requests and holds every answer against what must always be true."""

import logging
import re
from urllib.parse import parse_qs
from xml.etree import ElementTree

from django.conf import settings

from callcenter.models import WebhookEvent
from callcenter.params import SECRET_PARAMS, storable_form
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
    """Whatever is logged as an error, an unhandled exception too."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the line with its exception."""
        self.lines.append(logging.Formatter().format(record))

    def taken(self) -> list[str]:
        """The lines since the last look."""
        lines, self.lines = self.lines, []
        return lines


ERRORS = Errors()


class Door:
    """One example's requests, and which of them must be stored."""

    def __init__(self) -> None:
        self._kept: set[tuple[object, ...]] = set()

    def send(self, sent: Sent) -> Reply:
        """Sends one request; asserts all that holds for any request."""
        TALLY["requests"] += 1
        ERRORS.taken()
        reply = send(sent)
        errors = ERRORS.taken()
        TALLY["5xx"] += reply.status >= 500
        TALLY["errors"] += len(errors)
        assert reply.status < 500, (reply.status, errors)
        assert errors == []
        if reply.status in (200, 204):
            self._is_kept(sent)
            assert_good_answer(sent, reply)
        else:
            TALLY["refused"] += 1
            assert reply.status in (400, 401, 403, 404, 405)
            assert WebhookEvent.objects.count() == len(self._kept)
        return reply

    def _is_kept(self, sent: Sent) -> None:
        TALLY["accepted"] += 1
        form = expected_form(sent)
        same = _sameness(sent, form)
        is_new = same not in self._kept
        self._kept.add(same)
        TALLY["repeats"] += not is_new
        stored = WebhookEvent.objects.count()
        TALLY["lost"] += stored != len(self._kept)
        assert stored == len(self._kept)
        if is_new:
            event = WebhookEvent.objects.latest("pk")
            assert event.params == form
        pending = WebhookEvent.objects.pending() | WebhookEvent.objects.exclude(
            derivation_error=""
        )
        assert list(pending.values_list("kind", "derivation_error")) == []


def expected_form(sent: Sent) -> dict[str, str | list[str]]:
    """The form as it must be stored: no secret, and nothing typed for a PIN."""
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
    """What the path is about, as the allow-list names it."""
    first, _, rest = sent.path.removeprefix("/twilio/").partition("/")
    return "operator-done" if first == "operator" and rest else first


def _sameness(sent: Sent, form: dict[str, str | list[str]]) -> tuple[object, ...]:
    """What makes two requests one (product.md 8.3)."""
    if _TOKEN.fullmatch(sent.token):
        call_sid = form["CallSid"]
        last = call_sid if isinstance(call_sid, str) else call_sid[-1]
        return "token", sent.token, last
    return "content", path_as_read(sent), sent.query, repr(sorted(form.items()))


def assert_good_answer(sent: Sent, reply: Reply) -> None:
    """Empty, or a document that Twilio takes, with addresses that are ours."""
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
