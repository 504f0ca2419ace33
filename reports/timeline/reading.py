"""Reads a leg and all that hangs on it, in a fixed number of queries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    OperatorState,
    WebhookEvent,
)
from reports.query.periods import Period
from reports.timeline.story import Story

Kind = WebhookEvent.Kind

# A caller goes through some dozen requests, a shift through a thousand.
MOST_EVENTS = 1_000
MOST_STATES = 3_000
# A wrap-up that lasts longer is not shown with the call before it.
_LONGEST_WRAP_UP = timedelta(hours=1)
MOST_OTHER_CALLS = 20


def story_of(call: Call, *, now: datetime | None = None) -> Story:
    """The leg with its rows and events."""
    now = now or timezone.now()
    if call.kind == Call.Kind.OPERATOR:
        return _operators(call, now)
    if call.kind == Call.Kind.OUTBOUND:
        events = _events(call)
        others = {one.other_sid for one in events} | {one.call_sid for one in events}
        legs = Call.objects.filter(sid__in=others - {"", call.sid})
        return Story(
            call, now, events=events, legs=list(legs), is_cut=len(events) == MOST_EVENTS
        )
    return _callers(call, now)


def _callers(call: Call, now: datetime) -> Story:
    entries = list(call.queue_entries.order_by("visit"))
    taken = Connection.objects.filter(entry__call=call)
    connections = list(taken.order_by("connected_at", "id"))
    events = _events(call)
    legs = {one.operator_call_sid for one in connections}
    legs |= {one.other_sid for one in events if one.kind == Kind.CONNECT}
    wishes = CallbackRequest.objects.filter(entry__call=call)
    return Story(
        call,
        now,
        steps=list(call.ivr_steps.order_by("step")),
        entries=entries,
        connections=connections,
        abandoned=list(AbandonedCall.objects.with_state().filter(call=call)),
        callbacks=list(wishes.order_by("requested_at")),
        voicemails=list(call.voicemails.order_by("left_at")),
        recordings=list(call.recordings.order_by("recorded_at")),
        states=_states_during(connections),
        events=[*events, *_unnamed_ends(connections, events)],
        legs=list(Call.objects.filter(sid__in=legs - {""})),
        is_cut=len(events) == MOST_EVENTS,
    )


def _operators(call: Call, now: datetime) -> Story:
    taken = Connection.objects.filter(operator_call_sid=call.sid)
    connections = taken.select_related("entry__call").order_by("connected_at", "id")
    states = call.operator_states.order_by("started_at")[:MOST_STATES]
    events = _events(call)
    return Story(
        call,
        now,
        connections=list(connections[:MOST_STATES]),
        states=list(states),
        events=events,
        is_cut=len(events) == MOST_EVENTS,
    )


def _events(call: Call) -> list[WebhookEvent]:
    """Requests under the leg's SID, and those of other legs that name it."""
    events = WebhookEvent.objects.of_call(call.sid)
    return list(events.order_by("received_at", "id")[:MOST_EVENTS])


def _unnamed_ends(
    connections: Sequence[Connection], events: Sequence[WebhookEvent]
) -> list[WebhookEvent]:
    """Dial actions that ended these conversations and name no caller."""
    ends = [one.ended_at for one in connections if one.ended_at]
    if not ends:
        return []
    have = {one.pk for one in events}
    found = WebhookEvent.objects.filter(
        call_sid__in={one.operator_call_sid for one in connections},
        kind=Kind.OPERATOR_DONE,
        received_at__in=ends,
    )
    return [one for one in found if one.pk not in have]


def _states_during(connections: Sequence[Connection]) -> list[OperatorState]:
    """What the operators' legs were in when they took the caller, and afterwards."""
    if not connections:
        return []
    during = Q(pk=None)
    for one in connections:
        until = (one.ended_at or one.connected_at) + _LONGEST_WRAP_UP
        during |= Q(
            call__sid=one.operator_call_sid,
            started_at__lte=until,
            ended_at__gte=one.connected_at,
        ) | Q(
            call__sid=one.operator_call_sid,
            started_at__gte=one.connected_at,
            started_at__lte=until,
        )
    states = OperatorState.objects.filter(during).select_related("call")
    return list(states.order_by("started_at")[:MOST_STATES])


def same_day(call: Call) -> list[Call]:
    """This caller's calls of the same local day, this one among them, in order.

    Nothing for a caller who is withheld: such calls are not of one caller.
    """
    if not call.caller or call.started_at is None:
        return []
    zone = ZoneInfo(timezone.get_current_timezone_name())
    day = call.started_at.astimezone(zone).date()
    start, end = Period(day, day, zone).bounds()
    calls = Call.objects.filter(caller=call.caller).started_between(start, end)
    kinds = [Call.Kind.CUSTOMER, Call.Kind.OUTBOUND]
    found = calls.filter(kind__in=kinds).order_by("started_at", "id")
    return list(found[:MOST_OTHER_CALLS])
