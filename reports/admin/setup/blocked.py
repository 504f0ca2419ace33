"""Blocked numbers in the admin."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from callcenter.models import BlockedNumber, Operator
from reports.admin.setup.base import SetupAdmin


class BlockedNumberForm(forms.ModelForm[BlockedNumber]):
    """A number of somebody outside."""

    def clean_number(self) -> str:
        """Refuses an operator's number: it would seem to be blocked, and is not."""
        number: str = self.cleaned_data["number"]
        if operator := Operator.objects.filter(number=number).first():
            raise ValidationError(
                _("This is the number of the operator %(operator)s."),
                params={"operator": operator},
            )
        return number


@admin.register(BlockedNumber)
class BlockedNumberAdmin(SetupAdmin[BlockedNumber]):
    """Callers whose calls are not taken."""

    form = BlockedNumberForm
    list_display = ["__str__", "note"]
    search_fields = ["number", "note"]
    what_history_keeps = _("Past calls are kept. From now on this number gets through.")
