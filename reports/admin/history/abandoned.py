"""Abandoned calls and callback requests in the admin; read-only."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from callcenter.models import (
    AbandonedCall,
    CallbackRequest,
    FollowUp,
)
from reports.admin.filters import QueueFilter, RecentLineFilter, StateFilter
from reports.admin.history.linked import Linked
from reports.admin.history.parts import EntryPartAdmin, OfEntry
from reports.admin.periods import PeriodAndHourFilter, PeriodFilter


class StateOfCallFilter(StateFilter):
    """The state of the work; the work list has what is open, however old."""

    @property
    def more(self) -> dict[str, str]:
        """Where calls are found that are older than the filter reaches."""
        return {
            "url": reverse("admin:worklist"),
            "text": gettext("The work list shows all open ones, however old."),
        }


@admin.register(AbandonedCall)
class AbandonedCallAdmin(OfEntry[AbandonedCall]):
    """Abandoned calls, and the state of the work on them."""

    named_by = ["queue", "abandoned_at"]
    list_columns = [
        "abandoned_at",
        "state",
        "queue",
        "caller",
        "line",
        "wait_seconds",
    ]
    sorts_short_periods_by = ["wait_seconds"]
    list_filter = [
        ("abandoned_at", PeriodAndHourFilter),
        StateOfCallFilter,
        QueueFilter,
        RecentLineFilter,
    ]
    fields = [
        "call",
        "reason",
        "shown_entry",
        "queue",
        "visit",
        "entered_at",
        "abandoned_at",
        "wait_seconds",
        "position",
        "ivr_path",
        "caller",
        "state",
        "attempts",
        "recovered_at",
        "recovery_seconds",
        "handled_by",
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AbandonedCall]:
        rows: Any = super().get_queryset(request)  # the methods are of our queryset
        found: models.QuerySet[AbandonedCall] = rows.gave_up().with_state()
        return found

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AbandonedCall | None:
        """Also of who asked for something: a follow-up or a timeline leads there."""
        rows: Any = AbandonedCall.all_reasons.with_state()
        try:
            found: AbandonedCall | None = rows.filter(pk=object_id).first()
        except (ValueError, OverflowError):
            return None
        return found

    def linked(self, obj: AbandonedCall) -> list[Linked]:
        return [Linked(FollowUp.objects.filter(abandoned_call=obj))]


@admin.register(CallbackRequest)
class CallbackRequestAdmin(EntryPartAdmin[CallbackRequest]):
    """Wishes to be rung back."""

    named_by = ["queue", "requested_at"]
    list_columns = ["requested_at", "queue", "caller", "line"]
    list_filter = [("requested_at", PeriodFilter)]
    fields = ["call", "shown_entry", "caller", "requested_at"]
