"""The WSGI application as a server calls it, which Django's test client does not do."""

import io
import logging
from typing import Any
from urllib.parse import urlencode

import pytest

from callcenter.models import WebhookEvent
from callcenter.tests.fuzz import wsgi
from callcenter.tests.sample_events import CALLER
from minicc.wsgi import application

# Handling a request closes old database connections, so a database is needed.
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content_type", "query"),
    [
        ("application/x-www-form-urlencoded; charset=UTF-8", "&a" * 1_001),
        ("text/plain; charset=rot13", "a=b"),
        ("text/plain; charset=idna", "a=%ff"),
        ("text/plain; charset=undefined", "a=b"),
        ("text/plain; name*=no-such-code'en'x", ""),
    ],
    ids=["many-fields", "rot13", "idna", "undefined", "unknown"],
)
def test_what_django_cannot_make_a_request_of_is_refused(caplog, content_type, query):
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/twilio/incoming/",
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "wsgi.input": io.BytesIO(),
    }
    answers = []

    def start(status, headers, _=None, /):
        answers.append((status, headers))
        return lambda _: None

    body = b"".join(application(environ, start))

    assert body == b""
    assert answers == [("400 Bad Request", [("Content-Length", "0")])]
    (line,) = caplog.records
    assert line.levelno == logging.WARNING


def in_chunks(sent: wsgi.Sent) -> dict[str, Any]:
    """The environment of the request as a server gives it that took chunks apart."""
    environ = wsgi.environ(sent)
    del environ["CONTENT_LENGTH"]
    return environ | {"wsgi.input_terminated": True}


def status_of(environ: dict[str, Any]) -> int:
    answers: list[str] = []

    def start(status, headers, _=None, /):
        answers.append(status)
        return lambda _: None

    b"".join(application(environ, start))
    return int(answers[0].split()[0])


@pytest.mark.django_db(transaction=True)
def test_body_in_chunks_is_read_like_any_other(settings):
    settings.ALLOWED_HOSTS = ["cc.example.test"]
    form = {"CallSid": CALLER, "AccountSid": settings.TWILIO_ACCOUNT_SID}
    body = urlencode(form | {"From": "+81312345678"}).encode()
    sent = wsgi.Sent("/twilio/status/", body)

    assert status_of(in_chunks(sent)) == 204

    assert WebhookEvent.objects.get().params["From"] == "+81312345678"


def test_body_in_chunks_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("minicc.wsgi.MOST_IN_CHUNKS", 100)
    sent = wsgi.Sent("/twilio/status/", b"a=" + b"b" * 99)

    assert status_of(in_chunks(sent)) == 413
    assert not WebhookEvent.objects.exists()
