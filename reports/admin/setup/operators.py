"""Operators in the admin: who they are, which queues they serve, their PIN."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Operator, OperatorPin, OperatorQueue, WrongPins
from callcenter.models.pins import check_pin
from callcenter.numbers import phone_number
from reports.admin.setup.base import ChoiceInline
from reports.admin.setup.import_resources import OperatorResource
from reports.admin.setup.imports import ImportAdmin
from reports.admin.setup.typed_fields import plain
from reports.present import formats


class OperatorForm(forms.ModelForm[Operator]):
    """An operator. A PIN can be set but never shown: only its hash is kept."""

    new_pin = forms.CharField(
        label=_("new PIN"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "inputmode": "numeric"}
        ),
        help_text=_(
            "6 to 8 digits, not all the same or in order. If empty, the PIN stays as it"
            " is."
        ),
    )
    is_pin_off = forms.BooleanField(
        label=_("switch the PIN off"),
        required=False,
        help_text=_(
            "Warning: caller ID can be forged. Without a PIN, anyone who calls"
            " with this number is taken for the operator."
        ),
    )

    opens_sign_in = forms.BooleanField(
        label=_("open signing in again"),
        required=False,
        help_text=_("The wrong PINs are forgotten. A new PIN does this too."),
    )

    class Meta:
        model = Operator
        fields = ["name", "user", "number", "client_identity", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "is_pin_off" in self.fields:
            has_no_pin = bool(self.instance.number) and not self.instance.has_pin
            self.fields["is_pin_off"].initial = has_no_pin

    def clean_new_pin(self) -> str:
        """A PIN that is not easily guessed, or empty."""
        pin = plain(self.cleaned_data["new_pin"])
        if pin:
            check_pin(pin)
        return pin

    def clean(self) -> dict[str, Any]:
        """Asks for a PIN, or the box that switches it off, if there is a telephone."""
        cleaned = super().clean() or self.cleaned_data
        pin, is_off = cleaned.get("new_pin", ""), cleaned.get("is_pin_off", False)
        if pin and is_off:
            self.add_error(
                "is_pin_off", _("Either enter a new PIN or switch the PIN off.")
            )
        has_pin = bool(pin) or self.instance.has_pin
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
        operators = super().get_queryset(request)
        return operators.select_related("pin").prefetch_related("queues")

    def get_fieldsets(self, request: HttpRequest, obj: Operator | None = None) -> Any:
        """Without the fields to change a PIN for those who may not change operators.

        And with one that opens signing in, where wrong PINs have closed it.
        """
        (_none, person), (title, options) = super().get_fieldsets(request, obj)
        fields = options["fields"]
        if obj and not self.has_change_permission(request, obj):
            fields = ["has_pin"]
        elif obj and _locked(obj):
            fields = [*fields, "opens_sign_in"]
        return [(None, person), (title, {"fields": fields})]

    def problems_of(self, request: HttpRequest, obj: Operator) -> list[str]:
        """Says that wrong PINs have paused or closed signing in."""
        locked = _locked(obj)
        if locked is None:
            return []
        shown = {"count": locked.count, "moment": formats.moment(locked.last_at)}
        if locked.is_closed:
            text = gettext(
                "Signing in by telephone is closed: %(count)d wrong PINs in a row, the"
                " last one at %(moment)s."
            )
        else:
            text = gettext(
                "Signing in by telephone is paused until %(end)s: %(count)d wrong PINs"
                " in a row, the last one at %(moment)s."
            )
            shown["end"] = formats.moment(locked.paused_until)
        return [text % shown]

    @admin.display(description=_("telephone number"), ordering="number")
    def shown_number(self, operator: Operator) -> str:
        return phone_number(operator.number or "")

    @admin.display(description=_("queues"))
    def serves(self, operator: Operator) -> str:
        return ", ".join(queue.name for queue in operator.queues.all())

    @admin.display(description=_("PIN set"), boolean=True)
    def has_pin(self, operator: Operator) -> bool:
        return operator.has_pin

    def save_model(
        self,
        request: HttpRequest,
        obj: Operator,
        form: forms.BaseModelForm[Operator],
        change: bool,
    ) -> None:
        pin, is_off = form.cleaned_data["new_pin"], form.cleaned_data["is_pin_off"]
        super().save_model(request, obj, form, change)
        if pin or is_off:
            OperatorPin.replace({obj: pin})
            obj.refresh_from_db()
        if form.cleaned_data.get("opens_sign_in"):
            WrongPins.objects.filter(operator=obj).delete()
        if obj.number and not obj.has_pin:
            text = gettext(
                "%(operator)s has no PIN. Caller ID can be forged: anyone who calls"
                " with this number is taken for the operator."
            )
            messages.warning(request, text % {"operator": obj})


def _locked(operator: Operator) -> WrongPins | None:
    """The wrong PINs for which nobody can sign in as the operator now."""
    wrong = WrongPins.objects.filter(operator=operator).first()
    return wrong if wrong and wrong.is_locked(timezone.now()) else None
