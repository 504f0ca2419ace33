"""What was recorded, in the admin: conversations and messages of callers; read-only."""

from django.contrib import admin

from callcenter.models import (
    Recording,
    Voicemail,
)
from reports.admin.filters import QueueFilter
from reports.admin.history.parts import PartAdmin
from reports.admin.periods import PeriodFilter


@admin.register(Recording)
class RecordingAdmin(PartAdmin[Recording]):
    """Recordings of conversations."""

    list_columns = ["recorded_at", "caller", "line", "duration_seconds"]
    list_filter = [("recorded_at", PeriodFilter)]
    sid_lookups = ["call__sid", "recording_sid"]
    fields = [
        "call",
        "recording_sid",
        "recorded_at",
        "duration_seconds",
        "source",
        "url",
    ]


@admin.register(Voicemail)
class VoicemailAdmin(PartAdmin[Voicemail]):
    """Messages that callers left."""

    list_columns = ["left_at", "queue", "caller", "line", "duration_seconds"]
    list_filter = [("left_at", PeriodFilter), QueueFilter]
    sid_lookups = ["call__sid", "recording_sid"]
    fields = [
        "call",
        "queue",
        "visit",
        "recording_sid",
        "left_at",
        "duration_seconds",
        "url",
    ]
