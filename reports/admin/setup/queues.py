"""Queues in the admin, with their thresholds.

Calls are counted by the thresholds of their day. Changing those of past days marks the
calls of these days to be derived again.
"""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from callcenter import jobs
from callcenter.days import midnight
from callcenter.flow.current import read_plan
from callcenter.models import (
    MenuOption,
    Operator,
    PhoneLine,
    Prompt,
    Queue,
    QueueAtTwilio,
    QueueEntry,
    QueueThreshold,
)
from callcenter.reasons import sentence
from reports.admin.setup.base import (
    PartInline,
    PromptInline,
    SetupAdmin,
    in_use,
)
from reports.callflow.unserved import queue_warnings
from reports.present import formats

# The worker's job that compares queues with those at Twilio.
_COMPARING = "twilio-queues"


class QueuePromptInline(PromptInline):
    """Texts for callers of a queue, besides the announcement of their position."""

    purposes = (
        Prompt.Purpose.WAITING,
        Prompt.Purpose.CONNECTING,
        Prompt.Purpose.RECORDED,
        Prompt.Purpose.VOICEMAIL,
        Prompt.Purpose.CALLBACK,
    )


class QueueThresholdInline(PartInline[QueueThreshold]):
    """Service level threshold (T) and short-abandon threshold (S), from a day on."""

    model = QueueThreshold


class QueueForm(forms.ModelForm[Queue]):
    """A queue, which cannot be switched off while lines or menus lead to it."""

    def clean_is_active(self) -> bool:
        """Refuses to switch off a queue that callers are still led to."""
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and self.instance.pk and (users := users_of(self.instance)):
            raise ValidationError(
                _(
                    "Callers are still sent here by %(users)s: send them elsewhere"
                    " first."
                ),
                params={"users": ", ".join(users)},
            )
        return is_active


