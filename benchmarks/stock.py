"""The admin as anybody registers it: what our lists are measured against."""

from typing import Any

from django.contrib import admin

from callcenter.models import QueueEntry


class StockEntryAdmin(admin.ModelAdmin[Any]):
    """Queue entries with the options that everybody uses."""

    list_display = (
        *("entered_at", "queue", "call", "outcome", "overflow_reason"),
        *("wait_seconds", "position", "is_inferred"),
    )
    list_filter = ("queue", "outcome")
    search_fields = ("call__caller", "call__sid")
    date_hierarchy = "entered_at"
    list_select_related = ("call",)


site = admin.AdminSite(name="stock")
site.register(QueueEntry, StockEntryAdmin)
