"""One request as a WSGI server passes it on, byte for byte, signed in several ways.

Not by Django's test client, which corrects too much of what is wrong with a request.
"""

import base64
import hashlib
import hmac
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.encoding import escape_uri_path

from callcenter.tests.twilio_client import signature
from minicc.wsgi import application

FORM = "application/x-www-form-urlencoded"
_NO_FORM = (
    BadRequest,
    SuspiciousOperation,
    UnreadablePostError,
    MultiPartParserError,
    LookupError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True, repr=False)
class Sent:
    """A request: target, body and headers, and how it is signed."""

    target: str  # path and query, escaped; "/twilio/status/?step=1"
    body: bytes = b""
    content_type: str = f"{FORM}; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)  # WSGI names: "HTTP_HOST"
    # as-read: over the form as Django reads it; as-sent: over the bytes, which gives
    # another signature where they are not UTF-8; second-token; other-token; any other
    # text is the header itself, and "" leaves it out.
    signed: str = "as-read"
    token: str = ""  # I-Twilio-Idempotency-Token
    method: str = "POST"

    def __repr__(self) -> str:
        """Cut to a readable length, for a test that fails with a megabyte."""
        rest = (self.content_type, self.headers, self.signed, self.token, self.method)
        parts = [repr(self.target), repr(self.body), repr(rest)]
        return f"Sent({', '.join(_cut(part) for part in parts)})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """The same for hypothesis, which would print a dataclass field by field."""
        printer.text(repr(self))

    @property
    def path(self) -> str:
        """The path as servers decode it: bytes as Latin-1, as WSGI demands."""
        return unquote_to_bytes(self.target.partition("?")[0]).decode("latin-1")

    @property
    def query(self) -> str:
        """The query string, not decoded."""
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Reply:
    """The answer to a request."""

    status: int
    headers: dict[str, str]
    body: bytes


def send(sent: Sent) -> Reply:
    """Pass a request to the application, as granian does."""
    status, headers = "", {}

    def start(
        line: str, pairs: list[tuple[str, str]], _: Any = None, /
    ) -> Callable[[bytes], object]:
        nonlocal status, headers
        status, headers = line, dict(pairs)
        return lambda _: None

    response = application(environ(sent), start)
    body = b"".join(response)
    if hasattr(response, "close"):
        response.close()
    return Reply(int(status.split()[0]), headers, body)


def environ(sent: Sent) -> dict[str, Any]:
    """The WSGI environment of the request, signature included."""
    made = _unsigned(sent)
    if sent.signed:
        made["HTTP_X_TWILIO_SIGNATURE"] = _signature(sent)
    return made


def form_as_read(sent: Sent) -> dict[str, list[str]]:
    """The form as Django reads it; empty if it cannot."""
    try:
        return dict(WSGIRequest(_unsigned(sent)).POST.lists())
    except _NO_FORM:
        return {}


def path_as_read(sent: Sent) -> str:
    """The path as it is stored: escaped by Django's rule."""
    plain = _unsigned(sent) | {"CONTENT_TYPE": "", "QUERY_STRING": ""}
    return escape_uri_path(WSGIRequest(plain).path)


def _cut(text: str) -> str:
    return text if len(text) < 2400 else f"{text[:2300]}... of {len(text)}"


def _unsigned(sent: Sent) -> dict[str, Any]:
    made = {
        "REQUEST_METHOD": sent.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": sent.path,
        "QUERY_STRING": sent.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(sent.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_TYPE": sent.content_type,
        "CONTENT_LENGTH": str(len(sent.body)),
        "HTTP_HOST": "cc.example.test",
    }
    if sent.token:
        made["HTTP_I_TWILIO_IDEMPOTENCY_TOKEN"] = sent.token
    return made | sent.headers


def _signature(sent: Sent) -> str:
    token = settings.TWILIO_AUTH_TOKEN
    query = f"?{sent.query}" if sent.query else ""
    match sent.signed:
        case "as-read":
            url = settings.PUBLIC_BASE_URL + path_as_read(sent) + query
            return signature(url, form_as_read(sent), token)
        case "second-token":
            url = settings.PUBLIC_BASE_URL + path_as_read(sent) + query
            second = settings.TWILIO_AUTH_TOKEN_SECONDARY or token
            return signature(url, form_as_read(sent), second)
        case "other-token":
            url = settings.PUBLIC_BASE_URL + path_as_read(sent) + query
            return signature(url, form_as_read(sent), "f" * 32)
        case "as-sent":
            return _signature_of_bytes(sent, token)
        case header:
            return header


def _signature_of_bytes(sent: Sent, token: str) -> str:
    """Twilio's signature over the bytes of URL and form, whatever their encoding."""
    pairs = [pair.partition(b"=") for pair in sent.body.split(b"&") if pair]
    decoded = sorted(
        {
            (
                unquote_to_bytes(name.replace(b"+", b" ")),
                unquote_to_bytes(value.replace(b"+", b" ")),
            )
            for name, _, value in pairs
        }
    )
    text = (settings.PUBLIC_BASE_URL + sent.target).encode("latin-1")
    text += b"".join(name + value for name, value in decoded)
    return base64.b64encode(hmac.digest(token.encode(), text, hashlib.sha1)).decode()
