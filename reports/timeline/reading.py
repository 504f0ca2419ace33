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
    Queue,
    Recording,
    WebhookEvent,
)
from callcenter.routes import Kind
from reports.query.periods import Period
from reports.timeline.requests import Requests, requests_of
from reports.timeline.story import Story

# A caller goes through some dozen requests, a shift through a thousand.
MOST_EVENTS = 1_000
MOST_STATES = 3_000
# A wrap-up that lasts longer is not shown with the call before it.
_LONGEST_WRAP_UP = timedelta(hours=1)
MOST_OTHER_CALLS = 20


def story_of(call: Call, *, now: datetime | None = None) -> Story:
    """The leg with its rows and events."""
    # Requests under the leg's SID, and those of other legs that name it.
    read = WebhookEvent.objects.of_call(call.sid).order_by("received_at", "id")
    events = list(read[:MOST_EVENTS])
    story = Story(
        call,
        now or timezone.now(),
        requests=Requests(events),
        is_cut=len(events) == MOST_EVENTS,
    )
    if call.kind == Call.Kind.OPERATOR:
        taken = Connection.objects.filter(operator_call_sid=call.sid)
        taken = taken.select_related("entry__call").order_by("connected_at", "id")
        story.connections = list(taken[:MOST_STATES])
        story.states = list(call.operator_states.order_by("started_at")[:MOST_STATES])
    elif call.kind == Call.Kind.OUTBOUND:
        legs = {one.other_sid for one in events} | {one.call_sid for one in events}
        story.legs = list(Call.objects.filter(sid__in=legs - {"", call.sid}))
    else:
        _read_caller(story)
    return story


def _read_caller(story: Story) -> None:
    """What hangs on a caller's leg."""
    call, events = story.call, story.events
    taken = Connection.objects.filter(entry__call=call)
    callbacks = CallbackRequest.objects.filter(entry__call=call)
    story.steps = list(call.ivr_steps.order_by("step"))
    story.entries = list(call.queue_entries.order_by("visit"))
    story.connections = list(taken.order_by("connected_at", "id"))
    story.abandoned = list(AbandonedCall.all_reasons.with_state().filter(call=call))
    story.callbacks = list(callbacks.order_by("requested_at"))
    story.voicemails = list(call.voicemails.order_by("left_at"))
    # That of a conversation is on the operator's leg.
    heard = Recording.objects.filter(Q(call=call) | Q(caller_sid=call.sid))
    story.recordings = list(heard.order_by("recorded_at", "id"))
    story.states = _states_during(story.connections)
    legs = {one.operator_call_sid for one in story.connections}
    legs |= {one.other_sid for one in events if one.kind == Kind.CONNECT}
    story.legs = list(Call.objects.filter(sid__in=legs - {""}))
    story.requests = _requests(call, events)


def _requests(call: Call, events: Sequence[WebhookEvent]) -> Requests:
    """What history's rules make of a caller's events, and of what they need besides."""
    of_legs = _of_operators_legs(call, events)
    nameless = any(
        one.kind in (Kind.CONNECT, Kind.OPERATOR_DONE) and not one.queue
        for one in (*events, *of_legs)
    )
    queues: dict[str, str] = {}
    if nameless:
        known = Queue.objects.exclude(twilio_sid="")
        queues = dict(known.values_list("twilio_sid", "slug"))
    unknown = {one.other_sid for one in of_legs if one.kind == Kind.OPERATOR_DONE}
    unknown -= {"", call.sid}
    if unknown:
        # Of a sealed call no event is left, and yet it is known.
        unknown -= set(Call.objects.sealed(unknown).values_list("sid", flat=True))
    return requests_of(
        call.sid,
        events,
        of_legs=of_legs,
        queues_by_sid=queues,
        unknown_legs=frozenset(unknown),
    )


def _of_operators_legs(
    call: Call, events: Sequence[WebhookEvent]
) -> list[WebhookEvent]:
    """Dial actions that name no known caller, but may belong to this call.

    Such an action belongs to the caller whom its leg was given last before it.
    """
    since: dict[str, datetime] = {}
    for one in events:
        if one.kind == Kind.CONNECT and one.call_sid == call.sid and one.other_sid:
            since.setdefault(one.other_sid, one.received_at)
    if not since:
        return []
    ended = WebhookEvent.objects.of_operator_legs(since)
    ended = ended.filter(kind=Kind.OPERATOR_DONE).order_by("received_at", "id")
    have = {one.pk for one in events}
    actions = [one for one in ended[:MOST_EVENTS] if one.pk not in have]
    if not actions:
        return []
    connects = WebhookEvent.objects.filter(
        kind=Kind.CONNECT,
        other_sid__in={one.call_sid for one in actions},
        received_at__gte=min(since.values()),
        received_at__lte=actions[-1].received_at,
    ).exclude(call_sid=call.sid)
    return [*actions, *connects.order_by("received_at", "id")[:MOST_EVENTS]]


def _states_during(connections: Sequence[Connection]) -> list[OperatorState]:
    """What the operators' legs were in when they took the caller, and afterwards."""
    if not connections:
        return []
    during = Q(pk=None)
    for one in connections:
        until = (one.ended_at or one.connected_at) + _LONGEST_WRAP_UP
        goes_on = Q(ended_at__gte=one.connected_at) | Q(
            started_at__gte=one.connected_at
        )
        during |= goes_on & Q(call__sid=one.operator_call_sid, started_at__lte=until)
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
