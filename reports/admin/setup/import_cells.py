"""Cells of an imported file as values of the setup, and back.

A cell that cannot be read raises ValueError with a sentence for the reader.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from import_export import widgets

from callcenter.models import PhoneLine, Queue
from callcenter.models.pins import check_pin
from callcenter.numbers import international_form, typed_number
from reports.admin.setup import typed_fields
from reports.admin.setup.typed_fields import plain

_YES = {"yes", "y", "true", "1", "on", "はい", "有効", "○"}
_NO = {"no", "n", "false", "0", "off", "いいえ", "無効", "×"}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
# In a cell for a PIN: no PIN is wanted. An empty cell leaves the PIN as it is.
PIN_OFF = "off"


class Words(widgets.Widget):
    """Text as it is; None becomes the empty text."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return str(value or "")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class WordsOrNone(Words):
    """Text of a column that is unique if not null: an empty cell becomes None."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return plain(value) or None


class Number(WordsOrNone):
    """A telephone number in any notation, also without the plus that Excel removes."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = plain(value)
        return international(text) if text else None


class YesOrNo(widgets.Widget):
    """Yes or no in words of either language; an empty cell means yes."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        text = plain(value).casefold()
        if not text or text in _YES:
            return True
        if text in _NO:
            return False
        raise ValueError(gettext("“%(text)s” is neither yes nor no.") % {"text": value})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return gettext("yes") if value else gettext("no")


class Day(widgets.Widget):
    """A day, written as 2027-01-01 or 2027/1/1, or as the pages write it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date:
        found = _DAY.fullmatch(plain(value))
        try:
            if found:
                year, month, day = map(int, found.groups())
                return date(year, month, day)
        except ValueError:
            pass
        if typed := typed_fields.day(str(value or "")):
            return typed
        raise ValueError(
            gettext("“%(text)s” is not a date: write it as 2027-01-31.")
            % {"text": value}
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class Line(widgets.Widget):
    """A line by its number or name; an empty cell means all lines."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> PhoneLine | None:
        text = plain(value)
        if not text:
            return None
        line = PhoneLine.objects.filter(number=international(text)).first()
        # As lists and forms write it: the name, or the name and the number.
        named = [
            each
            for each in PhoneLine.objects.all()
            if text in (plain(each.name), plain(each))
        ]
        line = line or (named[0] if len(named) == 1 else None)
        if line is None:
            raise ValueError(
                gettext("There is no line with the number or name %(text)s.")
                % {"text": value}
            )
        return line

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.number if value else ""


class Queues(widgets.ManyToManyWidget):
    """Queues by their codes or names, separated by commas; codes by spaces too."""

    def __init__(self) -> None:
        super().__init__(Queue, separator=" ", field="slug")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        rows = Queue.objects.values_list("slug", "name")
        names = Counter(plain(name).casefold() for _slug, name in rows)
        known = {
            plain(name).casefold(): slug
            for slug, name in rows
            if names[plain(name).casefold()] == 1
        } | {slug.casefold(): slug for slug, _name in rows}
        words: list[str] = []
        for part in re.split(r"[,;、\n]+", plain(value)):
            text = part.strip()
            # A name may contain spaces.
            words += [text] if text.casefold() in known else text.split()
        unknown = {word for word in words if word.casefold() not in known}
        if unknown:
            raise ValueError(
                gettext("There is no queue with the code or name %(codes)s.")
                % {"codes": ", ".join(sorted(unknown))}
            )
        slugs = {known[word.casefold()] for word in words}
        return Queue.objects.filter(slug__in=slugs)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        queues: Iterable[Queue] = value.all() if value else []
        return " ".join(sorted(queue.slug for queue in queues))


def international(text: str) -> str:
    """A number in E.164 from any notation; returned as it is if it is none.

    Raises ValueError for a number that Excel has rounded, such as 8.13E+10.
    """
    if re.fullmatch(r"[0-9.]+E\+?[0-9]+", text, re.IGNORECASE):
        raise ValueError(
            gettext(
                "Excel has shortened this number (%(text)s): format its column as text."
            )
            % {"text": text}
        )
    number = typed_number(text)
    # Excel removes the plus, and the 0 of a national number.
    is_bare = number == text and re.fullmatch(r"[1-9][0-9]+", text)
    return international_form(text) if is_bare else number


def checked_pin(text: str) -> str:
    """The digits of a PIN, PIN_OFF, or empty; raises ValueError for anything else."""
    pin = plain(text).casefold()
    if pin and pin != PIN_OFF:
        try:
            check_pin(pin)
        except ValidationError as problem:
            raise ValueError(" ".join(problem.messages)) from problem
    return pin
