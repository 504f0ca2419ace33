"""The base of lists of rows that belong to a call."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call, QueueEntry
from reports.admin.history.base import HistoryAdmin, ModelT
from reports.admin.history.linked import RECORD
from reports.present.links import PageLinks, row_url
from reports.query.table import NOTHING


class PartAdmin(HistoryAdmin[ModelT]):
    """Rows of a call, found by its SID and number.

    A row leads to the timeline of its call, which says what people ask; the row itself
    is one more link. Who may not see calls is led to the row.
    """

    sid_lookups = ["call__sid"]
    number_lookup = "call__caller_reversed"
    # The path from a row to its call.
    call_path = "call"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ModelT]:
        return super().get_queryset(request).prefetch_related(self.call_path)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns, and at the end of each row a link to the row's own page."""
        columns = super().get_list_display(request)
        return [*columns, RECORD] if self._leads_to_calls(request) else columns

    def first_page(self, request: HttpRequest, row: ModelT) -> str:
        """The address to which the first link of a row leads."""
        call = self.call_of(row) if self._leads_to_calls(request) else None
        return row_url(call or row)

    def _leads_to_calls(self, request: HttpRequest) -> bool:
        return PageLinks(request, self.admin_site).may_view(Call)

    def call_of(self, row: ModelT) -> Call | None:
        """The call of a row; a state between two legs has none."""
        call: Any = row
        for name in self.call_path.split("__"):
            call = getattr(call, name)
        found: Call | None = call
        return found

    @admin.display(description=_("record"))
    def record(self, row: ModelT) -> str:
        """A link to what is stored of this row."""
        return format_html(
            '<a class="quiet" href="{}">{}</a>', row_url(row), gettext("Record")
        )


class OfEntry(PartAdmin[ModelT]):
    """Rows that name their queue entry, which reads as on its own page."""

    @admin.display(description=_("queue entry"))
    def shown_entry(self, row: Any) -> str:
        if row.entry is None:
            return NOTHING
        name = self.admin_site.get_model_admin(QueueEntry).name_of(row.entry)  # type: ignore[attr-defined]
        return format_html('<a href="{}">{}</a>', row_url(row.entry), name)


class EntryPartAdmin(OfEntry[ModelT]):
    """Rows of a queue entry."""

    sid_lookups = ["entry__call__sid"]
    number_lookup = "entry__call__caller_reversed"
    call_path = "entry__call"

    @admin.display(description=_("call"))
    def call(self, row: Any) -> str:
        call = row.entry.call
        return format_html('<a href="{}">{}</a>', row_url(call), call)
