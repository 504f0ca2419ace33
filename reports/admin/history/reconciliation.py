"""Comparisons with Twilio's call log in the admin: each run, and what differed."""

from django.contrib import admin
from django.db import models
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call, ReconciliationDifference, ReconciliationRun
from reports.admin.filters import ChoiceFilter
from reports.admin.history.base import HistoryAdmin
from reports.admin.history.events import timeline_link
from reports.admin.history.linked import Linked
from reports.admin.periods import PeriodFilter
from reports.present.links import row_url
from reports.query import search


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(HistoryAdmin[ReconciliationRun]):
    """Runs: of which period, how many calls, what was repaired, and whether all was."""

    list_columns = [
        "started_at",
        "state",
        "listed",
        "calls_added",
        "ends_repaired",
        "entries_settled",
        "durations_differing",
        "since",
    ]
    list_filter = [("started_at", PeriodFilter)]
    named_by = ["started_at"]
    fields = [
        "started_at",
        "ended_at",
        "since",
        "until",
        "state",
        "error",
        "listed",
        "calls_added",
        "ends_repaired",
        "entries_settled",
        "durations_differing",
        "in_progress",
        "unreadable",
    ]

    def linked(self, obj: ReconciliationRun) -> list[Linked]:
        return [Linked(obj.differences.order_by("call_sid", "kind"))]


@admin.register(ReconciliationDifference)
class ReconciliationDifferenceAdmin(HistoryAdmin[ReconciliationDifference]):
    """Differences: which call, what we had, what Twilio says, what was done."""

    list_columns = [
        "found_at",
        "kind",
        "leg",
        "our_seconds",
        "twilio_seconds",
        "twilio_status",
        "outcome",
        "action",
    ]
    list_filter = [("found_at", PeriodFilter), ("kind", ChoiceFilter)]
    sid_lookups = ["call_sid"]
    named_by = ["kind", "found_at"]
    fields = [
        "found_at",
        "shown_run",
        "whole_leg",
        "kind",
        "our_status",
        "our_seconds",
        "twilio_status",
        "twilio_seconds",
        "outcome",
        "action",
    ]

    def of_number(
        self, queryset: models.QuerySet[ReconciliationDifference], term: str
    ) -> models.QuerySet[ReconciliationDifference]:
        calls = Call.objects.filter(search.of_number("caller_reversed", term))
        return queryset.filter(call_sid__in=calls.values("sid"))

    @admin.display(description=_("call SID"))
    def leg(self, difference: ReconciliationDifference) -> str:
        """A link to the timeline of the call."""
        return timeline_link(difference.call_sid, is_short=True)

    @admin.display(description=_("call SID"))
    def whole_leg(self, difference: ReconciliationDifference) -> str:
        """The same, with the whole SID."""
        return timeline_link(difference.call_sid)

    @admin.display(description=_("reconciliation with Twilio"))
    def shown_run(self, difference: ReconciliationDifference) -> str:
        """A link to the run that found it."""
        run = difference.run
        return format_html('<a href="{}">{}</a>', row_url(run), run)
