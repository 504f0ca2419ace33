"""Operators in the admin: who they are, which queues they serve, their PIN."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Operator, OperatorQueue
from callcenter.numbers import phone_number
from reports.admin.setup.base import ChoiceInline
from reports.admin.setup.import_cells import PIN
from reports.admin.setup.import_resources import OperatorResource
from reports.admin.setup.imports import ImportAdmin
from reports.admin.setup.typed_fields import plain


class OperatorForm(forms.ModelForm[Operator]):
    """An operator. A PIN can be set but never shown: only its hash is kept."""

    new_pin = forms.CharField(
        label=_("new PIN"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "inputmode": "numeric"}
        ),
        help_text=_("4 to 8 digits. If empty, the PIN stays as it is."),
    )
    is_pin_off = forms.BooleanField(
        label=_("switch the PIN off"),
        required=False,
        help_text=_(
            "Warning: caller ID can be forged. Without a PIN, anyone who calls"
            " with this number is taken for the operator."
        ),
    )

    class Meta:
        model = Operator
        fields = ["name", "user", "number", "client_identity", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "is_pin_off" in self.fields:
            has_no_pin = bool(self.instance.number) and not self.instance.pin
            self.fields["is_pin_off"].initial = has_no_pin

    def clean_new_pin(self) -> str:
        """Four to eight digits, or empty."""
        pin = plain(self.cleaned_data["new_pin"])
        if pin and not PIN.fullmatch(pin):
            raise ValidationError(_("A PIN has 4 to 8 digits and nothing else."))
        return pin

    def clean(self) -> dict[str, Any]:
        """Asks for a PIN, or the box that switches it off, if there is a telephone."""
        cleaned = super().clean() or self.cleaned_data
        pin, is_off = cleaned.get("new_pin", ""), cleaned.get("is_pin_off", False)
        if pin and is_off:
            self.add_error(
                "is_pin_off", _("Either enter a new PIN or switch the PIN off.")
            )
        has_pin = bool(pin or self.instance.pin)
        has_telephone = bool(cleaned.get("number"))
        if has_telephone and not has_pin and not is_off and "new_pin" in cleaned:
            self.add_error("new_pin", _("Enter a PIN, or tick “switch the PIN off”."))
        return cleaned


class OperatorQueueInline(ChoiceInline[OperatorQueue]):
    """The queues an operator serves."""

    model = OperatorQueue


@admin.register(Operator)
class OperatorAdmin(ImportAdmin[Operator]):
    """Operators: number, browser identity, queues, PIN."""

    form = OperatorForm
    resource = OperatorResource
    list_display = ["name", "shown_number", "client_identity", "serves", "has_pin"]
    list_filter = ["is_active"]
    search_fields = ["name", "number", "client_identity"]
    inlines = [OperatorQueueInline]
    what_history_keeps = _(
        "Past conversations are kept, under the number or browser identity"
        " instead of the name. To keep the name, switch the operator off."
    )
    readonly_fields = ["has_pin"]
    fieldsets = [
        (
            None,
            {"fields": ["name", "is_active", "user", "number", "client_identity"]},
        ),
        (_("PIN on the telephone"), {"fields": ["has_pin", "new_pin", "is_pin_off"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Operator]:
        return super().get_queryset(request).prefetch_related("queues")

    def get_fieldsets(self, request: HttpRequest, obj: Operator | None = None) -> Any:
        """Without the fields to change a PIN for those who may not change operators."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        (_none, person), (title, _pin) = fieldsets
        return [(None, person), (title, {"fields": ["has_pin"]})]

    @admin.display(description=_("telephone number"), ordering="number")
    def shown_number(self, operator: Operator) -> str:
        return phone_number(operator.number or "")

    @admin.display(description=_("queues"))
    def serves(self, operator: Operator) -> str:
        return ", ".join(queue.name for queue in operator.queues.all())

    @admin.display(description=_("PIN set"), boolean=True)
    def has_pin(self, operator: Operator) -> bool:
        return bool(operator.pin)

    def save_model(
        self,
        request: HttpRequest,
        obj: Operator,
        form: forms.BaseModelForm[Operator],
        change: bool,
    ) -> None:
        pin, is_off = form.cleaned_data["new_pin"], form.cleaned_data["is_pin_off"]
        if pin or is_off:
            obj.set_pin(pin)
        super().save_model(request, obj, form, change)
        if obj.number and not obj.pin:
            text = gettext(
                "%(operator)s has no PIN. Caller ID can be forged: anyone who calls"
                " with this number is taken for the operator."
            )
            messages.warning(request, text % {"operator": obj})
