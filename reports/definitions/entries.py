"""The stays in queues and the connections behind every number of a queue."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from callcenter.models import Connection, QueueEntry
from reports.definitions import columns
from reports.present import formats, names
from reports.query.forms import ReportForm
from reports.query.keyset import newest_first
from reports.query.table import Column, Report, Row


class QueueEntriesReport(Report):
    """One row a stay of a call in a queue."""

    slug = "queue-entries"
    title = _("Queue entries")
    columns = [
        columns.CALL_SID,
        columns.VISIT,
        columns.QUEUE,
        Column("entered_at", _("Entered at"), formats.moment),
        Column("left_at", _("Left at"), formats.moment),
        columns.WAIT_SECONDS,
        columns.ENTRY_OUTCOME,
        Column(
            "overflow_reason",
            _("Overflow reason"),
            names=names.of(QueueEntry.OverflowReason),
        ),
        Column("queue_result", _("Twilio's result")),
        columns.POSITION,
        columns.OPERATOR,
        columns.OPERATOR_CALL_SID,
        Column("connections", _("Connections"), formats.count, adds_up=True),
        columns.TALK_SECONDS,
        columns.TALK_SOURCE,
        Column("inferred", _("Inferred"), formats.yes_or_no),
        Column("lost_while_connecting", _("Lost while connecting"), formats.yes_or_no),
    ]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows, newest first."""
        pages = newest_first(
            form.entries(),
            "entered_at",
            "call_id",
            "visit",
            "queue",
            "left_at",
            "wait_seconds",
            "outcome",
            "overflow_reason",
            "queue_result",
            "position",
            "is_inferred",
            "is_lost_while_connecting",
        )
        for page in pages:
            sids = columns.call_sids(entry.call_id for entry in page)
            connections = _connections_of(entry.pk for entry in page)
            for entry in page:
                yield {
                    "call_sid": sids[entry.call_id],
                    "visit": entry.visit,
                    "queue": entry.queue,
                    "entered_at": entry.entered_at,
                    "left_at": entry.left_at,
                    "wait_seconds": entry.wait_seconds,
                    "outcome": entry.outcome,
                    "overflow_reason": entry.overflow_reason or None,
                    "queue_result": entry.queue_result or None,
                    "position": entry.position,
                    **_connected(connections[entry.pk]),
                    "inferred": entry.is_inferred,
                    "lost_while_connecting": entry.is_lost_while_connecting,
                }


class ConnectionsReport(Report):
    """One row a connection of a queue entry to an operator."""

    slug = "connections"
    title = _("Connections")
    columns = [
        columns.CALL_SID,
        columns.VISIT,
        columns.QUEUE,
        columns.OPERATOR,
        columns.OPERATOR_CALL_SID,
        Column("connected_at", _("Connected at"), formats.moment),
        Column("ended_at", _("Ended at"), formats.moment),
        columns.TALK_SECONDS,
        columns.TALK_SOURCE,
    ]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows, newest first."""
        # The period is that of the entries, the order that of the connections: these
        # are read in their own order between the outermost two.
        connections = form.connections()
        outermost = connections.whole().aggregate(
            first=Min("connected_at"), last=Max("connected_at")
        )
        if outermost["first"] is None:
            return
        between = connections.rows.filter(
            connected_at__gte=outermost["first"], connected_at__lte=outermost["last"]
        )
        pages = newest_first(
            replace(connections, rows=between),
            "connected_at",
            "entry_id",
            "operator",
            "operator_call_sid",
            "ended_at",
            "talk_seconds",
            "talk_source",
        )
        for page in pages:
            entries = _entries_of(row.entry_id for row in page)
            for row in page:
                yield {
                    **entries[row.entry_id],
                    "operator": row.operator or None,
                    "operator_call_sid": row.operator_call_sid,
                    "connected_at": row.connected_at,
                    "ended_at": row.ended_at,
                    "talk_seconds": row.talk_seconds,
                    "talk_source": row.talk_source or None,
                }


def _entries_of(pks: Iterable[int]) -> dict[int, Row]:
    """What a connection's row says of its entry."""
    entries = QueueEntry.objects.filter(pk__in=set(pks)).order_by()
    return {
        pk: {"call_sid": sid, "visit": visit, "queue": queue}
        for pk, sid, visit, queue in entries.values_list(
            "pk", "call__sid", "visit", "queue"
        )
    }


def _connections_of(entries: Iterable[int]) -> dict[int, list[Any]]:
    """Connections of entries, the earliest first."""
    found: dict[int, list[Any]] = defaultdict(list)
    connections = Connection.objects.filter(entry__in=list(entries))
    for connection in connections.order_by("connected_at", "pk").values_list(
        "entry_id",
        "operator",
        "operator_call_sid",
        "talk_seconds",
        "talk_source",
        named=True,
    ):
        found[connection.entry_id].append(connection)
    return found


def _connected(connections: list[Any]) -> Row:
    """Who had the caller last, and how long all talks of the entry were."""
    talks = [each.talk_seconds for each in connections if each.talk_seconds is not None]
    last = connections[-1] if connections else None
    return {
        "operator": last.operator or None if last else None,
        "operator_call_sid": last.operator_call_sid if last else None,
        "connections": len(connections),
        "talk_seconds": sum(talks) if talks else None,
        "talk_source": last.talk_source or None if last else None,
    }
