"""Column types for Twilio's identifiers, and validators for what people type."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

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
    _("Write the number with + and country code, such as +81312345678."),
)
valid_identity = RegexValidator(
    r"^[A-Za-z0-9_]{1,121}$",
    _("A client identity has letters, digits and underscores, 121 at most."),
)
