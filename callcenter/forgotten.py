"""What stands in place of a caller's number once it is forgotten. No database.

The pseudonym is made by chance and of letters: it says nothing of the number, and
whoever has both cannot prove that they belong together. It joins the calls of one
forgotten caller, as counts of callers need it (docs/forgetting.md).
"""

import re
import secrets
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import phonenumbers

from callcenter.numbers import (
    HOME_COUNTRY_CODE,
    e164,
    is_withheld,
    number_in,
    phone_number,
)
from callcenter.params import TYPED_PARAMS

PREFIX = "forgotten-"
# The first text behind all pseudonyms, character by character.
AFTER_PREFIX = "forgotten."
# In place of a number within a longer text, which joins nothing.
BLANK = "***"
_LETTERS = 16
# Fewer may be anything: a day, a length, keys of a menu.
_FEWEST_DIGITS = 7
_BETWEEN = r"[\s().\-/‐‑‒–—―−ーｰ－（）．・／]{0,2}"
_DIGIT = "0-9０-９"

# The fields of a form that name the person outside, by who rang whom: a `From`, or the
# `To` of a call of ours. What else is known of the person is left out.
_NAMING = {"From": ("From", "Caller"), "To": ("To", "Called")}
_NAMES = {name for names in _NAMING.values() for name in names}
_ABOUT = {
    side: {f"{name}{what}" for name in names for what in ("City", "State", "Zip")}
    | {f"{name}Country" for name in names}
    for side, names in _NAMING.items()
}
# `CalledVia` is the number of `ForwardedFrom`; add-ons look up names and addresses.
_ABOUT_ANYBODY = {
    *("CallerName", "ForwardedFrom", "CalledVia", "AddOns"),
    *("SipCallId", "SipSourceIp"),
}
_SIP_HEADER = "SipHeader_"

Form = dict[str, Any]


def new_pseudonym() -> str:
    """A pseudonym that nobody has yet."""
    letters = (secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))
    return PREFIX + "".join(letters)


def is_forgotten(caller: str) -> bool:
    """Whether a caller is a pseudonym."""
    return caller.startswith(PREFIX)


@dataclass(frozen=True)
class Forgetting:
    """One caller, a number or a text as it came, and the pseudonym in its place."""

    caller: str
    pseudonym: str

    def text(self, text: str) -> str:
        """The text with the pseudonym for the number alone, else with it blanked."""
        if self._written and number_in(text) == self.caller:
            return self.pseudonym
        return self.blanked(text)

    def name(self, text: str) -> str:
        """The same for a text that names a caller, also one who has no number."""
        return self.pseudonym if text == self.caller else self.text(text)

    def blanked(self, text: str) -> str:
        """The text with the number blanked: what was typed or said names nobody."""
        return self._written.sub(BLANK, text) if self._written else text

    def form(self, form: Form) -> Form:
        """A form without the number."""
        return {
            name: self._each(value, self._change_of(name))
            for name, value in form.items()
        }

    def _change_of(self, field: str) -> Callable[[str], str]:
        if field in TYPED_PARAMS:
            return self.blanked
        return self.name if field in _NAMES else self.text

    @staticmethod
    def _each(value: Any, change: Callable[[str], str]) -> Any:
        if isinstance(value, list):
            return [change(one) if isinstance(one, str) else one for one in value]
        return change(value) if isinstance(value, str) else value

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Digits, one run of which every text with the number has."""
        last = self.caller[-4:]
        full_width = last.translate(
            {ord(digit): ord(digit) - ord("0") + ord("０") for digit in "0123456789"}
        )
        return tuple(dict.fromkeys((last, full_width, last[::-1])))

    @cached_property
    def long_parts(self) -> tuple[str, ...]:
        """The same for forms, which programs have written: longer, so found faster."""
        national = self._national
        shown = phone_number(self.caller).partition("-")[2] or national
        return tuple(dict.fromkeys((national, shown)))

    @property
    def _national(self) -> str:
        try:
            return str(phonenumbers.parse(self.caller).national_number)
        except phonenumbers.NumberParseException:
            return self.caller.removeprefix("+")

    @cached_property
    def _written(self) -> re.Pattern[str] | None:
        """The number in any writing; None for a caller who is known by a text."""
        digits = e164(self.caller).removeprefix("+")
        if len(digits) < _FEWEST_DIGITS:
            return None
        # A code of the country may have the national trunk prefix behind it.
        national = self._national
        code = digits.removesuffix(national)
        trunk = rf"(?:[(（]?[0０][)）]?{_BETWEEN})?"
        forms = [
            rf"(?:(?:[+＋]|%2B|[0０]{{2}}){_BETWEEN})?"
            + _spaced(code)
            + _BETWEEN
            + trunk
            + _spaced(national)
        ]
        if code == str(HOME_COUNTRY_CODE):
            forms.append(rf"[(（]?[0０]{_BETWEEN}" + _spaced(national))
        forms.append(_spaced(digits[::-1]) + r"[+＋]?")
        return re.compile(
            rf"(?<![{_DIGIT}A-Za-z])(?:{'|'.join(forms)})(?![{_DIGIT}])",
            re.IGNORECASE,
        )


def _spaced(digits: str) -> str:
    return _BETWEEN.join(f"[{one}{chr(ord('０') + int(one))}]" for one in digits)


def side_of(is_rung: bool) -> str:
    """The field that names the person outside: `To` where we have rung."""
    return "To" if is_rung else "From"


def form_without_caller(form: Form, side: str, pseudonym: str) -> Form:
    """A form of a forgotten call: who the person outside is does not stand in it.

    `side` is `From` or `To`. Also a number of another writing than the one that was
    forgotten goes, and where else in the form it stands.
    """
    named = {
        text
        for name in _NAMING[side]
        for text in _texts(form.get(name))
        if not is_withheld(text) and not is_forgotten(text)
    }
    left_out = _ABOUT[side] | _ABOUT_ANYBODY
    kept = {
        name: value
        for name, value in form.items()
        if name not in left_out and not name.startswith(_SIP_HEADER)
    }
    for text in sorted(named):
        kept = Forgetting(number_in(text) or text, pseudonym).form(kept)
        for name in _NAMING[side]:
            if name in kept:
                kept[name] = _replaced(kept[name], text, pseudonym)
    return kept


def _replaced(value: Any, text: str, pseudonym: str) -> Any:
    if isinstance(value, list):
        return [pseudonym if one == text else one for one in value]
    return pseudonym if value == text else value


def _texts(value: Any) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]
