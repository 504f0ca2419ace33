"""What people did about callers who gave up, in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from callcenter.models import FollowUp

State = FollowUp.State


@admin.register(FollowUp)
class FollowUpAdmin(admin.ModelAdmin[FollowUp]):
    """Follow-ups: people enter state, attempts and notes; who claims is kept."""

    list_display = ["abandoned_call", "state", "claimed_by", "attempts", "updated_at"]
    list_filter = ["state"]
    list_select_related = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    ordering = ["-id"]
    actions = None
    raw_id_fields = ["abandoned_call"]
    empty_value_display = "—"
    fields = [
        "abandoned_call",
        "state",
        "attempts",
        "notes",
        "claimed_by",
        "claimed_at",
        "handled_by",
        "updated_at",
    ]
    readonly_fields = ["claimed_by", "claimed_at", "handled_by", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.prefetch_related("abandoned_call", "claimed_by")

    def get_readonly_fields(
        self, request: HttpRequest, obj: FollowUp | None = None
    ) -> list[str]:
        fixed = ["abandoned_call"] if obj else []
        return [*fixed, *self.readonly_fields]

    def has_delete_permission(
        self, request: HttpRequest, obj: FollowUp | None = None
    ) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: FollowUp,
        form: forms.BaseModelForm[FollowUp],
        change: bool,
    ) -> None:
        """Who sets a state also claims the caller, or has handled the call."""
        user = request.user
        if not user.is_authenticated:
            return
        if obj.state == State.IN_PROGRESS and not obj.claimed_at:
            obj.claimed_by, obj.claimed_at = user, timezone.now()
        if obj.state in (State.REACHED, State.CLOSED):
            if "state" in form.changed_data:
                obj.handled_by = user
        else:
            obj.handled_by = None
        if obj.state == State.OPEN:
            obj.claimed_by = obj.claimed_at = None
        super().save_model(request, obj, form, change)
