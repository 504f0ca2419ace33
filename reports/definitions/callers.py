"""Abandoned calls, with the state of the work on each caller."""

from django.utils.translation import gettext_lazy as _

from callcenter.models import AbandonedCall
from reports.definitions import columns
from reports.present import kinds, names, swatches
from reports.query.keyset import Listed
from reports.query.selection import Selection
from reports.query.table import Column, ListTable


class AbandonedCallsReport(ListTable):
    """One row per abandoned queue entry; short ones make none."""

    slug = "abandoned-calls"
    title = _("Abandoned calls")
    model = AbandonedCall
    moment = "abandoned_at"
    columns = [
        Column("abandoned_at", _("Abandoned at"), kinds.MOMENT),
        columns.CALL_SID,
        columns.VISIT,
        columns.QUEUE,
        columns.CALLER,
        columns.WAIT_SECONDS,
        columns.POSITION,
        columns.IVR_PATH,
        Column(
            "state",
            _("State"),
            names=names.of(AbandonedCall.State),
            drawn=swatches.badge,
        ),
        Column(
            "attempts",
            _("Attempts"),
            kinds.COUNT,
            paths=("follow_up__attempts",),
            value=lambda attempts: attempts or 0,
            adds_up=True,
        ),
        Column("recovered_at", _("Recovered at"), kinds.MOMENT),
        Column(
            "recovery_seconds",
            _("Recovery time"),
            kinds.SECONDS,
            paths=("abandoned_at", "recovered_at"),
            value=columns.seconds_between,
        ),
        Column(
            "handled_by",
            _("Handled by"),
            names=names.users,
            paths=(
                "follow_up__handled_by__username",
                "follow_up__claimed_by__username",
            ),
            value=lambda handled_by, claimed_by: handled_by or claimed_by,
        ),
        *columns.of_fields(AbandonedCall, "entered_at"),
        *columns.line_of(),
    ]

    def listed(self, asked: Selection) -> Listed[AbandonedCall]:
        """Those that entered in the period; withdrawn ones count nowhere."""
        rows = AbandonedCall.objects.with_state().filter(is_withdrawn=False)
        return asked.listed(rows, "entered_at")
