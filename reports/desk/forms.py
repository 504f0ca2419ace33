"""What the script of the desk posts."""

from typing import Any

from django import forms

from callcenter.history.desk_states import Act
from callcenter.models import Call, OperatorState, WrapUpCode
from callcenter.params import call_sid
from reports.worklist.forms import MOST_CHARACTERS

# That a page has gone is the worker's to say.
_ACTS = [act.value for act in Act if act is not Act.TIMED_OUT]


class ActForm(forms.Form):
    """An act of the operator, the reason of not being ready, and the leg it ends.

    `take`: the operator signs in here, whatever other browser is the desk.
    """

    act = forms.ChoiceField(choices=[(act, act) for act in _ACTS])
    reason = forms.ChoiceField(choices=OperatorState.Reason.choices, required=False)
    leg = forms.CharField(max_length=34, required=False)
    take = forms.BooleanField(required=False)

    def __init__(self, *args: Any, operator: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._operator = operator

    def clean_leg(self) -> str:
        """Only a leg of the operator's own ends by the act."""
        leg = str(self.cleaned_data["leg"])
        if not leg:
            return ""
        sid = call_sid(leg)
        if not sid or Call.objects.filter(sid=sid).exclude(from_raw=self._operator):
            raise forms.ValidationError("not a leg of this operator")
        return sid


class WrapUpForm(forms.Form):
    """The code and the note of a conversation."""

    conversation = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    code = forms.CharField(max_length=64, required=False)
    note = forms.CharField(max_length=MOST_CHARACTERS, required=False)

    def clean_code(self) -> str:
        """One of the codes of the setup, also one that was switched off meanwhile."""
        code = str(self.cleaned_data["code"])
        if code and not WrapUpCode.objects.filter(code=code).exists():
            raise forms.ValidationError("no such code")
        return code
