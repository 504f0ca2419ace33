"""Abandoned calls, with the state of the work on each caller, and that work."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models import AbandonedCall, FollowUp
from callcenter.models.states import LONGEST_LEG
from reports.definitions import columns
from reports.present import kinds, names, swatches
from reports.query.keyset import Listed
from reports.query.selection import Selection
from reports.query.table import Column, ListTable

State = AbandonedCall.State


def _work_state(
    state: str, is_withdrawn: bool, recovered_at: datetime | None, caller: str
) -> str:
    """The state of the work on a call, as `AbandonedCall.with_state` has it."""
    if is_withdrawn:
        return State.WITHDRAWN
    if state in (State.REACHED, State.CLOSED):
        return state
    if recovered_at:
        return State.RECOVERED
    return state if caller else State.CLOSED


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
        if asked.first and asked.last:
            # They are ordered by when they gave up; without these bounds a queue of few
            # calls would be looked for among all calls ever.
            start, end = asked.period.bounds()
            rows = rows.filter(
                abandoned_at__gte=start, abandoned_at__lt=end + LONGEST_LEG
            )
        return asked.listed(rows, "entered_at")


class FollowUps(ListTable):
    """One row per call to ring back on which somebody has acted."""

    slug = "follow-ups"
    model = FollowUp
    moment = "updated_at"
    columns = [
        replace(columns.CALLER, paths=("abandoned_call__caller",)),
        replace(columns.QUEUE, paths=("abandoned_call__queue",)),
        Column(
            "reason",
            pgettext_lazy("work list", "Reason"),
            names=names.of(AbandonedCall.Reason),
            paths=("abandoned_call__reason",),
        ),
        Column(
            "abandoned_at",
            _("Called at"),
            kinds.MOMENT,
            paths=("abandoned_call__abandoned_at",),
        ),
        Column(
            "state",
            _("State"),
            names=names.of(State),
            drawn=swatches.badge,
            paths=(
                "state",
                "abandoned_call__is_withdrawn",
                "abandoned_call__recovered_at",
                "abandoned_call__caller",
            ),
            value=_work_state,
        ),
        Column(
            "claimed_by",
            _("claimed by"),
            names=names.users,
            paths=("claimed_by__username",),
        ),
        *columns.of_fields(FollowUp, "claimed_at", "attempts", "updated_at"),
        Column(
            "handled_by",
            _("handled by"),
            names=names.users,
            paths=("handled_by__username",),
        ),
        *columns.of_fields(FollowUp, "handled_at"),
        replace(columns.CALL_SID, paths=("abandoned_call__call__sid",)),
        replace(columns.VISIT, paths=("abandoned_call__visit",)),
        Column(
            "recovered_at",
            _("Recovered at"),
            kinds.MOMENT,
            paths=("abandoned_call__recovered_at",),
        ),
    ]
