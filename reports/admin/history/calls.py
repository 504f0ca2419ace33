"""The history in the admin: calls and what happened in them, read-only."""

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.decision import Decision, Verb
from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
    WebhookEvent,
)
from callcenter.numbers import phone_number
from reports.admin.filters import (
    LineFilter,
    MenuFilter,
    OperatorFilter,
    PeriodFilter,
    QueueFilter,
    RecentLineFilter,
    RecentOperatorFilter,
    RecentQueueFilter,
)
from reports.admin.history.base import NOTHING, HistoryAdmin
from reports.admin.history.linked import Linked
from reports.admin.history.parts import EntryPartAdmin, PartAdmin
from reports.present import formats, masking
from reports.timeline.page import TimelinePage


@admin.register(Call)
class CallAdmin(TimelinePage, HistoryAdmin[Call]):
    """Legs: whose, when, with what outcome; a leg's page shows all that hangs on it."""

    list_display = [
        "started_at",
        "kind",
        "caller_number",
        "line_number",
        "shown_outcome",
        "wait",
        "talk",
        "length",
    ]
    list_filter = [
        ("started_at", PeriodFilter),
        "kind",
        "outcome",
        LineFilter,
        RecentQueueFilter,
        RecentOperatorFilter,
    ]
    sortable_by = ["started_at"]
    sid_lookups = ["sid"]
    number_lookup = "caller_reversed"
    fields = ["sid"]  # its page is a timeline, without a form

    @admin.display(description=_("caller"))
    def caller_number(self, call: Call) -> str:
        # An operator's number is no secret.
        if call.kind == Call.Kind.OPERATOR:
            return phone_number(call.caller) or NOTHING
        return masking.shown(call.caller) or NOTHING

    @admin.display(description=_("line"))
    def line_number(self, call: Call) -> str:
        return phone_number(call.line) or NOTHING

    @admin.display(description=_("duration"))
    def length(self, call: Call) -> str:
        return formats.duration(call.duration_seconds) or NOTHING

    @admin.display(description=_("wait"))
    def wait(self, call: Call) -> str:
        return formats.duration(call.wait_seconds) or NOTHING

    @admin.display(description=_("talk"))
    def talk(self, call: Call) -> str:
        return formats.duration(call.talk_seconds) or NOTHING


@admin.register(QueueEntry)
class QueueEntryAdmin(PartAdmin[QueueEntry]):
    """Stays in queues: how long, with what outcome, and why."""

    list_display = [
        "entered_at",
        "queue",
        "caller_number",
        "shown_outcome",
        "overflow_reason",
        "wait",
        "position",
        "inferred",
    ]
    list_filter = [
        ("entered_at", PeriodFilter),
        QueueFilter,
        "outcome",
        RecentOperatorFilter,
        RecentLineFilter,
    ]
    sortable_by = ["entered_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "call",
                    "queue",
                    "visit",
                    "entered_at",
                    "left_at",
                    "wait",
                    "outcome",
                    "overflow_reason",
                    "queue_result",
                    "position",
                    "target_seconds",
                    "inferred",
                    "lost",
                ]
            },
        )
    ]

    @admin.display(description=_("inferred"))
    def inferred(self, entry: QueueEntry) -> str:
        # A red cross in every other row would look like a fault.
        return gettext("yes") if entry.is_inferred else NOTHING

    @admin.display(description=_("lost while connecting"))
    def lost(self, entry: QueueEntry) -> str:
        return gettext("yes") if entry.is_lost_while_connecting else NOTHING

    def linked(self, obj: QueueEntry) -> list[Linked]:
        known = ["queue", "caller_number"]
        # What brought the caller in, what happened there, and who took the caller: a
        # connect request names the queue but no visit.
        of_the_stay = (
            Q(decision=str(Decision(Verb.ENQUEUE, obj.queue, obj.visit)))
            | Q(queue=obj.queue, visit=obj.visit)
            | Q(queue=obj.queue, kind=WebhookEvent.Kind.CONNECT)
        )
        events = WebhookEvent.objects.filter(of_the_stay, call_sid=obj.call.sid)
        abandoned = AbandonedCall.objects.with_state().filter(entry=obj)
        return [
            Linked(obj.connections.order_by("connected_at", "id"), without=known),
            Linked(abandoned, without=known),
            Linked(CallbackRequest.objects.filter(entry=obj), without=known),
            Linked(events.order_by("received_at", "id")),
        ]


@admin.register(Connection)
class ConnectionAdmin(EntryPartAdmin[Connection]):
    """Conversations: who took whom, and for how long."""

    list_display = [
        "connected_at",
        "queue",
        "caller_number",
        "operator_number",
        "talk",
        "talk_source",
    ]
    list_filter = [
        ("connected_at", PeriodFilter),
        OperatorFilter,
        RecentQueueFilter,
    ]
    sortable_by = ["connected_at"]
    sid_lookups = ["entry__call__sid", "operator_call_sid"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "call",
                    "entry",
                    "operator",
                    "operator_call_sid",
                    "connected_at",
                    "ended_at",
                    "talk",
                    "talk_source",
                ]
            },
        )
    ]

    def of_sid(
        self, queryset: models.QuerySet[Connection], term: str
    ) -> models.QuerySet[Connection]:
        # Asked for first: an OR over two tables takes no index.
        stays = QueueEntry.objects.filter(call__sid=term).values_list("pk", flat=True)
        return queryset.filter(Q(entry__in=list(stays)) | Q(operator_call_sid=term))

    @admin.display(description=_("operator"))
    def operator_number(self, connection: Connection) -> str:
        return phone_number(connection.operator) or NOTHING

    @admin.display(description=_("talk"))
    def talk(self, connection: Connection) -> str:
        return formats.duration(connection.talk_seconds) or NOTHING

    def linked(self, obj: Connection) -> list[Linked]:
        legs = Call.objects.filter(sid=obj.operator_call_sid)
        events = WebhookEvent.objects.filter(
            call_sid=obj.entry.call.sid, other_sid=obj.operator_call_sid
        ) | WebhookEvent.objects.filter(
            call_sid=obj.operator_call_sid, other_sid=obj.entry.call.sid
        )
        return [
            Linked(legs, title=_("The operator's leg")),
            Linked(events.order_by("received_at", "id")),
        ]


@admin.register(IvrStep)
class IvrStepAdmin(PartAdmin[IvrStep]):
    """Menus asked: with what input, and what it led to."""

    list_display = ["asked_at", "caller_number", "menu", "input", "led_to"]
    list_filter = [("asked_at", PeriodFilter), MenuFilter, RecentLineFilter]
    sortable_by = ["asked_at"]
    fieldsets = [
        (None, {"fields": ["call", "step", "asked_at", "menu", "input", "led_to"]})
    ]

    def linked(self, obj: IvrStep) -> list[Linked]:
        events = WebhookEvent.objects.filter(
            call_sid=obj.call.sid, kind=WebhookEvent.Kind.MENU, menu=obj.menu
        )
        return [Linked(events.order_by("received_at", "id"))]


@admin.register(OperatorState)
class OperatorStateAdmin(PartAdmin[OperatorState]):
    """What operators were doing, interval by interval."""

    list_display = ["started_at", "operator_number", "state", "reason", "ended_at"]
    list_filter = [("started_at", PeriodFilter), OperatorFilter]
    sortable_by = ["started_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "call",
                    "operator",
                    "state",
                    "reason",
                    "started_at",
                    "ended_at",
                ]
            },
        )
    ]

    @admin.display(description=_("operator"))
    def operator_number(self, state: OperatorState) -> str:
        return phone_number(state.operator) or NOTHING
