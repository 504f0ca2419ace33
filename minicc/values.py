"""What the text of a setting says, or the sentence that says why it says nothing.

Each raises ImproperlyConfigured, whose text names the setting and what it may be.
"""

import re
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

# As django-environ reads them: smtps is STARTTLS, too.
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 587, "smtp+ssl": 465}
# As django-environ reads them.
_ON = {"1", "true", "on", "ok", "y", "yes"}
_OFF = {"", "0", "false", "off", "n", "no"}
# Shorter ones can be guessed.
_SHORTEST_SECRET = 16
# Django refuses a zone that is not there, if the folder is.
_ZONES = Path("/usr/share/zoneinfo")


def whole_number(name: str, text: str, default: int, *, least: int, most: int) -> int:
    """The number that a setting says; `default` where it is empty."""
    text = text.strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise ImproperlyConfigured(
            f"{name} is {text!r}: write a whole number from {least} to {most}."
        )
    return int(text)


def is_on(name: str, text: str) -> bool:
    """Whether a setting is switched on; an empty one is not."""
    word = text.strip().lower()
    if word not in _ON | _OFF:
        raise ImproperlyConfigured(f"{name} is {text!r}: write 1 for on or 0 for off.")
    return word in _ON


def secret(name: str, text: str) -> str:
    """A secret that is long enough, or an empty text."""
    if text and len(text) < _SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"{name} is too short to be a secret: write at least {_SHORTEST_SECRET}"
            " characters, or nothing."
        )
    return text


def web_address(name: str, text: str) -> SplitResult:
    """The parts of an address; all are empty without one.

    Whether Twilio can call it is a question for callcenter.checks.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port  # its range is looked at when it is asked for
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is {text!r}: write an address such as https://cc.example.com."
        ) from error
    return parts


def time_zone(name: str) -> str:
    """The name of a time zone that this machine knows."""
    try:
        ZoneInfo(name)
        is_known = not _ZONES.exists() or _ZONES.joinpath(name).exists()
    except (KeyError, ValueError, OSError):
        is_known = False
    if not is_known:
        raise ImproperlyConfigured(
            f"TIME_ZONE is {name!r}: write the name of a time zone, such as Asia/Tokyo."
        )
    return name


def language(code: str, known: Sequence[tuple[str, str]]) -> str:
    """The code of a language that pages are in."""
    codes = [each for each, _name in known]
    if code not in codes:
        raise ImproperlyConfigured(
            f"LANGUAGE_CODE is {code!r}: write {' or '.join(codes)}."
        )
    return code


def days_to_keep(name: str, text: str) -> int | None:
    """The number of days, from 1, that a setting says; None where it is empty."""
    text = text.strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) == 0:
        raise ImproperlyConfigured(
            f"{name} is {text!r}: write a whole number of days from 1, or nothing to"
            " keep them for ever."
        )
    return int(text)


def mail_server(url: str) -> dict[str, Any] | None:
    """The mail server of an address; None for an empty one: no mail is sent.

    Only servers that speak SMTP are known.
    """
    if not url.strip():
        return None
    scheme = ""
    try:
        scheme = urlsplit(url).scheme
        found = environ.Env.email_url_config(url) if scheme in _MAIL_PORTS else {}
    except ValueError:
        found = {}
    if not found.get("EMAIL_HOST"):
        raise ImproperlyConfigured(
            "EMAIL_URL is no address of a mail server, such as"
            " smtp+tls://user:password@mail.example.com:587."
        )
    return {
        "host": found["EMAIL_HOST"],
        "port": found["EMAIL_PORT"] or _MAIL_PORTS[scheme],
        "user": found["EMAIL_HOST_USER"] or "",
        "password": found["EMAIL_HOST_PASSWORD"] or "",
        "has_ssl": found.get("EMAIL_USE_SSL", False),
        "has_tls": found.get("EMAIL_USE_TLS", False),
    }


def sender(text: str) -> str:
    """An address from which mail is sent, with or without a name."""
    name, _at, host = parseaddr(text)[1].rpartition("@")
    if not name or not host or not text.isprintable():
        raise ImproperlyConfigured(
            "DEFAULT_FROM_EMAIL is no address, such as MiniCC <minicc@example.com>."
        )
    return text
