"""Which callers the work list shows, and the acts posted from its buttons."""

from dataclasses import dataclass, replace
from typing import Any, Self

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from callcenter.models import AbandonedCall, FollowUpStep
from reports.worklist.tabs import ALL, DAYS, Place, Tab

Result = FollowUpStep.Result

# What people can say of a ring-back: that a call failed says Twilio alone.
RESULTS = [choice for choice in Result.choices if choice[0] != Result.FAILED]
# A note is a few sentences; what is longer belongs elsewhere.
MOST_CHARACTERS = 2000


class ListForm(forms.Form):
    """The query of the list's URL."""

    tab = forms.ChoiceField(choices=Tab.choices, required=False)
    days = forms.TypedChoiceField(
        choices=[(days, days) for days in DAYS], coerce=int, required=False
    )
    # Also of a queue that is set up no more: history keeps its calls.
    queue = forms.CharField(required=False, max_length=64)
    reason = forms.ChoiceField(choices=AbandonedCall.Reason.choices, required=False)
    q = forms.CharField(required=False, max_length=200)
    after = forms.CharField(required=False, max_length=60)

    def clean_after(self) -> Place | None:
        """The place at which the previous page ended."""
        text = self.cleaned_data["after"]
        try:
            return Place.parse(text) if text else None
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError("no place") from error


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which callers to show. An invalid part of the URL is replaced by its default."""

    tab: Tab = Tab.TODO
    days: int = ALL
    queue: str = ""
    # Why they are to be rung back: an AbandonedCall.Reason; empty for any reason.
    reason: str = ""
    # What is typed into the search box.
    q: str = ""
    after: Place | None = None
    # Whether part of the URL was invalid.
    has_errors: bool = False
    # Names of parameters that the list does not have.
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """The selection in a URL's query."""
        form = ListForm(query)
        has_errors = not form.is_valid()
        asked = form.cleaned_data
        return cls(
            Tab(asked.get("tab") or Tab.TODO),
            asked.get("days") or ALL,
            asked.get("queue", ""),
            asked.get("reason", ""),
            asked.get("q", ""),
            asked.get("after"),
            has_errors,
            tuple(name for name in query if name not in form.fields),
        )

    def parameters(self, **changes: Any) -> dict[str, str]:
        """The parameters of a URL, with changes; defaults are left out."""
        asked = replace(self, **changes)
        return {
            name: str(getattr(asked, name))
            for name in ("tab", "days", "queue", "reason", "q", "after")
            if getattr(asked, name) != getattr(_USUAL, name)
        }

    def query(self, **changes: Any) -> str:
        """The query of a URL, with changes; defaults are left out."""
        return f"?{urlencode(self.parameters(**changes))}"


_USUAL = ListQuery()


class Act(models.TextChoices):
    """What a button of the work list does."""

    CLAIM = "claim"
    RING = "ring"
    RELEASE = "release"
    ATTEMPT = "attempt"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    CORRECT = "correct"


class ActForm(forms.Form):
    """One act on a caller, with its result or text."""

    act = forms.ChoiceField(choices=Act.choices)
    result = forms.ChoiceField(
        label=_("Result"),
        choices=[("", _("Choose a result")), *RESULTS],
        required=False,
    )
    text = forms.CharField(required=False, max_length=MOST_CHARACTERS)

    def clean(self) -> dict[str, Any]:
        """Require a result for a ring-back, and a text for a note."""
        cleaned = self.cleaned_data
        act = cleaned.get("act")
        if "result" in cleaned and not self._has_result(act, cleaned["result"]):
            self.add_error("result", _("Choose the result of the ring-back."))
        if act == Act.NOTE and not cleaned.get("text") and "text" in cleaned:
            self.add_error("text", _("Enter the text of the note."))
        return cleaned

    @staticmethod
    def _has_result(act: str | None, result: str) -> bool:
        """Whether an act that needs a result has one that says something."""
        if act == Act.CORRECT:
            return result not in ("", Result.REACHED)
        return act != Act.ATTEMPT or bool(result)
