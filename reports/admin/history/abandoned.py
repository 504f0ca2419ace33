"""Abandoned calls and callback requests in the admin; read-only."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from callcenter.models import (
    AbandonedCall,
    CallbackRequest,
    FollowUp,
)
from reports.admin.filters import (
    PeriodFilter,
    QueueFilter,
    RecentLineFilter,
)
from reports.admin.history.linked import Linked
from reports.admin.history.parts import EntryPartAdmin, PartAdmin
from reports.present import swatches


@admin.register(AbandonedCall)
class AbandonedCallAdmin(PartAdmin[AbandonedCall]):
    """Abandoned calls, and the state of the work on them."""

    list_display = [
        "abandoned_at",
        "queue",
        "caller_number",
        "wait",
        "state",
        "recovered_at",
    ]
    list_filter = [("abandoned_at", PeriodFilter), QueueFilter, RecentLineFilter]
    sortable_by = ["abandoned_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "call",
                    "entry",
                    "queue",
                    "visit",
                    "entered_at",
                    "abandoned_at",
                    "wait",
                    "position",
                    "ivr_path",
                    "caller_number",
                    "state",
                    "recovered_at",
                ]
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AbandonedCall]:
        return AbandonedCall.objects.with_state().prefetch_related("call")

    @admin.display(description=_("state"))
    def state(self, abandoned: AbandonedCall) -> str:
        state: str = abandoned.state  # with_state() adds it
        return swatches.badge(state, AbandonedCall.State(state).label)

    def linked(self, obj: AbandonedCall) -> list[Linked]:
        return [Linked(FollowUp.objects.filter(abandoned_call=obj))]


@admin.register(CallbackRequest)
class CallbackRequestAdmin(EntryPartAdmin[CallbackRequest]):
    """Wishes to be rung back."""

    list_display = ["requested_at", "queue", "caller_number"]
    list_filter = [("requested_at", PeriodFilter)]
    sortable_by = ["requested_at"]
    fieldsets = [(None, {"fields": ["call", "entry", "caller_number", "requested_at"]})]
