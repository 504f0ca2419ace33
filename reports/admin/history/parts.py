"""The base of lists of rows that belong to a call."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call
from reports.admin.history.base import HistoryAdmin, ModelT
from reports.admin.history.linked import TIMELINE
from reports.present.links import row_url


class PartAdmin(HistoryAdmin[ModelT]):
    """Rows of a call, found by its SID and number."""

    sid_lookups = ["call__sid"]
    number_lookup = "call__caller_reversed"
    # The path from a row to its call.
    call_path = "call"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ModelT]:
        return super().get_queryset(request).prefetch_related(self.call_path)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns, and at the end of each row a link to the call's page."""
        return [*super().get_list_display(request), TIMELINE]

    def call_of(self, row: ModelT) -> Call:
        """The call of a row."""
        call: Any = row
        for name in self.call_path.split("__"):
            call = getattr(call, name)
        found: Call = call
        return found

    @admin.display(description=_("call"))
    def timeline(self, row: ModelT) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            row_url(self.call_of(row)),
            gettext("Timeline"),
        )


class EntryPartAdmin(PartAdmin[ModelT]):
    """Rows of a queue entry."""

    sid_lookups = ["entry__call__sid"]
    number_lookup = "entry__call__caller_reversed"
    call_path = "entry__call"

    @admin.display(description=_("call"))
    def call(self, row: Any) -> str:
        call = row.entry.call
        return format_html('<a href="{}">{}</a>', row_url(call), call)
