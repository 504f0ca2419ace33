"""Lines in the admin: our numbers, what callers hear there, and opening hours."""

from collections.abc import Iterable
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.flow.current import read_plan
from callcenter.models import BusinessHours, Operator, PhoneLine, Prompt
from callcenter.numbers import phone_number
from reports.admin.setup import changes
from reports.admin.setup.base import (
    PartInline,
    PartsFormSet,
    PromptInline,
    SetupAdmin,
    is_kept,
)
from reports.callflow.unserved import queue_warnings

Purpose = Prompt.Purpose


class LinePromptInline(PromptInline):
    """Texts of a line: its greeting, and what is said outside its hours."""

    purposes = (Purpose.GREETING, Purpose.CLOSED)


class Hours(PartsFormSet):
    """The opening hours of a week; no two may overlap."""

    def clean(self) -> None:
        """Refuses hours that overlap: one of them is probably a mistake."""
        super().clean()
        if any(self.errors):
            return
        spans = [form.instance for form in self.forms if is_kept(self, form)]
        spans.sort(key=lambda span: (span.weekday, span.opens_at))
        for one, other in pairwise(spans):
            is_same_day = one.weekday == other.weekday
            if is_same_day and not time(0) < one.closes_at <= other.opens_at:
                raise ValidationError(
                    _(
                        "%(one)s and %(other)s overlap. Merge them, or leave a gap"
                        " between them."
                    ),
                    params={"one": one, "other": other},
                )


class BusinessHoursInline(PartInline[BusinessHours]):
    """When a line is open."""

    model = BusinessHours
    formset = Hours


class PhoneLineForm(forms.ModelForm[PhoneLine]):
    """A line; exactly one is the default line, for numbers that are not set up."""

    def clean_number(self) -> str:
        """Refuses an operator's number: calls from it are taken for the operator's."""
        number: str = self.cleaned_data["number"]
        operator = Operator.objects.filter(number=number).first()
        if operator:
            raise ValidationError(
                _(
                    "This is the number of the operator %(operator)s. Anyone who calls"
                    " from it is taken for the operator."
                ),
                params={"operator": operator},
            )
        return number

    def clean_fallback_number(self) -> str:
        """Refuses our own lines: the fallback answers when MiniCC cannot."""
        number: str = self.cleaned_data["fallback_number"]
        own = {self.cleaned_data.get("number"), *_numbers_of_lines()}
        if number in own:
            raise ValidationError(
                _(
                    "This is a line of MiniCC, which cannot answer either when the"
                    " fallback is needed."
                )
            )
        return number

    def clean_is_default(self) -> bool:
        """Refuses to leave no default line."""
        is_default: bool = self.cleaned_data["is_default"]
        others = PhoneLine.objects.filter(is_default=True).exclude(pk=self.instance.pk)
        if not is_default and not others.exists():
            raise ValidationError(
                _(
                    "One line must be the default line. To change it, make the other"
                    " line the default line."
                )
            )
        return is_default

    def clean_queue(self) -> Any:
        """Refuses an inactive queue: callers get there after silence or wrong keys."""
        queue = self.cleaned_data["queue"]
        if not queue.is_active:
            raise ValidationError(_("This queue is switched off."))
        return queue


@admin.register(PhoneLine)
class PhoneLineAdmin(SetupAdmin[PhoneLine]):
    """Our telephone numbers."""

    form = PhoneLineForm
    list_display = ["name", "shown_number", "menu", "queue", "language", "is_default"]
    list_select_related = ["menu", "queue"]
    inlines = [LinePromptInline, BusinessHoursInline]
    what_history_keeps = _(
        "Past calls are kept under the line’s number. From now on the default"
        " line answers calls to that number."
    )

    def problems_of(self, request: HttpRequest, obj: PhoneLine) -> list[str]:
        plan = read_plan()
        line = plan.lines.get(obj.number)
        warnings = queue_warnings(plan, request.user)
        problem = warnings.of_line(line) if line else ""
        return [problem] if problem else []

    @admin.display(description=_("number"), ordering="number")
    def shown_number(self, line: PhoneLine) -> str:
        return phone_number(line.number)

    def save_model(
        self,
        request: HttpRequest,
        obj: PhoneLine,
        form: forms.BaseModelForm[PhoneLine],
        change: bool,
    ) -> None:
        """Logs the change of the line that was the default until now."""
        others = PhoneLine.objects.filter(is_default=True).exclude(pk=obj.pk)
        taken = list(others) if obj.is_default else []
        super().save_model(request, obj, form, change)
        for line in taken:
            details = changes.of_field(line, "is_default", before=True, after=False)
            changes.log(request, line, CHANGE, details)

    def get_readonly_fields(
        self, request: HttpRequest, obj: PhoneLine | None = None
    ) -> list[str]:
        """What costs money or moves calls is fixed for those who may not add lines."""
        fixed = super().get_readonly_fields(request, obj)
        if self.has_add_permission(request):
            return [*fixed]
        return [*fixed, "number", "is_default", "fallback_number"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        has_default = PhoneLine.objects.filter(is_default=True).exists()
        initial = super().get_changeform_initial_data(request)
        return {"is_default": not has_default, **initial}

    def reasons_to_keep(self, obj: PhoneLine) -> list[str]:
        if not obj.is_default:
            return []
        reason = gettext(
            "%(line)s is the default line: make another line the default line first."
        )
        return [reason % {"line": obj}]


def _numbers_of_lines() -> Iterable[str]:
    return PhoneLine.objects.values_list("number", flat=True)
