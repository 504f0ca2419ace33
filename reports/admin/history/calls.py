"""The history in the admin: calls and what happened in them, read-only."""

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.utils.html import format_html
from django.utils.text import capfirst
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
from reports.admin.caller_filter import CallerFilter
from reports.admin.filters import (
    ChoiceFilter,
    CountedCallFilter,
    CountedFilter,
    CountedStepFilter,
    LineFilter,
    MenuFilter,
    NowFilter,
    OperatorFilter,
    PathFilter,
    QueueFilter,
    RecentLineFilter,
    RecentOperatorFilter,
    RecentQueueFilter,
)
from reports.admin.history.base import HistoryAdmin
from reports.admin.history.linked import Linked
from reports.admin.history.parts import EntryPartAdmin, PartAdmin
from reports.admin.periods import (
    CallPeriodFilter,
    ConnectionPeriodFilter,
    DaysFilter,
    EntryPeriodFilter,
    PeriodFilter,
)
from reports.admin.wait_filter import WaitFilter
from reports.present import swatches
from reports.timeline.page import TimelinePage


@admin.register(Call)
class CallAdmin(TimelinePage, HistoryAdmin[Call]):
    """Legs: whose, when, with what outcome; a leg's page shows its timeline."""

    list_columns = [
        "started_at",
        "outcome_or_kind",
        "caller",
        "line",
        "operator",
        "wait_seconds",
        "talk_seconds",
        "duration_seconds",
    ]
    sorts_short_periods_by = ["wait_seconds"]
    list_filter = [
        ("started_at", CallPeriodFilter),
        ("kind", ChoiceFilter),
        ("outcome", ChoiceFilter),
        LineFilter,
        RecentQueueFilter,
        RecentOperatorFilter,
        CountedCallFilter,
        CallerFilter,
        PathFilter,
    ]
    sid_lookups = ["sid"]
    number_lookup = "caller_reversed"
    fields = ["sid"]  # its page is a timeline, without a form

    @admin.display(description=_("outcome"))
    def outcome_or_kind(self, call: Call) -> str:
        """The outcome; of legs that have none whose they are, or who knows of them."""
        if call.outcome:
            return swatches.outcome(call.outcome, call.get_outcome_display())
        is_customer = call.kind == Call.Kind.CUSTOMER
        kind = "" if is_customer else capfirst(call.get_kind_display())
        if call.from_log != Call.FromLog.CALL:
            return kind
        only = gettext("only in Twilio's log")
        return format_html('{} <span class="quiet">{}</span>', kind, only)


@admin.register(QueueEntry)
class QueueEntryAdmin(PartAdmin[QueueEntry]):
    """Queue entries: how long the caller waited, with what outcome, and why."""

    named_by = ["queue", "entered_at"]
    list_columns = [
        "entered_at",
        "outcome",
        "queue",
        "caller",
        "operator",
        "wait_seconds",
        "talk_seconds",
    ]
    sorts_short_periods_by = ["wait_seconds"]
    list_filter = [
        ("entered_at", EntryPeriodFilter),
        QueueFilter,
        ("outcome", ChoiceFilter),
        CountedFilter,
        WaitFilter,
        RecentOperatorFilter,
        RecentLineFilter,
        NowFilter,
    ]
    fields = [
        "call",
        "queue",
        "visit",
        "entered_at",
        "left_at",
        "wait_seconds",
        "target_seconds",
        "outcome",
        "overflow_reason",
        "queue_result",
        "position",
        "operator",
        "talk_seconds",
        "inferred",
        "lost_while_connecting",
    ]

    def linked(self, obj: QueueEntry) -> list[Linked]:
        known = ["queue", "caller"]
        # What brought the caller in, what happened there, and who took the caller: a
        # connect request names the queue but no visit.
        of_the_entry = (
            Q(decision=str(Decision(Verb.ENQUEUE, obj.queue, obj.visit)))
            | Q(queue=obj.queue, visit=obj.visit)
            | Q(queue=obj.queue, kind=WebhookEvent.Kind.CONNECT)
        )
        events = WebhookEvent.objects.filter(of_the_entry, call_sid=obj.call.sid)
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

    named_by = ["operator", "connected_at"]
    list_columns = [
        "connected_at",
        "operator",
        "queue",
        "caller",
        "wait_seconds",
        "talk_seconds",
    ]
    list_filter = [
        ("connected_at", ConnectionPeriodFilter),
        OperatorFilter,
        RecentQueueFilter,
    ]
    sid_lookups = ["entry__call__sid", "operator_call_sid"]
    fields = [
        "call",
        "shown_entry",
        "operator",
        "operator_number",
        "operator_call_sid",
        "connected_at",
        "ended_at",
        "talk_seconds",
        "talk_source",
        "wrap_up_code",
        "note",
    ]

    def of_sid(
        self, queryset: models.QuerySet[Connection], term: str
    ) -> models.QuerySet[Connection]:
        # Asked for first: an OR over two tables takes no index.
        entries = QueueEntry.objects.filter(call__sid=term).values_list("pk", flat=True)
        return queryset.filter(Q(entry__in=list(entries)) | Q(operator_call_sid=term))

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

    named_by = ["menu", "asked_at"]
    list_columns = ["asked_at", "led_to", "menu", "input", "caller"]
    list_filter = [
        ("asked_at", DaysFilter),
        MenuFilter,
        CountedStepFilter,
        RecentLineFilter,
    ]
    fields = ["call", "step", "asked_at", "menu", "input", "led_to"]

    def linked(self, obj: IvrStep) -> list[Linked]:
        events = WebhookEvent.objects.filter(
            call_sid=obj.call.sid, kind=WebhookEvent.Kind.MENU, menu=obj.menu
        )
        return [Linked(events.order_by("received_at", "id"))]


@admin.register(OperatorState)
class OperatorStateAdmin(PartAdmin[OperatorState]):
    """What operators were doing, interval by interval."""

    named_by = ["operator", "started_at"]
    list_columns = [
        "started_at",
        "state",
        "operator",
        "ended_at",
        "duration_seconds",
    ]
    list_filter = [
        ("started_at", PeriodFilter),
        OperatorFilter,
        ("state", ChoiceFilter),
        NowFilter,
    ]
    fields = [
        "call",
        "operator",
        "operator_number",
        "state",
        "reason",
        "started_at",
        "ended_at",
    ]
