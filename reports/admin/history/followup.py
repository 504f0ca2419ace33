"""Follow-ups in the admin, read-only: the work is done on the work list."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.models import AbandonedCall, FollowUp
from reports.admin.filters import RecentQueueFilter, StateFilter
from reports.admin.history.base import HistoryAdmin
from reports.admin.periods import PeriodFilter
from reports.present import masking
from reports.query.table import NOTHING


class WorkStateFilter(StateFilter):
    """A state of the work, as the column shows it."""

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        # No index finds withdrawn ones, and nobody looks for them.
        states = super().lookups(request, model_admin)
        return [each for each in states if each[0] != AbandonedCall.State.WITHDRAWN]


def caller_url(follow_up: FollowUp) -> str:
    """The caller on the work list, for readers who may open it.

    Empty for others, and if the call was withdrawn from the list.
    """
    call, reader = follow_up.abandoned_call, masking.reader()
    may_open = reader and reader.has_perm("callcenter.view_abandonedcall")
    if call.is_withdrawn or not may_open:
        return ""
    return reverse("admin:worklist_caller", args=[call.pk])


@admin.register(FollowUp)
class FollowUpAdmin(HistoryAdmin[FollowUp]):
    """Follow-ups; nobody edits them here, since a caller is claimed by one person."""

    list_columns = [
        "caller",
        "queue",
        "abandoned_at",
        "state",
        "claimed_by",
        "attempts",
        "updated_at",
    ]
    list_filter = [("updated_at", PeriodFilter), WorkStateFilter, RecentQueueFilter]
    sid_lookups = ["abandoned_call__call__sid"]
    number_lookup = "abandoned_call__call__caller_reversed"
    fields = [
        "abandoned_call",
        "caller",
        "queue",
        "reason",
        "abandoned_at",
        "state",
        "attempts",
        "claimed_by",
        "claimed_at",
        "handled_by",
        "handled_at",
        "updated_at",
        "steps",
    ]

    def first_page(self, request: HttpRequest, row: FollowUp) -> str:
        """The caller on the work list; the record where that has none."""
        return caller_url(row) or super().first_page(request, row)

    @admin.display(description=_("notes and attempts"))
    def steps(self, follow_up: FollowUp) -> str:
        """A link to the page that shows and takes them."""
        url = caller_url(follow_up)
        if not url:
            return NOTHING
        return format_html('<a href="{}">{}</a>', url, gettext("On the work list"))
