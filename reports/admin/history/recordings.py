"""What was recorded, in the admin: conversations and messages of callers; read-only."""

from django.contrib import admin

from callcenter.models import (
    Recording,
    Voicemail,
)
from reports.admin.filters import (
    PeriodFilter,
    QueueFilter,
)
from reports.admin.history.parts import PartAdmin


@admin.register(Recording)
class RecordingAdmin(PartAdmin[Recording]):
    """Recordings of conversations."""

    list_display = ["recorded_at", "caller_number", "length", "source"]
    list_filter = [("recorded_at", PeriodFilter)]
    sortable_by = ["recorded_at"]
    sid_lookups = ["call__sid", "recording_sid"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "call",
                    "recording_sid",
                    "recorded_at",
                    "length",
                    "source",
                    "url",
                ]
            },
        )
    ]


@admin.register(Voicemail)
class VoicemailAdmin(PartAdmin[Voicemail]):
    """Messages that callers left."""

    list_display = ["left_at", "queue", "caller_number", "length"]
    list_filter = [("left_at", PeriodFilter), QueueFilter]
    sortable_by = ["left_at"]
    sid_lookups = ["call__sid", "recording_sid"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "call",
                    "queue",
                    "visit",
                    "recording_sid",
                    "left_at",
                    "length",
                    "url",
                ]
            },
        )
    ]