@admin.register(Queue)
class QueueAdmin(SetupAdmin[Queue]):
    """Queues: their priority, their longest wait, their thresholds and texts."""

    form = QueueForm
    list_display = [
        "name",
        "slug",
        "is_active",
        "active_operators",
        "priority",
        "max_wait",
        "wrapup",
    ]
    list_filter = ["is_active"]
    fields = [
        "slug",
        "name",
        "twilio_sid",
        "shown_at_twilio",
        "is_active",
        "priority",
        "max_wait_seconds",
        "wrapup_seconds",
        "capacity",
        "records_conversations",
        "announces_wait",
        "leaves_when_unstaffed",
        "leaves_at_closing",
        "offers_callback",
        "offers_voicemail",
    ]
    fixed_once_saved = ("slug",)
    readonly_fields = ("shown_at_twilio",)
    inlines = [QueueThresholdInline, QueuePromptInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        active = Operator.objects.filter(is_active=True)
        serving = Prefetch("operators", active, to_attr="serving")
        return super().get_queryset(request).prefetch_related(serving)

    @admin.display(description=_("active operators"))
    def active_operators(self, queue: Any) -> str:
        """How many serve the queue; zero is marked, unless the queue is off."""
        count = len(queue.serving)
        if count or not queue.is_active:
            return formats.count(count)
        return format_html('<span class="state state-warn">! {}</span>', count)

    @admin.display(description=_("at Twilio"))
    def shown_at_twilio(self, queue: Queue) -> str:
        """Whether the queue is there what it is here, as the worker last found."""
        found = QueueAtTwilio.objects.filter(queue=queue.pk).first()
        if found is None and not jobs.is_on(_COMPARING):
            return gettext(
                "not compared: this is switched off, as there is no Twilio account to"
                " ask"
            )
        if found is None:
            return gettext("not compared yet; the worker does it every five minutes")
        at = {"moment": formats.moment(found.checked_at)}
        if found.problem:
            said = gettext("not equal: %(reason)s (%(moment)s)")
            return said % {"reason": sentence(found.problem), **at}
        return gettext("equal (%(moment)s)") % at

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Lets the worker make it equal at Twilio soon."""
        super().save_related(request, form, formsets, change)
        transaction.on_commit(lambda: jobs.ask_soon(_COMPARING))

    @admin.display(description=_("maximum wait"), ordering="max_wait_seconds")
    def max_wait(self, queue: Queue) -> str:
        """The longest wait with its unit."""
        return formats.seconds(queue.max_wait_seconds)

    @admin.display(description=_("wrap-up"), ordering="wrapup_seconds")
    def wrapup(self, queue: Queue) -> str:
        """The time between two calls with its unit."""
        return formats.seconds(queue.wrapup_seconds)

    def problems_of(self, request: HttpRequest, obj: Queue) -> list[str]:
        users = users_of(obj)
        if obj.is_active:
            warnings = queue_warnings(read_plan(), request.user)
            unserved = warnings.unserved(obj.slug)
            return [unserved] if unserved else []
        if not users:
            return []
        text = gettext(
            "This queue is switched off, but callers are still sent here by %(users)s:"
            " they go to another queue, or hear an apology."
        )
        return [text % {"users": ", ".join(users)}]

    def reasons_to_keep(self, obj: Queue) -> list[str]:
        reasons = in_use(obj, users_of(obj))
        if QueueEntry.objects.filter(queue=obj.slug).exists():
            reason = gettext(
                "%(queue)s has history: switch it off (untick “active”) instead of"
                " deleting it."
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
            self._warn_if_short_abandon_exceeds_target(request, form.instance)
            days = _changed_days(formset, before)
            if days and min(days) <= timezone.localdate():
                self._mark_calls_pending(request, form.instance, min(days))

    def _warn_if_short_abandon_exceeds_target(
        self, request: HttpRequest, queue: Queue
    ) -> None:
        """Warns of S above T: it is allowed, but hardly ever intended."""
        for row in queue.thresholds.filter(
            short_abandon_seconds__gt=F("target_seconds")
        ):
            text = gettext(
                "From %(day)s on, the short-abandon threshold (S) is longer than the"
                " service level threshold (T): callers who give up after T but before"
                " S do not count as abandoned."
            )
            day = formats.day(row.valid_from)
            messages.warning(request, text % {"day": day})

    def _mark_calls_pending(
        self, request: HttpRequest, queue: Queue, first: date
    ) -> None:
        """Marks calls since `first` to be derived again, and says how many."""
        start = midnight(first, timezone.get_default_timezone())
        entries = QueueEntry.objects.filter(queue=queue.slug, entered_at__gte=start)
        calls = entries.values("call").distinct().count()
        entries.mark_pending()
        if not calls:
            return
        text = ngettext(
            "%(count)d call was counted by the old thresholds. It will be derived"
            " again with its next event, or by `manage.py rebuild_calls"
            " --pending`.",
            "%(count)d calls were counted by the old thresholds. They will be"
            " derived again with their next events, or by `manage.py rebuild_calls"
            " --pending`.",
            calls,
        )
        messages.warning(request, text % {"count": calls})


def users_of(queue: Queue) -> list[str]:
    """The lines and menu options that lead callers to a queue, by name."""
    lines = PhoneLine.objects.filter(queue=queue)
    options = MenuOption.objects.filter(queue=queue).select_related("menu")
    return [*map(str, lines), *map(str, options)]


def _changed_days(formset: Any, before: dict[Any, date]) -> list[date]:
    """The first days of all thresholds that were added, changed or deleted.

    `before` has the day each stored threshold had, by primary key.
    """
    days = [row.valid_from for row in formset.new_objects]
    for row, fields in formset.changed_objects:
        # A target changes no count.
        if set(fields) - {"service_level_target"}:
            days += [row.valid_from, before[row.pk]]
    days += [before.get(row.pk, row.valid_from) for row in formset.deleted_objects]
    return days
