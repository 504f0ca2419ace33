"""A webhook's URL as Twilio reads it: credentials, overrides, signature."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from callcenter.standin.twiml.errors import Refused

RETRY_WORDS = frozenset({"4xx", "5xx", "ct", "rt"})


@dataclass(frozen=True)
class Overrides:
    """What the URL's fragment sets, in seconds (docs/twilio.md 9.1)."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})


@dataclass(frozen=True)
class Address:
    """A URL without userinfo and fragment, and what these said."""

    url: str
    user: str = ""
    password: str = ""
    overrides: Overrides = Overrides()

    @property
    def host(self) -> str:
        """Give the host and port."""
        return urlsplit(self.url).netloc

    @property
    def has_credentials(self) -> bool:
        """Whether the URL carried user and password."""
        return bool(self.user or self.password)

    def authorization(self) -> str:
        """Give the Basic header's value."""
        pair = f"{self.user}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode()


def resolve(base: str, url: str, carry_credentials: bool = True) -> str:
    """Give an absolute URL; an empty one means the document's own.

    Whether Twilio carries credentials over to a relative URL is not established
    (docs/twilio.md 15.11): by default it does.
    """
    if not url:
        return base
    if url.startswith(("http://", "https://")):
        return url
    try:
        absolute = urljoin(base, url)
    except ValueError:
        return url  # refused when it is read
    if not carry_credentials and not urlsplit(url).netloc:
        parts = urlsplit(absolute)
        absolute = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return absolute


def read(url: str) -> Address:
    """Take a URL apart; Refused with 11100 or 11243."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as problem:
        raise Refused(11100, url) from problem
    if parts.scheme not in ("http", "https") or not host or "_" in host:
        raise Refused(11100, url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="")
    return Address(
        urlunsplit(bare),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        overrides(parts.fragment),
    )


@lru_cache(maxsize=64)
def overrides(fragment: str) -> Overrides:
    """Read a fragment such as rc=2&rp=5xx,rt; values are kept in range."""
    given = dict(parse_qsl(fragment, keep_blank_values=True))
    retry_on = frozenset(given.get("rp", "ct").split(","))
    if retry_on == {"all"}:
        retry_on = RETRY_WORDS
    if not retry_on <= RETRY_WORDS:
        raise Refused(11243, given["rp"])
    return Overrides(
        _number(given, "ct", 100, 10_000, 5_000) / 1000,
        _number(given, "rt", 100, 15_000, 15_000) / 1000,
        _number(given, "tt", 100, 15_000, 15_000) / 1000,
        _number(given, "rc", 0, 5, 1),
        retry_on,
    )


def with_query(url: str, form: Mapping[str, str]) -> str:
    """Add the parameters to the query, as for a GET."""
    parts = urlsplit(url)
    added = urlencode(form)
    return urlunsplit(
        parts._replace(query=f"{parts.query}&{added}" if parts.query else added)
    )


def signature(url: str, form: Mapping[str, str], auth_token: str) -> str:
    """Sign as Twilio does for voice: without the port of https (docs/twilio.md 7.1)."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.port is not None:
        url = urlunsplit(
            parts._replace(netloc=parts.netloc.removesuffix(f":{parts.port}"))
        )
    signed = url + "".join(name + form[name] for name in sorted(form))
    code = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1)
    return base64.b64encode(code.digest()).decode()


def _number(
    given: Mapping[str, str], name: str, least: int, most: int, default: int
) -> int:
    value = given.get(name, "")
    is_number = value.isascii() and value.isdecimal() and len(value) < 10
    return min(most, max(least, int(value))) if is_number else default
