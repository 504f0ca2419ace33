"""Callers who gave up, and what became of them."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from callcenter.models import AbandonedCall
from reports.definitions import columns
from reports.present import formats, names
from reports.query.forms import ReportForm
from reports.query.keyset import newest_first
from reports.query.table import Column, Report, Row


class AbandonedCallsReport(Report):
    """One row an abandoned queue entry; short ones make none."""

    slug = "abandoned-calls"
    title = _("Abandoned calls")
    columns = [
        Column("abandoned_at", _("Abandoned at"), formats.moment),
        columns.CALL_SID,
        columns.VISIT,
        columns.QUEUE,
        columns.CALLER,
        columns.WAIT_SECONDS,
        columns.POSITION,
        columns.IVR_PATH,
        Column("state", _("State"), names=names.of(AbandonedCall.State)),
        Column("attempts", _("Attempts"), formats.count, adds_up=True),
        Column("recovered_at", _("Recovered at"), formats.moment),
        Column("recovery_seconds", _("Recovery time"), formats.duration),
        Column("handled_by", _("Handled by"), names=names.users),
    ]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows, newest first."""
        pages = newest_first(
            form.abandoned_calls(),
            "abandoned_at",
            "call_id",
            "visit",
            "queue",
            "caller",
            "wait_seconds",
            "position",
            "ivr_path",
            "state",
            "recovered_at",
            "follow_up__attempts",
            "follow_up__handled_by__username",
            "follow_up__claimed_by__username",
        )
        for page in pages:
            sids = columns.call_sids(row.call_id for row in page)
            for row in page:
                yield {
                    "abandoned_at": row.abandoned_at,
                    "call_sid": sids[row.call_id],
                    "visit": row.visit,
                    "queue": row.queue,
                    "caller": form.number(row.caller),
                    "wait_seconds": row.wait_seconds,
                    "position": row.position,
                    "ivr_path": row.ivr_path or None,
                    "state": row.state,
                    "attempts": row.follow_up__attempts or 0,
                    "recovered_at": row.recovered_at,
                    "recovery_seconds": _seconds(row.abandoned_at, row.recovered_at),
                    "handled_by": row.follow_up__handled_by__username
                    or row.follow_up__claimed_by__username,
                }


def _seconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else int((end - start).total_seconds())
