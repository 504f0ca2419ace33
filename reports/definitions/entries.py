"""The queue entries and the connections behind every number of a queue."""

from dataclasses import replace

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models import CallbackRequest, Connection, QueueEntry
from callcenter.models.states import LONGEST_LEG
from reports.definitions import columns
from reports.present import kinds, names, swatches
from reports.query.keyset import Listed
from reports.query.selection import Selection
from reports.query.table import Column, ListTable
from reports.query.values import total


class QueueEntriesReport(ListTable):
    """One row per queue entry; of several operators it names the last."""

    slug = "queue-entries"
    title = _("Queue entries")
    model = QueueEntry
    moment = "entered_at"
    columns = [
        columns.CALL_SID,
        columns.VISIT,
        columns.QUEUE,
        Column("entered_at", _("Entered at"), kinds.MOMENT),
        Column("left_at", _("Left at"), kinds.MOMENT),
        columns.WAIT_SECONDS,
        Column(
            "outcome",
            _("Outcome"),
            names=names.of(QueueEntry.Outcome),
            drawn=swatches.outcome,
        ),
        Column(
            "overflow_reason",
            _("Overflow reason"),
            names=names.of(QueueEntry.OverflowReason),
        ),
        Column("queue_result", _("Twilio's result")),
        columns.POSITION,
        replace(columns.OPERATOR, paths=("connections__operator",)),
        replace(columns.OPERATOR_CALL_SID, paths=("connections__operator_call_sid",)),
        Column(
            "connections",
            pgettext_lazy("count", "Connections"),
            kinds.COUNT,
            paths=("connections__operator_call_sid",),
            gather=len,
            adds_up=True,
        ),
        replace(
            columns.TALK_SECONDS, paths=("connections__talk_seconds",), gather=total
        ),
        replace(columns.TALK_SOURCE, paths=("connections__talk_source",)),
        Column("inferred", _("Inferred"), kinds.RARELY_YES, paths=("is_inferred",)),
        Column(
            "lost_while_connecting",
            _("Lost while connecting"),
            kinds.RARELY_YES,
            paths=("is_lost_while_connecting",),
        ),
        *columns.of_fields(QueueEntry, "target_seconds"),
        columns.operator_number("connections__operator"),
        *columns.of_call(),
    ]


class ConnectionsReport(ListTable):
    """One row per connection of a queue entry to an operator."""

    slug = "connections"
    title = _("Connections")
    model = Connection
    moment = "connected_at"
    columns = [
        replace(columns.CALL_SID, paths=("entry__call__sid",)),
        replace(columns.VISIT, paths=("entry__visit",)),
        replace(columns.QUEUE, paths=("entry__queue",)),
        columns.OPERATOR,
        columns.OPERATOR_CALL_SID,
        Column("connected_at", _("Connected at"), kinds.MOMENT),
        Column("ended_at", _("Ended at"), kinds.MOMENT),
        columns.TALK_SECONDS,
        columns.TALK_SOURCE,
        columns.operator_number(),
        replace(
            columns.WAIT_SECONDS, is_for_lists=True, paths=("entry__wait_seconds",)
        ),
        *columns.of_call("entry__call"),
    ]

    def listed(self, asked: Selection) -> Listed[Connection]:
        """The connections of a report.

        The period is that of their entries, but they are ordered by their own moment,
        which comes while the caller's leg lasts. So connections are read that were made
        from the beginning of the period until a leg of its last day must be over.
        """
        start, end = asked.period.bounds()
        of_legs = Q(connected_at__gte=start, connected_at__lt=end + LONGEST_LEG)
        between = Connection.objects.filter(of_legs)
        return Listed(asked.connections().filter(of_legs), between, is_filtered=True)


class CallbackRequests(ListTable):
    """One row per wish to be rung back."""

    slug = "callback-requests"
    model = CallbackRequest
    moment = "requested_at"
    columns = [
        *columns.of_fields(CallbackRequest, "requested_at"),
        replace(columns.QUEUE, paths=("entry__queue",)),
        columns.CALLER,
        *columns.line_of("entry__call"),
        replace(columns.CALL_SID, paths=("entry__call__sid",)),
    ]
