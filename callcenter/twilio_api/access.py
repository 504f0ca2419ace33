"""With which credentials, and where, Twilio is asked. Imports nothing of Twilio's."""

import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TWILIO = "https://api.twilio.com"
_CONNECT_SECONDS = 0.5
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NotConfigured(Exception):
    """Twilio cannot be asked by these settings; the text is a sentence about why."""


@dataclass(frozen=True, slots=True)
class Access:
    """The account, who asks (the account itself or an API key), and where."""

    account_sid: str
    user: str
    password: str
    base: SplitResult

    @property
    def address(self) -> str:
        """Where Twilio is asked, for sentences."""
        return self.base.geturl()

    @property
    def is_loopback(self) -> bool:
        """Whether it is a program of this machine, such as the stand-in."""
        return is_loopback(self.base)

    @property
    def settings(self) -> str:
        """The settings that the credentials came from, for sentences."""
        if self.user == self.account_sid:
            return "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
        return "TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET"


def access() -> Access:
    """Read the settings. Raises NotConfigured where they do not suffice."""
    sid = settings.TWILIO_ACCOUNT_SID
    key, secret = settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET
    if not sid:
        raise NotConfigured("Twilio cannot be asked without TWILIO_ACCOUNT_SID.")
    if bool(key) != bool(secret):
        raise NotConfigured(
            "Of TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET one is missing: set both"
            " or none."
        )
    if not (key or settings.TWILIO_AUTH_TOKEN):
        raise NotConfigured(
            "Twilio cannot be asked without TWILIO_AUTH_TOKEN, or TWILIO_API_KEY_SID"
            " and TWILIO_API_KEY_SECRET."
        )
    used = {"TWILIO_ACCOUNT_SID": sid}
    if key:
        used |= {"TWILIO_API_KEY_SID": key, "TWILIO_API_KEY_SECRET": secret}
    else:
        used |= {"TWILIO_AUTH_TOKEN": settings.TWILIO_AUTH_TOKEN}
    for name, text in used.items():
        if not re.fullmatch(r"[!-~]+", text):
            raise NotConfigured(
                f"{name} has characters that no credentials of Twilio have: copy it"
                " again from the Twilio console."
            )
    if not is_base_url(settings.TWILIO_API_BASE_URL or TWILIO):
        raise NotConfigured(
            "TWILIO_API_BASE_URL is not of the form https://host, nor http:// with a"
            " host of this machine."
        )
    return Access(
        account_sid=sid,
        user=key or sid,
        password=secret or settings.TWILIO_AUTH_TOKEN,
        base=urlsplit(settings.TWILIO_API_BASE_URL or TWILIO),
    )


def answers(way: Access) -> bool:
    """Whether a program listens where Twilio is asked: one of this machine, at once."""
    address = (way.base.hostname or "", way.base.port or 80)
    try:
        socket.create_connection(address, timeout=_CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def is_base_url(text: str) -> bool:
    """Whether it is scheme and host alone, and safe for credentials.

    They travel unencrypted inside this machine only.
    """
    try:
        parts = urlsplit(text)
        is_plain = (parts.port is None or parts.port > 0) and not (
            parts.path.strip("/") or parts.query or parts.fragment
        )
    except ValueError:
        return False
    if not is_plain or not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts))


def is_loopback(base: SplitResult) -> bool:
    """Whether the host of an address is this machine."""
    return base.hostname in _LOOPBACK
