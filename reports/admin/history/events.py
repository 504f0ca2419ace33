"""Webhook events in the admin: each request with its form and our answer.

The forms hold callers' numbers and input under any key, so they cannot be masked: a
user needs the permission to see numbers besides that to view webhook events.
"""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call, QueueEntry, WebhookEvent
from reports import looks
from reports.admin.filters import DerivationFilter, RecentChoiceFilter
from reports.admin.history.base import HistoryAdmin
from reports.admin.history.linked import Linked
from reports.admin.periods import PeriodFilter
from reports.present import masking
from reports.query import search
from reports.query.table import NOTHING
from reports.timeline.lines import form_of


@admin.register(WebhookEvent)
class WebhookEventAdmin(HistoryAdmin[WebhookEvent]):
    """Requests from Twilio and internal events: kind, leg, decision, derivation."""

    list_columns = [
        "received_at",
        "kind",
        "decision",
        "heard",
        "short_leg",
        "is_derived",
    ]
    list_filter = [
        ("received_at", PeriodFilter),
        ("kind", RecentChoiceFilter),
        DerivationFilter,
    ]
    sid_lookups = ["call_sid", "other_sid"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "received_at",
                    "kind",
                    "path",
                    "leg",
                    "other_leg",
                    "queue",
                    "visit",
                    "position",
                    "queue_time_seconds",
                    "menu",
                    "step",
                    "input",
                    "result",
                    "decision",
                ]
            },
        ),
        (_("Derivation"), {"fields": ["derived_at", "error"]}),
        (_("The form as it came"), {"fields": ["form_values"]}),
        (
            _("How repeats are known"),
            {"classes": ["collapse"], "fields": ["token", "dedup_key", "decided_at"]},
        ),
    ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        looks.at_raw_request(request, context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def has_view_permission(
        self, request: HttpRequest, obj: WebhookEvent | None = None
    ) -> bool:
        may_view = super().has_view_permission(request, obj)
        return may_view and masking.may_see_numbers(request.user)

    def of_number(
        self, queryset: models.QuerySet[WebhookEvent], term: str
    ) -> models.QuerySet[WebhookEvent]:
        calls = Call.objects.filter(search.of_number("caller_reversed", term))
        return queryset.filter(call_sid__in=calls.values("sid"))

    @admin.display(description=_("call SID"))
    def leg(self, event: WebhookEvent) -> str:
        return timeline_link(event.call_sid)

    @admin.display(description=_("call SID"))
    def short_leg(self, event: WebhookEvent) -> str:
        """Its beginning and end, which tell legs apart; the page has all of it."""
        return timeline_link(event.call_sid, is_short=True)

    @admin.display(description=_("other leg"))
    def other_leg(self, event: WebhookEvent) -> str:
        return timeline_link(event.other_sid)

    @admin.display(description=_("input or result"))
    def heard(self, event: WebhookEvent) -> str:
        """What the caller pressed, else Twilio's result."""
        return event.input or event.result or NOTHING

    @admin.display(description=_("derived"), boolean=True)
    def is_derived(self, event: WebhookEvent) -> bool | None:
        """Derived, not derived yet, or failed."""
        if event.derivation_error:
            return False
        return True if event.derived_at else None

    @admin.display(description=_("derivation error"))
    def error(self, event: WebhookEvent) -> str:
        if not event.derivation_error:
            return NOTHING
        if event.derivation_error == WebhookEvent.LATE:
            return gettext(
                "Came more than a day after its call was over, or after the call was"
                " sealed: it is kept, and the call stays as it is."
            )
        return format_html("<pre>{}</pre>", event.derivation_error)

    @admin.display(description=_("form"))
    def form_values(self, event: WebhookEvent) -> str:
        return format_html(
            '<table class="form-values">{}</table>',
            format_html_join(
                "",
                '<tr><th scope="row">{}</th><td>{}</td></tr>',
                form_of(event),
            ),
        )

    def linked(self, obj: WebhookEvent) -> list[Linked]:
        legs = Call.objects.filter(sid__in={obj.call_sid, obj.other_sid} - {""})
        linked = [Linked(legs.order_by("started_at", "id"))]
        if obj.visit is not None:
            entries = QueueEntry.objects.filter(call__sid=obj.call_sid, visit=obj.visit)
            linked.append(Linked(entries.select_related("call")))
        return linked


def timeline_link(sid: str, *, is_short: bool = False) -> str:
    """The SID of a leg as a link to its timeline, without asking for its row."""
    if not sid:
        return NOTHING
    shown = f"{sid[:6]}…{sid[-4:]}" if is_short and len(sid) > 12 else sid
    page = reverse("admin:callcenter_call_sid", args=[sid])
    return format_html('<a href="{}" title="{}"><code>{}</code></a>', page, sid, shown)
