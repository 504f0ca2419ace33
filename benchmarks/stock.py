"""Peers of our lists and exports: a stock ModelAdmin, and import-export itself."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource

from callcenter.models import QueueEntry
from reports.site import MiniccAdminSite


class StockEntryAdmin(admin.ModelAdmin[Any]):
    """Queue entries with the usual options of a ModelAdmin."""

    list_display = (
        *("entered_at", "queue", "call", "outcome", "overflow_reason"),
        *("wait_seconds", "position", "is_inferred"),
    )
    list_filter = ("queue", "outcome")
    search_fields = ("call__caller", "call__sid")
    # No date_hierarchy: without time zone tables MariaDB answers it with an error.
    list_select_related = ("call",)


class EntryResource(ModelResource):
    """Queue entries as import-export writes them, with the caller of their call."""

    caller = Field(attribute="call__caller")
    line = Field(attribute="call__line")
    sid = Field(attribute="call__sid")

    class Meta:
        model = QueueEntry
        fields = (
            *("entered_at", "left_at", "queue", "outcome", "overflow_reason"),
            *("wait_seconds", "target_seconds", "position", "visit", "is_inferred"),
            *("is_lost_while_connecting", "caller", "line", "sid"),
        )


def exported(request: HttpRequest) -> HttpResponse:
    """Export the newest entries as import-export does, with the join it needs."""
    rows = QueueEntry.objects.select_related("call")[: int(request.GET["rows"])]
    written = XLSX() if request.GET["format"] == "xlsx" else CSV()
    return HttpResponse(written.export_data(EntryResource().export(rows)))


# A site of our class: only the list differs from ours, not the page around it.
site = MiniccAdminSite(name="stock")
site.register(QueueEntry, StockEntryAdmin)
