"""Follow-ups in the admin, read-only: the work is done on the work list."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import FollowUp
from reports.admin.history.base import HistoryAdmin
from reports.query.table import NOTHING


@admin.register(FollowUp)
class FollowUpAdmin(HistoryAdmin[FollowUp]):
    """Follow-ups; nobody edits them here, since a caller is claimed by one person."""

    list_columns = ["abandoned_call", "state", "claimed_by", "attempts", "updated_at"]
    list_filter = ["state"]
    sortable_by = ()
    ordering = ["-id"]
    sid_lookups = ["abandoned_call__call__sid"]
    number_lookup = "abandoned_call__call__caller_reversed"
    fields = [
        "abandoned_call",
        "state",
        "attempts",
        "claimed_by",
        "claimed_at",
        "handled_by",
        "handled_at",
        "updated_at",
        "steps",
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[FollowUp]:
        rows = super().get_queryset(request)
        return rows.prefetch_related("abandoned_call", "claimed_by")

    @admin.display(description=_("notes and attempts"))
    def steps(self, follow_up: FollowUp) -> str:
        """A link to the page that shows and takes them."""
        call = follow_up.abandoned_call
        if call.is_withdrawn:
            return NOTHING
        url = reverse("admin:worklist_caller", args=[call.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("On the work list"))
