"""Queues in the admin, with their thresholds: what a change means for history told."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from callcenter.days import midnight
from callcenter.models import (
    MenuOption,
    PhoneLine,
    Prompt,
    Queue,
    QueueEntry,
    QueueThreshold,
)
from reports.admin.setup.base import PartsFormSet, PromptInline, SetupAdmin, in_use


class QueuePromptInline(PromptInline):
    """What callers of a queue hear besides their position."""

    purposes = (Prompt.Purpose.WAITING, Prompt.Purpose.CONNECTING)


class QueueThresholdInline(admin.TabularInline[QueueThreshold, Queue]):
    """From which day on a wait is short, and a hang-up too early to count."""

    model = QueueThreshold
    formset = PartsFormSet
    extra = 0


class QueueForm(forms.ModelForm[Queue]):
    """A queue; one that callers are led to stays switched on."""

    def clean_is_active(self) -> bool:
        """Switching a queue off must leave no caller without an answer."""
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and self.instance.pk and (users := users_of(self.instance)):
            raise ValidationError(
                _(
                    "Callers are still led here by %(users)s: lead them elsewhere"
                    " first."
                ),
                params={"users": ", ".join(users)},
            )
        return is_active


@admin.register(Queue)
class QueueAdmin(SetupAdmin[Queue]):
    """Queues: who is served first, how long callers wait, what counts as quick."""

    form = QueueForm
    list_display = [
        "name",
        "slug",
        "is_active",
        "priority",
        "max_wait_seconds",
        "wrapup_seconds",
    ]
    list_filter = ["is_active"]
    fields = [
        "slug",
        "name",
        "twilio_sid",
        "is_active",
        "priority",
        "max_wait_seconds",
        "wrapup_seconds",
        "leaves_when_unstaffed",
    ]
    fixed_once_saved = ("slug",)
    inlines = [QueueThresholdInline, QueuePromptInline]

    def reasons_to_keep(self, obj: Queue) -> list[str]:
        reasons = in_use(obj, users_of(obj))
        if QueueEntry.objects.filter(queue=obj.slug).exists():
            reason = gettext(
                "%(queue)s has history: switch it off (take the tick from “active”)"
                " instead of deleting it."
            )
            reasons.append(reason % {"queue": obj})
        return reasons

    def save_formset(
        self,
        request: HttpRequest,
        form: forms.BaseModelForm[Queue],
        formset: Any,
        change: bool,
    ) -> None:
        before = {
            row.instance.pk: row.initial["valid_from"]
            for row in formset.initial_forms
            if formset.model is QueueThreshold
        }
        super().save_formset(request, form, formset, change)
        if formset.model is QueueThreshold:
            self._warn_of_odd_thresholds(request, form.instance)
            days = _changed_days(formset, before)
            if days and min(days) <= timezone.localdate():
                self._tell_again(request, form.instance, min(days))

    def _warn_of_odd_thresholds(self, request: HttpRequest, queue: Queue) -> None:
        """What may be meant, and mostly is not."""
        for row in queue.thresholds.filter(
            short_abandon_seconds__gt=F("target_seconds")
        ):
            text = gettext(
                "From %(day)s on S is longer than T: callers who wait longer than T and"
                " give up before S do not count as abandoned."
            )
            day = date_format(row.valid_from, "SHORT_DATE_FORMAT")
            messages.warning(request, text % {"day": day})

    def _tell_again(self, request: HttpRequest, queue: Queue, first: date) -> None:
        """Calls told by the old thresholds are told again, and the page says so."""
        start = midnight(first, timezone.get_default_timezone())
        entries = QueueEntry.objects.filter(queue=queue.slug, entered_at__gte=start)
        calls = entries.values("call").distinct().count()
        entries.mark_pending()
        if not calls:
            return
        text = ngettext(
            "%(count)d call was counted by the old thresholds. It will be derived again"
            " by its next event, or by `manage.py rebuild_calls --pending`.",
            "%(count)d calls were counted by the old thresholds. They will be derived"
            " again by their next events, or by `manage.py rebuild_calls --pending`.",
            calls,
        )
        messages.warning(request, text % {"count": calls})


def users_of(queue: Queue) -> list[str]:
    """The lines and menu options that lead callers to a queue, by name."""
    lines = PhoneLine.objects.filter(queue=queue)
    options = MenuOption.objects.filter(queue=queue).select_related("menu")
    return [*map(str, lines), *map(str, options)]


def _changed_days(formset: Any, before: dict[Any, date]) -> list[date]:
    """The days from which thresholds say something else than before."""
    days = [row.valid_from for row in formset.new_objects]
    for row, _fields in formset.changed_objects:
        days += [row.valid_from, before[row.pk]]
    days += [before.get(row.pk, row.valid_from) for row in formset.deleted_objects]
    return days
