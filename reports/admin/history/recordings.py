"""What was recorded, in the admin: conversations and messages of callers; read-only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.forms import Script
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call, Recording, Voicemail
from reports.admin.filters import QueueFilter
from reports.admin.history.base import ModelT
from reports.admin.history.events import timeline_link
from reports.admin.history.parts import PartAdmin
from reports.admin.periods import PeriodFilter
from reports.present import formats, masking
from reports.query import search
from reports.query.table import NOTHING
from reports.sound import player


class AudioAdmin(PartAdmin[ModelT]):
    """Rows with audio at Twilio: played from the list and the row's own page.

    Twilio's address of it is on no page.
    """

    change_form_template = "admin/callcenter/recording_change_form.html"

    @property
    def media(self) -> forms.Media:
        script: Any = Script(player.SCRIPT, type="module")
        return super().media + forms.Media(js=[script])

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns, with that of the audio for those who may hear it."""
        columns = super().get_list_display(request)
        if player.may_play_all(self.model, request.user):  # type: ignore[arg-type]
            return columns
        return [column for column in columns if column != "play"]

    @admin.display(description=_("listen"))
    def play(self, row: Any) -> str:
        """A link to the audio, in whose place a player appears."""
        if gone := player.what_became_of(row):
            return format_html('<span class="quiet">{}</span>', gone)
        moment = getattr(row, self.moment)
        return format_html(
            '<a class="play" href="{}" aria-label="{} {}" data-problem="{}">{}</a>',
            player.audio_url(row),
            gettext("Play"),
            formats.moment(moment) if moment else row.recording_sid,
            gettext("This cannot be played. Reload the page and try again."),
            gettext("Play"),
        )

    @admin.display(description=_("audio"))
    def audio(self, row: Any) -> str:
        """The player, or what has become of the audio."""
        return player.drawn(row, masking.reader()) or NOTHING

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context["original"]
        may_delete = request.user.has_perm(player.DELETE)
        if may_delete and not player.what_became_of(row):
            context["deletion_url"] = player.deletion_url(row)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Recording)
class RecordingAdmin(AudioAdmin[Recording]):
    """Recordings of conversations."""

    list_columns = [
        "recorded_at",
        "heard_caller",
        "operator",
        "duration_seconds",
        "play",
    ]
    list_filter = [("recorded_at", PeriodFilter)]
    sid_lookups = ["call__sid", "recording_sid", "caller_sid"]
    fields = [
        "caller_leg",
        "call",
        "recording_sid",
        "recorded_at",
        "duration_seconds",
        "source",
        "audio",
    ]

    def for_list(self, rows: models.QuerySet[Recording]) -> models.QuerySet[Recording]:
        """With the number of each caller, whose leg is another one."""
        caller = Call.objects.filter(sid=OuterRef("caller_sid")).values("caller")
        return super().for_list(rows).annotate(caller_number=Subquery(caller[:1]))

    def first_page(self, request: HttpRequest, row: Recording) -> str:
        """The caller's timeline, where it is known whose conversation it was."""
        if row.caller_sid and self._leads_to_calls(request):
            return reverse("admin:callcenter_call_sid", args=[row.caller_sid])
        return super().first_page(request, row)

    def of_number(
        self, queryset: models.QuerySet[Recording], term: str
    ) -> models.QuerySet[Recording]:
        calls = Call.objects.filter(search.of_number("caller_reversed", term))
        heard = Q(caller_sid__in=calls.values("sid"))
        return queryset.filter(search.of_number(self.number_lookup, term) | heard)

    @admin.display(description=_("caller"))
    def heard_caller(self, row: Any) -> str:
        """Whose conversation it was; the number as the reader may see it."""
        number = row.caller_number
        if number is None and row.call.kind != Call.Kind.OPERATOR:
            number = row.call.caller
        if number is None:
            return NOTHING
        return masking.shown(number) if number else gettext("Withheld")

    @admin.display(description=_("caller's leg"))
    def caller_leg(self, row: Recording) -> str:
        return timeline_link(row.caller_sid)


@admin.register(Voicemail)
class VoicemailAdmin(AudioAdmin[Voicemail]):
    """Messages that callers left."""

    list_columns = ["left_at", "queue", "caller", "line", "duration_seconds", "play"]
    list_filter = [("left_at", PeriodFilter), QueueFilter]
    sid_lookups = ["call__sid", "recording_sid"]
    fields = [
        "call",
        "queue",
        "visit",
        "recording_sid",
        "left_at",
        "duration_seconds",
        "audio",
    ]
