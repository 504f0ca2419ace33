"""Forms for the requests of the script of a telephone page."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callcenter.standin.phone.page_texts import spoken_language

# Twilio's From when the caller withholds the number.
WITHHELD = "anonymous"
MOST_NEWS = 1_000_000


class PlaceForm(forms.Form):
    """Places a call: who calls which line; `read` makes E.164 of a typed number."""

    line = forms.ChoiceField(
        error_messages={
            "required": _("Choose a number to call."),
            "invalid_choice": _("There is no such line."),
        }
    )
    caller = forms.CharField(required=False, max_length=40)
    withheld = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,
        lines: Sequence[str],
        read: Callable[[str], str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._read = read
        self.fields["line"].choices = [(line, line) for line in lines]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Gives the number as E.164, or Twilio's word for a withheld one."""
        cleaned = super().clean() or {}
        if cleaned.get("withheld"):
            return cleaned | {"caller": WITHHELD}
        number = self._read(cleaned.get("caller", ""))
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
            self.add_error(
                "caller",
                _(
                    "Write your number as 050-0000-0301, or with + and the code of"
                    " its country, as +815000000301."
                ),
            )
        return cleaned | {"caller": number}


class PressForm(forms.Form):
    """Presses keys."""

    digits = forms.RegexField(
        r"\A[0-9*#]{1,32}\Z",
        error_messages={
            "required": _("A telephone has the keys 0 to 9, * and #."),
            "invalid": _("A telephone has the keys 0 to 9, * and #."),
        },
    )


class SayForm(forms.Form):
    """Says a sentence to the other end."""

    text = forms.CharField(
        max_length=500, error_messages={"required": _("Write what you want to say.")}
    )

    def clean(self) -> dict[str, Any]:
        """Adds the language of the voice that reads it at the other end."""
        return (super().clean() or {}) | {"language": spoken_language()}


class NewsForm(forms.Form):
    """Asks for news from number `since` on; waits `wait` seconds if there are none."""

    since = forms.IntegerField(min_value=0, max_value=MOST_NEWS)
    changes = forms.IntegerField(min_value=0)
    wait = forms.IntegerField(min_value=0, max_value=2)
