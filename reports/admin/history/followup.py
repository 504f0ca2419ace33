"""Follow-ups in the admin, read-only: the work is done on the work list."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import AbandonedCall, FollowUp
from reports.admin.filters import PeriodFilter, RecentQueueFilter
from reports.admin.history.base import HistoryAdmin
from reports.present import links, masking
from reports.query.selection import Selection
from reports.query.table import NOTHING


class StateFilter(admin.SimpleListFilter):
    """A state of the work, as the column shows it."""

    title = _("state")
    parameter_name = links.PARAMETERS["state"]

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [
            (code, capfirst(str(label)))
            for code, label in AbandonedCall.State.choices
            # No index finds those, which nobody looks for.
            if code != AbandonedCall.State.WITHDRAWN
        ]

    def asked(self) -> dict[str, Any]:
        """The state as a field of a `Selection`."""
        state = self.value() or ""
        if state and state not in dict(self.lookup_choices):
            raise IncorrectLookupParameters(state)
        return {"state": state}

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        return queryset.filter(Selection(**self.asked()).condition(FollowUp))


def caller_url(follow_up: FollowUp) -> str:
    """The caller on the work list, for readers who may open it.

    Empty for others, and if the call was withdrawn from the list.
    """
    call, reader = follow_up.abandoned_call, masking.reader()
    may_open = reader and reader.has_perm("callcenter.view_abandonedcall")
    if call.is_withdrawn or not may_open:
        return ""
    return reverse("admin:worklist_caller", args=[call.pk])


class FollowUpList(ChangeList):
    """Rows that lead to the caller on the work list, where the work is done."""

    def url_for_result(self, result: Any) -> str:
        """The page of the caller, or the row's own where the work list has none."""
        return caller_url(result) or str(super().url_for_result(result))


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
    list_filter = [("updated_at", PeriodFilter), StateFilter, RecentQueueFilter]
    sid_lookups = ["abandoned_call__call__sid"]
    number_lookup = "abandoned_call__call__caller_reversed"
    fields = [
        "abandoned_call",
        "caller",
        "queue",
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FollowUpList

    @admin.display(description=_("notes and attempts"))
    def steps(self, follow_up: FollowUp) -> str:
        """A link to the page that shows and takes them."""
        url = caller_url(follow_up)
        if not url:
            return NOTHING
        return format_html('<a href="{}">{}</a>', url, gettext("On the work list"))
