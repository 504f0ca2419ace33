"""What the rows that hang on a call have in common: its caller, its SID, its number."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports import formats, masking
from reports.admin.linked import page_link
from reports.admin.readonly import NOTHING, HistoryAdmin, ModelT


class PartAdmin(HistoryAdmin[ModelT]):
    """Rows that hang on a call, found by the call's SID and number."""

    sid_lookups = ["call__sid"]
    number_lookup = "call__caller_reversed"
    # The way from a row to its call.
    call_path = "call"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ModelT]:
        return super().get_queryset(request).prefetch_related(self.call_path)

    @admin.display(description=_("caller"))
    def caller_number(self, row: ModelT) -> str:
        call: Any = row
        for name in self.call_path.split("__"):
            call = getattr(call, name)
        return masking.shown(call.caller) or NOTHING

    @admin.display(description=_("wait"))
    def wait(self, row: Any) -> str:
        return formats.duration(row.wait_seconds) or NOTHING

    @admin.display(description=_("length"))
    def length(self, row: Any) -> str:
        return formats.duration(row.duration_seconds) or NOTHING


class EntryPartAdmin(PartAdmin[ModelT]):
    """Rows that hang on a queue entry."""

    sid_lookups = ["entry__call__sid"]
    number_lookup = "entry__call__caller_reversed"
    call_path = "entry__call"

    @admin.display(description=_("queue"))
    def queue(self, row: Any) -> str:
        return str(row.entry.queue)

    @admin.display(description=_("call"))
    def call(self, row: Any) -> str:
        return page_link(row.entry.call)
