"""Which requests are accepted: signature, Basic credentials, AccountSid, CallSid.

The order of the checks is that of docs/contract.md 8.5, the rules of the signature are
in docs/twilio.md 7.1 and 7.2. No secret and no number gets into the log. No database.
"""

import base64
import binascii
import hashlib
import hmac
import threading
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.encoding import escape_uri_path
from twilio.request_validator import RequestValidator

from callcenter.flow.links import credentials
from callcenter.params import Form, call_sid, last_value

_URL_ENCODED = "application/x-www-form-urlencoded"
FORM_TYPES = frozenset({"", _URL_ENCODED, "multipart/form-data"})

# Twilio's forms have a few kilobytes. A longer one is hardly Twilio's, and takes the
# processor for half a second: one at a time is taken apart.
LONG_BODY = 64 * 1024
_turn_of_long_bodies = threading.Lock()

# What Django raises for a body that is cut short, too large, has too many fields, is no
# form or not UTF-8; for a length that is not a number (ValueError) or too great
# (OverflowError), and for an unknown charset (LookupError).
_UNREADABLE = (
    UnreadablePostError,
    SuspiciousOperation,
    MultiPartParserError,
    BadRequest,
    ValueError,
    OverflowError,
    LookupError,
)


class Refused(Exception):
    """A request is refused; carries the status and the reason for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def check(request: HttpRequest) -> Form:
    """The form of an accepted request. Raises Refused for any other."""
    account, tokens = settings.TWILIO_ACCOUNT_SID, _tokens()
    if not account or not tokens:
        raise Refused(503, "no auth token or account SID is configured")
    if settings.WEBHOOK_BASIC_AUTH and not _knows_password(request):
        raise Refused(401, "Basic credentials missing or wrong")
    # Before the body is read: a stranger's form costs no more than its head.
    if not request.headers.get("X-Twilio-Signature"):
        raise Refused(403, "there is no signature")
    form = _form_in_turn(request)
    if not _is_signed(request, form, tokens):
        raise Refused(403, "the signature cannot be verified")
    sender = last_value(form, "AccountSid")
    if not sender:
        raise Refused(400, "AccountSid is missing")
    if not hmac.compare_digest(sender.encode(), account.encode()):
        raise Refused(403, "AccountSid is not ours")
    if not call_sid(last_value(form, "CallSid")):
        raise Refused(400, "CallSid is missing or malformed")
    return form


def signature_matches(
    url: str, form: Form, signature: str, token: str, raw_body: bytes | None = None
) -> bool:
    """Whether the signature was made with this token over the URL and the form.

    Where `raw_body` is given, its hash in the URL is checked in place of the form.
    Twilio may or may not have signed the port and the credentials of the URL.
    """
    if not signature:
        return False
    parts = urlsplit(url)
    url = parts.geturl()  # the scheme in lower case, as it is signed
    if raw_body is not None:
        hashes = parse_qs(parts.query).get("bodySHA256")
        if not hashes or not _equal(hashlib.sha256(raw_body).hexdigest(), hashes[0]):
            return False
        form = {}
    # Our own computation first, as it is faster: the library computes two signatures,
    # and its rules for ports are needed only where this one fails.
    if _equal(_signature(url, form, token), signature):
        return True
    fields = QueryDict(mutable=True)
    for name, value in form.items():
        fields.setlist(name, [value] if isinstance(value, str) else list(value))
    validator = RequestValidator(token)
    # The library varies only the port.
    variants = {url, _without_credentials(parts)}
    return any(_validates(validator, one, fields, signature) for one in variants)


def _validates(
    validator: RequestValidator, url: str, fields: QueryDict, signature: str
) -> bool:
    # It raises for some URLs that a sender may send (a port that is not a number).
    try:
        return bool(validator.validate(url, fields, signature))
    except (TypeError, ValueError):
        return False


def _without_credentials(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _signature(url: str, form: Form, token: str) -> str:
    """Twilio's signature: HMAC-SHA1 over the URL, then the sorted names with values."""
    text = [url]
    for name in sorted(form):
        value = form[name]
        for one in [value] if isinstance(value, str) else sorted(set(value)):
            text += (name, one)
    mac = hmac.new(token.encode(), "".join(text).encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def _equal(ours: str, theirs: str) -> bool:
    # As bytes: compare_digest refuses text that is not ASCII, which a header may hold.
    return hmac.compare_digest(ours.encode(), theirs.encode(errors="replace"))


def _tokens() -> list[str]:
    """The valid auth tokens: two while one is being rotated."""
    both = (settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_SECONDARY)
    return [token for token in both if token]


def _knows_password(request: HttpRequest) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, settings.WEBHOOK_BASIC_AUTH.encode())


