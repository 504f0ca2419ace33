"""Inbound customer calls, and the legs of every kind."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from callcenter.models import Call
from callcenter.numbers import country, phone_number
from reports.definitions import columns
from reports.present import formats, names
from reports.query.forms import ReportForm
from reports.query.keyset import newest_first
from reports.query.table import Column, Report, Row

STARTED_AT = Column("started_at", _("Started at"), formats.moment)
ENDED_AT = Column("ended_at", _("Ended at"), formats.moment)
DURATION_SECONDS = Column(
    "duration_seconds", _("Duration"), formats.duration, adds_up=True
)


class CallsReport(Report):
    """One row an inbound customer call."""

    slug = "calls"
    title = _("Calls")
    columns = [
        columns.CALL_SID,
        STARTED_AT,
        ENDED_AT,
        DURATION_SECONDS,
        columns.LINE,
        columns.CALLER,
        Column("caller_country", _("Country")),
        Column("outcome", _("Outcome"), names=names.of(Call.Outcome)),
        columns.IVR_PATH,
        Column("ivr_steps", _("IVR steps"), formats.count, adds_up=True),
        Column("entries", _("Queue entries"), formats.count, adds_up=True),
        Column("connections", _("Connections"), formats.count, adds_up=True),
        columns.WAIT_SECONDS,
        columns.TALK_SECONDS,
        Column("disconnected_by", _("Ended by"), names=names.of(Call.DisconnectedBy)),
    ]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows, newest first."""
        pages = newest_first(
            form.calls(),
            "started_at",
            "sid",
            "ended_at",
            "duration_seconds",
            "line",
            "caller",
            "outcome",
            "ivr_path",
            "ivr_step_count",
            "entry_count",
            "connection_count",
            "wait_seconds",
            "talk_seconds",
            "disconnected_by",
        )
        for page in pages:
            for call in page:
                yield {
                    "call_sid": call.sid,
                    "started_at": call.started_at,
                    "ended_at": call.ended_at,
                    "duration_seconds": call.duration_seconds,
                    "line": call.line or None,
                    "caller": form.number(call.caller),
                    "caller_country": country(call.caller) or None,
                    "outcome": call.outcome or None,
                    "ivr_path": call.ivr_path or None,
                    "ivr_steps": call.ivr_step_count,
                    "entries": call.entry_count,
                    "connections": call.connection_count,
                    "wait_seconds": call.wait_seconds,
                    "talk_seconds": call.talk_seconds,
                    "disconnected_by": call.disconnected_by or None,
                }


class LegsReport(Report):
    """One row a leg, whosever it is."""

    slug = "legs"
    title = _("Legs")
    columns = [
        columns.CALL_SID,
        Column("kind", _("Kind"), names=names.of(Call.Kind)),
        STARTED_AT,
        ENDED_AT,
        DURATION_SECONDS,
        Column("from", _("From"), phone_number),
        Column("to", _("To"), phone_number),
        Column("status", _("Status")),
    ]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows, newest first."""
        pages = newest_first(
            form.legs(),
            "started_at",
            "sid",
            "kind",
            "ended_at",
            "duration_seconds",
            "from_raw",
            "to_raw",
            "caller",
            "line",
            "status",
        )
        for page in pages:
            for leg in page:
                # An operator's number is no secret, a customer's may be one.
                # Of an outbound leg the caller is whom we rang.
                is_outbound = leg.kind == Call.Kind.OUTBOUND
                from_number = leg.line if is_outbound else leg.caller
                to_number = leg.caller if is_outbound else leg.line
                sender = _party(from_number, leg.from_raw)
                if leg.kind == Call.Kind.CUSTOMER and sender:
                    sender = form.number(sender)
                receiver = _party(to_number, leg.to_raw)
                if is_outbound and receiver:
                    receiver = form.number(receiver)
                yield {
                    "call_sid": leg.sid,
                    "kind": leg.kind,
                    "started_at": leg.started_at,
                    "ended_at": leg.ended_at,
                    "duration_seconds": leg.duration_seconds,
                    "from": sender,
                    "to": receiver,
                    "status": leg.status or None,
                }


def _party(number: str, raw: str) -> str | None:
    """The number in E.164, else an address such as client:...; none when withheld."""
    return number or (raw if ":" in raw else None)
