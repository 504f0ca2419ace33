"""Column types for Twilio's identifiers, and validators for what people type."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from callcenter.dialling import has_prefix, may_dial
from callcenter.numbers import E164_PATTERN


class AsciiField(models.CharField[str, str]):
    """ASCII text of fixed length, compared byte by byte.

    On MariaDB and MySQL an index then takes one byte a character. SQLite compares text
    byte by byte anyway.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        if connection.vendor == "mysql":
            return f"char({self.max_length}) CHARACTER SET ascii COLLATE ascii_bin"
        return super().db_type(connection)


class CallerField(models.CharField[str, str]):
    """Whoever calls: a number, or a text as it came. Compared character by character.

    The usual collations of MariaDB and MySQL would take `sip:Satō` and `sip:sato` for
    one caller.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 255, "blank": True} | kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        if connection.vendor == "mysql":
            size = f"varchar({self.max_length})"
            return f"{size} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        return super().db_type(connection)


class SidField(AsciiField):
    """A Twilio identifier: two letters, 32 hexadecimal digits (docs/twilio.md 1.7)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 34
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, list(args), dict(kwargs)


valid_queue_sid = RegexValidator(
    r"^QU[0-9a-fA-F]{32}$", _("A queue SID is QU and 32 hexadecimal digits.")
)
valid_number = RegexValidator(
    rf"^{E164_PATTERN}\Z",
    _("Write a telephone number as 03-1234-5678 or +81312345678."),
)
valid_identity = RegexValidator(
    r"^[A-Za-z0-9_]{1,121}$",
    _("A client identity has letters, digits and underscores, 121 at most."),
)
valid_keypad_digits = RegexValidator(
    r"^[0-9]{1,3}\Z", _("Digits on the telephone are one to three, from 0 to 9.")
)

# Names of hosts that mean nothing outside of the network in which they are used.
_PRIVATE_NAME = re.compile(
    r"(.*\.)?(localhost|local|localdomain|internal|intranet|lan|home|corp)|[^.:]*"
)


def valid_audio(address: str) -> None:
    """Refuse an address that Twilio cannot fetch an audio file from, and say why."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
        is_address = bool(parts.netloc) and (parts.port is None or parts.port > 0)
    except ValueError:
        host, is_address = "", False
    scheme = address.partition("://")[0].lower() if "://" in address else ""
    if scheme not in ("", "http", "https", "file"):
        said = _("Twilio fetches audio by https or http, not by %(scheme)s.")
        raise ValidationError(said, params={"scheme": scheme})
    if scheme in ("", "file"):
        raise ValidationError(
            _(
                "This is not a web address. Put the file on a web server, and enter its"
                " address, such as https://www.example.com/hello.mp3."
            )
        )
    if not is_address or not host or re.search(r"[\s\\<>\"]", address):
        raise ValidationError(
            _("Enter an address such as https://www.example.com/hello.mp3.")
        )
    if _is_private(host):
        said = _(
            "Twilio cannot reach “%(host)s”: it is not known outside of its own"
            " network. Enter the address that the file has in the internet."
        )
        raise ValidationError(said, params={"host": host})


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return bool(_PRIVATE_NAME.fullmatch(host.lower()))


def check_dialled(number: str, field: str) -> None:
    """Refuse a number that Twilio is not told to dial, and say why; empty is none.

    Raises ValidationError for the field.
    """
    if not number or may_dial(number):
        return
    if has_prefix(number):
        raise ValidationError(
            {
                field: _(
                    "This number is not dialled from here: its length is that of no"
                    " number of its country, or it is one of an emergency service, or"
                    " whoever calls it pays more (0570, 0990)."
                )
            }
        )
    text = _("Only numbers that begin with %(prefixes)s are dialled from here.")
    shown = {"prefixes": ", ".join(settings.DIAL_PREFIXES)}
    raise ValidationError({field: text % shown})