def _form_in_turn(request: HttpRequest) -> Form:
    """The form; of several long ones at once only the first is read."""
    if not is_long(request):
        return _form(request)
    if not _turn_of_long_bodies.acquire(blocking=False):
        raise Refused(503, "another long body is being read")
    try:
        return _form(request)
    finally:
        _turn_of_long_bodies.release()


def is_long(request: HttpRequest) -> bool:
    """Whether the body is longer than any form of Twilio's."""
    return length(request) > LONG_BODY


def length(request: HttpRequest) -> int:
    """The length of the body; 0 if it is unknown, since then nothing is read."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _form(request: HttpRequest) -> Form:
    """The form with all its values. Raises Refused where it cannot be read."""
    try:
        is_utf8 = (request.encoding or "utf-8").lower() == "utf-8"
        if is_utf8 and request.content_type == _URL_ENCODED:
            return _url_encoded(request.body)
        posted = request.POST
    except _UNREADABLE as problem:
        raise _unreadable(problem) from problem
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in posted.lists()
    }


def _url_encoded(body: bytes) -> Form:
    """What Django reads of a form in UTF-8, in a fifth of the time."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode("iso-8859-1")
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    form: dict[str, str | list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=most):
        known = form.get(name)
        if known is None:
            form[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            form[name] = [known, value]
    return form


def _unreadable(problem: Exception) -> Refused:
    # Not the text of the exception, which may quote what was sent.
    return Refused(400, f"the body is unreadable: {type(problem).__name__}")


def _raw_body(request: HttpRequest) -> bytes | None:
    """A body that is not a form, of which Twilio signs the hash; None for a form."""
    if request.content_type in FORM_TYPES:
        return None
    try:
        return request.body
    except _UNREADABLE as problem:
        raise _unreadable(problem) from problem


def _is_signed(request: HttpRequest, form: Form, tokens: list[str]) -> bool:
    signature = request.headers.get("X-Twilio-Signature", "")
    if not signature:
        return False
    raw_body = _raw_body(request)
    return any(
        signature_matches(url, form, signature, token, raw_body)
        for url in signed_urls(request)
        for token in tokens
    )


def signed_urls(request: HttpRequest) -> list[str]:
    """The URLs that Twilio may have signed: without and with our credentials."""
    url = _base_url(request) + _full_path(request)
    if not credentials():
        return [url]
    scheme, _, rest = url.partition("://")
    return [url, f"{scheme}://{credentials()}@{rest}"]


def _base_url(request: HttpRequest) -> str:
    if not settings.PUBLIC_BASE_URL:
        try:
            return f"{request.scheme}://{request.get_host()}"
        except DisallowedHost as problem:
            raise Refused(400, "the host is not allowed") from problem
    base = urlsplit(settings.PUBLIC_BASE_URL)
    return _without_credentials(base).rstrip("/")


def _full_path(request: HttpRequest) -> str:
    """The path that follows PUBLIC_BASE_URL, with the query as it came.

    A proxy's prefix that the base URL ends with is left out.
    """
    path = request.path
    prefix = request.META.get("SCRIPT_NAME", "").rstrip("/")
    base_path = urlsplit(settings.PUBLIC_BASE_URL).path.rstrip("/")
    if prefix and base_path.endswith(prefix):
        path = path.removeprefix(prefix)
    # The query as it came: Twilio signed it in its own order and encoding.
    query = request.META.get("QUERY_STRING", "")
    return escape_uri_path(path) + (f"?{query}" if query else "")
