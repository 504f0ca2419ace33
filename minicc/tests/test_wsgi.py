"""The WSGI application as a server calls it, which Django's test client does not do."""

import io
import logging

import pytest

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
