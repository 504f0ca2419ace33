"""The form of a trial call: where it starts, when, in which language, and the keys."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.models import Language
from reports.callflow.trial import INPUTS

MOST_INPUTS = 100
_LINE, _MENU = "line", "menu"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


class TryForm(forms.Form):
    """A GET form. Day and time are now if empty, the language is that of the line."""

    start = forms.ChoiceField(label=_("Start at"))
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )
    at = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("as the line")), *Language.choices],
    )
    keys = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        lines: list[tuple[str, str]],
        menus: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"] = forms.ChoiceField(
            label=_("Start at"),
            choices=[
                (_("Lines"), [(f"{_LINE}:{key}", name) for key, name in lines]),
                (_("Menus"), [(f"{_MENU}:{key}", name) for key, name in menus]),
            ],
        )

    def clean_keys(self) -> str:
        """Only keys of a telephone, silence and hanging up are valid, 100 at most."""
        keys: str = self.cleaned_data["keys"]
        if set(keys) - INPUTS:
            raise ValidationError(_("A telephone has no such key. Start over."))
        if len(keys) > MOST_INPUTS:
            raise ValidationError(_("Too many keys. Start over."))
        return keys

    @property
    def line(self) -> str:
        """The number of the line to start at; empty when it starts at a menu."""
        return self._start(_LINE)

    @property
    def menu(self) -> str:
        """The menu to start at; empty when it starts at a line."""
        return self._start(_MENU)

    def moment(self, now: datetime) -> datetime:
        """The moment of the trial call, in the time zone of the call center."""
        zone = timezone.get_default_timezone()
        local = timezone.localtime(now, zone)
        day: date = self.cleaned_data["day"] or local.date()
        clock: time = self.cleaned_data["at"] or local.time()
        return timezone.make_aware(datetime.combine(day, clock), zone)

    def _start(self, kind: str) -> str:
        found, _colon, key = self.cleaned_data["start"].partition(":")
        return str(key) if found == kind else ""
