"""Lists that are not reports: states, recordings, events, reconciliations, exports."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models import (
    AccessRecord,
    Call,
    OperatorState,
    ReconciliationDifference,
    ReconciliationRun,
    Recording,
    Voicemail,
    WebhookEvent,
)
from callcenter.reasons import sentence
from reports.definitions import columns
from reports.models import ExportAudit
from reports.present import decisions, kinds, names
from reports.query.table import Column, ListTable


class OperatorStates(ListTable):
    """One row per interval of an operator's state."""

    slug = "operator-states"
    model = OperatorState
    moment = "started_at"
    columns = [
        *columns.of_fields(OperatorState, "started_at", "ended_at"),
        columns.OPERATOR,
        columns.operator_number(),
        *columns.of_fields(OperatorState, "state"),
        replace(
            columns.of_fields(OperatorState, "reason")[0],
            names=names.of(OperatorState.Reason),
        ),
        Column(
            "duration_seconds",
            pgettext_lazy("operator state", "Duration"),
            kinds.SECONDS,
            paths=("started_at", "ended_at"),
            value=columns.seconds_between,
            is_for_lists=True,
        ),
        columns.CALL_SID,
    ]


class Voicemails(ListTable):
    """One row per message that a caller left."""

    slug = "voicemails"
    model = Voicemail
    moment = "left_at"
    columns = [
        *columns.of_fields(Voicemail, "left_at"),
        columns.QUEUE,
        *columns.of_fields(Voicemail, "duration_seconds", "recording_sid"),
        *columns.of_call(),
        columns.CALL_SID,
        *columns.of_fields(Voicemail, "deleted_at"),
    ]


def _is_callers(kind: str, _caller: str) -> bool:
    return kind != Call.Kind.OPERATOR


def _caller(kind: str, caller: str) -> str | None:
    return (caller or None) if _is_callers(kind, caller) else None


def _operator(kind: str, caller: str, raw: str) -> str | None:
    """Whose leg was recorded; of a conversation it is the operator's."""
    return (caller or raw or None) if kind == Call.Kind.OPERATOR else None


class Recordings(ListTable):
    """One row per recording of a conversation."""

    slug = "recordings"
    model = Recording
    moment = "recorded_at"
    columns = [
        *columns.of_fields(
            Recording, "recorded_at", "duration_seconds", "source", "recording_sid"
        ),
        replace(
            columns.OPERATOR,
            is_for_lists=True,
            paths=("call__kind", "call__caller", "call__from_raw"),
            value=_operator,
        ),
        replace(
            columns.CALLER,
            is_for_lists=True,
            paths=("call__kind", "call__caller"),
            value=_caller,
            is_of_caller=_is_callers,
        ),
        *columns.line_of("call"),
        *columns.of_fields(Recording, "caller_sid"),
        columns.CALL_SID,
        *columns.of_fields(Recording, "deleted_at"),
    ]


class WebhookEvents(ListTable):
    """One row per request from Twilio, or an act of ours.

    The forms, which hold numbers under any key, are left out; `dump_events` has them.
    """

    slug = "webhook-events"
    model = WebhookEvent
    moment = "received_at"
    columns = [
        *columns.of_fields(
            WebhookEvent, "received_at", "kind", "path", "call_sid", "other_sid"
        ),
        columns.QUEUE,
        *columns.of_fields(WebhookEvent, "visit", "position", "queue_time_seconds"),
        Column("menu", _("Menu"), names=names.menus),
        *columns.of_fields(
            WebhookEvent,
            *("step", "input", "result"),
        ),
        replace(
            columns.of_fields(WebhookEvent, "decision")[0], names=decisions.in_words
        ),
        *columns.of_fields(WebhookEvent, "derived_at", "derivation_error"),
    ]


def _state(error: str, ended_at: datetime | None) -> str:
    return ReconciliationRun(error=error, ended_at=ended_at).state


def _reason(kept: str) -> str | None:
    return sentence(kept) or None


class ReconciliationRuns(ListTable):
    """One row per comparison of a period with Twilio's call log."""

    slug = "reconciliations"
    model = ReconciliationRun
    moment = "started_at"
    columns = [
        *columns.of_fields(
            ReconciliationRun, "started_at", "ended_at", "since", "until"
        ),
        Column(
            "state",
            _("State"),
            names=names.of(ReconciliationRun.State),
            is_for_lists=True,
            paths=("error", "ended_at"),
            value=_state,
        ),
        *columns.of_fields(
            ReconciliationRun,
            *("listed", "calls_added", "ends_repaired", "entries_settled"),
            *("durations_differing", "in_progress", "unreadable"),
        ),
        replace(columns.of_fields(ReconciliationRun, "error")[0], value=_reason),
    ]


class ReconciliationDifferences(ListTable):
    """One row per thing in which a call differed from Twilio's call log."""

    slug = "reconciliation-differences"
    model = ReconciliationDifference
    moment = "found_at"
    columns = columns.of_fields(
        ReconciliationDifference,
        *("found_at", "call_sid", "kind", "our_status", "our_seconds"),
        *("twilio_status", "twilio_seconds", "outcome", "action"),
    )


class AccessRecords(ListTable):
    """One row per log-in, refusal, or look at what is guarded."""

    slug = "access"
    model = AccessRecord
    moment = "at"
    columns = [
        *columns.of_fields(AccessRecord, "at", "kind"),
        replace(columns.of_fields(AccessRecord, "username")[0], names=names.users),
        *columns.of_fields(AccessRecord, "address", "subject", "count"),
    ]


class Exports(ListTable):
    """One row per file that was exported."""

    slug = "exports"
    model = ExportAudit
    moment = "started_at"
    columns = [
        *columns.of_fields(
            ExportAudit,
            *("started_at", "ended_at"),
        ),
        replace(columns.of_fields(ExportAudit, "username")[0], names=names.users),
        *columns.of_fields(ExportAudit, "subject", "query", "file_format", "row_count"),
        replace(columns.of_fields(ExportAudit, "is_masked")[0], kind=kinds.RARELY_YES),
        *columns.of_fields(ExportAudit, "state"),
    ]
