"""Values of the API: parameters of requests, moments, errors."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.parameters import API_VERSION


class Named(Protocol):
    """A resource with its SID."""

    @property
    def sid(self) -> str: ...


N = TypeVar("N", bound=Named)

Json = str | int | bool | None | dict[str, str] | dict[str, bool]
Resource = dict[str, Json]

BAD_PARAMETER = 20001
NAME_INVALID = 20002
URL_INVALID = 21205
LONGEST_NAME = 64

# Of numbers and TwiML Apps: a parameter, and the field it sets.
_URLS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "fallback_url",
    "StatusCallback": "status_callback",
}
_METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "fallback_method",
    "StatusCallbackMethod": "status_method",
}


class Refused(Exception):
    """A request that Twilio answers with an error: status, code and a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class NotFound(Exception):
    """There is no such resource; answered as 20404 with the path."""


class Parameters:
    """Parameters of a request's query or form; a name may come twice."""

    def __init__(self, encoded: str) -> None:
        self.pairs = parse_qsl(encoded, keep_blank_values=True)

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)

    def text(self, name: str, default: str = "") -> str:
        """The last value of a name."""
        values = self.many(name)
        return values[-1] if values else default

    def many(self, name: str) -> list[str]:
        """All values of a name, in order."""
        return [value for key, value in self.pairs if key == name]

    def whole(self, name: str, default: int) -> int:
        """A whole number; Refused for anything else."""
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            raise Refused(400, BAD_PARAMETER, f"Parameter {name} is not a number")
        return int(value)

    def flag(self, name: str) -> bool:
        """Whether a value is true, in any case (libraries differ)."""
        return self.text(name).lower() == "true"

    def url(self, name: str) -> str:
        """An absolute URL or nothing; Refused for anything else (21205)."""
        value = self.text(name)
        if value and not _is_absolute(value):
            raise Refused(400, URL_INVALID, f"{name} is not a valid URL: {value}")
        return value

    def method(self, name: str, default: str = "POST") -> str:
        """GET or POST; Refused for anything else."""
        value = self.text(name, default).upper()
        if value not in ("GET", "POST"):
            raise Refused(400, BAD_PARAMETER, f"{name} must be GET or POST")
        return value

    def friendly_name(self) -> str:
        """A name of 1 to 64 characters; Refused for anything else (20002)."""
        name = self.text("FriendlyName")
        if not 1 <= len(name) <= LONGEST_NAME:
            raise Refused(400, NAME_INVALID, "Invalid FriendlyName")
        return name

    def voice_fields(self) -> dict[str, str]:
        """The given fields of a number or TwiML App, checked; Refused if one is bad."""
        values = {
            field: self.url(name) for name, field in _URLS.items() if name in self
        }
        values |= {
            field: self.method(name) for name, field in _METHODS.items() if name in self
        }
        if "FriendlyName" in self:
            values["friendly_name"] = self.friendly_name()
        return values

    def require(self, name: str) -> None:
        """Refused if there is no value."""
        if not self.text(name):
            message = f"Missing required parameter {name} in the post body"
            raise Refused(400, BAD_PARAMETER, message)


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def moment(at: datetime | None) -> str | None:
    """A moment as the API writes it: RFC 2822, UTC."""
    return format_datetime(at.astimezone(UTC)) if at else None


def is_on_days(at: datetime | None, filters: Parameters, name: str) -> bool:
    """Whether a moment passes the filters `name`, `name<` and `name>`.

    Their grain is the UTC day, both ends included, whatever time of day a library
    adds (docs/twilio.md 10.1): a client that wants less has to filter again.
    """
    asked = [
        (sign, _day(filters.text(f"{name}{sign}"), f"{name}{sign}"))
        for sign in ("", "<", ">")
        if filters.text(f"{name}{sign}")
    ]
    if not asked:
        return True
    if at is None:
        return False
    day = at.astimezone(UTC).date()
    compares = {"": day.__eq__, "<": day.__le__, ">": day.__ge__}
    return all(compares[sign](limit) for sign, limit in asked)


def _day(text: str, name: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as problem:
        message = f"Parameter {name} is not a date: {text}"
        raise Refused(400, BAD_PARAMETER, message) from problem


def known(resources: Mapping[str, N], sid: str) -> N:
    """The resource with this SID; NotFound without one."""
    for resource in resources.values():
        if resource.sid == sid:
            return resource
    raise NotFound


def uri(exchange: Exchange, place: str) -> str:
    """The path of a resource, as resources name it; `place` is that in the account."""
    return f"/{API_VERSION}/Accounts/{exchange.account.sid}/{place}.json"


def newest_first(things: Mapping[str, N]) -> list[N]:
    """In the order of the API; the mapping has the oldest first."""
    return list(things.values())[::-1]


def among(values: Sequence[str], asked: str) -> bool:
    """Whether one of the values is asked for, or nothing is."""
    return not asked or asked in values
