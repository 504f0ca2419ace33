"""The moments of an operator's leg, and of a leg we dialled. No database."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from callcenter.models import Connection, OperatorState, WebhookEvent
from callcenter.routes import Kind
from reports.timeline.ending import ending, other_requests
from reports.timeline.kinds import legs, operators, ring_backs
from reports.timeline.moment_kind import MomentKind
from reports.timeline.pool import Pool
from reports.timeline.story import Moment, Phase, Story, in_order, seconds

State = OperatorState.State

_OF_A_SHIFT = (Kind.OPERATOR, Kind.OPERATOR_DONE, Kind.CONNECT, Kind.CLIENT)
_OF_A_RING_BACK = (Kind.RING_BACK, Kind.RING_BACK_DONE)
_PHASES = {
    State.READY: Phase.READY,
    State.TALKING: Phase.TALK,
    State.WRAP_UP: Phase.WRAP_UP,
    State.NOT_READY: Phase.AWAY,
    State.SIGNED_OUT: Phase.END,
}


def moments(story: Story) -> list[Moment]:
    """A shift: dialled in, each state with the requests received in it, the end."""
    pool = Pool(story.events)
    ended_at = story.call.ended_at
    states = sorted(
        # If the end of the leg signs the operator out, the line of the end is enough.
        (one for one in story.states if ended_at is None or one.started_at < ended_at),
        key=lambda state: state.started_at,
    )
    first = states[0].started_at if states else None
    before = pool.take_all(
        lambda one: (
            one.kind in (Kind.INCOMING, Kind.CLIENT, Kind.OPERATOR)
            and (first is None or one.received_at < first)
        )
    )
    begun = [event for copies in before for event in copies]
    dialled = Moment(story.start, legs.DialledIn(), Phase.SIGNING_IN, events=begun)
    if any(story.is_own(one, *_OF_A_RING_BACK) for one in story.events):
        how = ring_backs.OPERATOR_RUNG
        dialled = Moment(_first(story), how, Phase.NONE, events=begun)
    found = [dialled, *_states(story, pool, states), *other_requests(story, pool)]
    return in_order([*found, *ending(story, pool, found)])


def outbound_moments(story: Story) -> list[Moment]:
    """A call of ours: dialled, answered, what Twilio said of it, and its end."""
    pool = Pool(story.events)
    found = [Moment(_first(story), legs.DialledOut(), Phase.NONE)]
    if story.call.duration_seconds:
        found.append(Moment(story.start, legs.WAS_ANSWERED, Phase.TALK))
    found += other_requests(story, pool)
    return in_order([*found, *ending(story, pool, found)])


def _first(story: Story) -> datetime:
    """When a leg that we rang was first heard of: its length counts from the answer."""
    return min([story.start, *(one.received_at for one in story.events)])


def _states(
    story: Story, pool: Pool, states: Sequence[OperatorState]
) -> Iterator[Moment]:
    for number, state in enumerate(states):
        until = states[number + 1].started_at if number + 1 < len(states) else None
        requests = pool.take_all(partial(_is_during, state.started_at, until))
        connection = _begun_in(state, until, story.connections)
        kind: MomentKind
        if connection:
            entry = connection.entry
            kind = operators.TakesCaller(
                entry.call, entry.queue, connection.talk_seconds
            )
        else:
            lasted = seconds(state.started_at, state.ended_at)
            kind = operators.StateBegins(State(state.state), lasted, state.reason)
        yield Moment(
            state.started_at,
            kind,
            _PHASES[State(state.state)],
            row=connection or state,
            events=[event for copies in requests for event in copies],
        )


def _is_during(since: datetime, until: datetime | None, event: WebhookEvent) -> bool:
    return (
        event.kind in _OF_A_SHIFT
        and event.received_at >= since
        and (until is None or event.received_at < until)
    )


def _begun_in(
    state: OperatorState, until: datetime | None, connections: Sequence[Connection]
) -> Connection | None:
    """The conversation that makes a state `talking`: the first that began in it."""
    if state.state != State.TALKING:
        return None
    begun = (
        one
        for one in connections
        if one.connected_at >= state.started_at
        and (until is None or one.connected_at < until)
    )
    return min(begun, key=lambda one: one.connected_at, default=None)
