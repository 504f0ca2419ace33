"""Form fields that take what the pages show, as people type or copy it.

Full-width characters count as their ASCII forms everywhere.
"""

import re
import unicodedata
from datetime import date, time
from typing import Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import BusinessHours
from callcenter.models.fields import valid_audio, valid_number
from callcenter.numbers import phone_number, typed_number

_WEEKDAY = re.compile(r"\s*\([^()]*\)$")
_LENGTH = re.compile(r"([0-9]+):([0-5][0-9]):([0-5][0-9])")
_UNIT = re.compile(r"\s*(?:秒|s|secs?|seconds?)$", re.IGNORECASE)

# www.example.com/hello.mp3, not hello.mp3 or sounds/hello.mp3.
_HOST_FIRST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?/")


def plain(value: object) -> str:
    """A text with full-width characters as ASCII, and stripped."""
    return unicodedata.normalize("NFKC", str(value or "")).strip()


class NumberField(forms.CharField):
    """A telephone number in national or international form, with any separators."""

    default_validators = [valid_number]

    def __init__(self, **kwargs: Any) -> None:
        # Separators may exceed the length of the column; the validator keeps to it.
        super().__init__(**{**kwargs, "max_length": None})
        self.help_text = self.help_text or _("03-1234-5678 or +81312345678.")

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return typed_number(text) if text else text

    def prepare_value(self, value: Any) -> Any:
        """As lists show it, if that names the same number again."""
        shown = phone_number(value) if isinstance(value, str) else value
        return shown if value and typed_number(shown) == value else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """With the keys of a telephone on a telephone."""
        return {**super().widget_attrs(widget), "inputmode": "tel"}


class DayField(forms.DateField):
    """A day as the pages write it in the reader's language, or as 2027-01-31."""

    def to_python(self, value: Any) -> date | None:
        typed = _WEEKDAY.sub("", plain(value)) if isinstance(value, str) else value
        return super().to_python(typed)


class ClockField(forms.TimeField):
    """A time of the day."""

    def to_python(self, value: Any) -> time | None:
        return super().to_python(plain(value) if isinstance(value, str) else value)


class ClosingField(ClockField):
    """The time a span ends; 24:00 is the end of the day, which is kept as 00:00."""

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, str) and plain(value) in ("24:00", "24:00:00"):
            return time(0)
        return super().to_python(value)


class SecondsField(forms.IntegerField):
    """A length of time in seconds, or as the pages write it: 0:10:00."""

    default_error_messages = {
        "invalid": _("Enter a number of seconds, such as 600 or 0:10:00.")
    }

    def to_python(self, value: Any) -> int | None:
        if not isinstance(value, str):
            return super().to_python(value)
        text = plain(value)
        if found := _LENGTH.fullmatch(text):
            hours, minutes, seconds = map(int, found.groups())
            return hours * 3600 + minutes * 60 + seconds
        return super().to_python(_UNIT.sub("", text))


class AudioInput(forms.TextInput):
    """The address of an audio file, with a link to listen to it.

    A player in the page would load the file from another host.
    """

    def __init__(self) -> None:
        example = "https://www.example.com/hello.mp3"
        super().__init__({"size": 28, "inputmode": "url", "placeholder": example})

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        try:
            valid_audio(str(value or ""))
        except ValidationError:
            return field
        return format_html(
            '{} <a href="{}" target="_blank" rel="noreferrer">{}</a>',
            field,
            value,
            gettext("Listen"),
        )


class AudioField(forms.CharField):
    """The address of an audio file; https where it begins with the name of a host."""

    widget = AudioInput
    default_validators = [valid_audio]

    def to_python(self, value: Any) -> Any:
        address = super().to_python(value)
        return f"https://{address}" if _HOST_FIRST.match(address or "") else address


class TypedFields(BaseModelAdmin[Any]):
    """Pages and inline rows of the admin whose forms have these fields."""

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        return super().formfield_for_dbfield(
            db_field, request, **{**_options(db_field), **kwargs}
        )


def day(text: str) -> date | None:
    """The day that a text names in the reader's language; None if it names none."""
    try:
        return DayField().to_python(text)
    except ValidationError:
        return None


def _options(column: models.Field[Any, Any]) -> dict[str, Any]:
    """The form field of a column, and its widget where the admin's would refuse it."""
    if isinstance(column, models.URLField):
        return {"form_class": AudioField, "widget": AudioInput()}
    if valid_number in column.validators:
        return {"form_class": NumberField}
    if isinstance(column, models.DateField):
        return {"form_class": DayField}
    if column == BusinessHours._meta.get_field("closes_at"):
        return {"form_class": ClosingField}
    if isinstance(column, models.TimeField):
        return {"form_class": ClockField}
    if column.name.endswith("_seconds"):
        attrs = {"class": "vIntegerField", "inputmode": "numeric"}
        return {"form_class": SecondsField, "widget": forms.TextInput(attrs=attrs)}
    return {}
