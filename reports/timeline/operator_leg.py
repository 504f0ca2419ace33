"""The moments of an operator's leg, and of one we dialled. No database."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from callcenter.models import OperatorState, WebhookEvent
from reports.timeline.ending import ending, rest
from reports.timeline.story import Moment, Phase, Pool, Story, in_order, seconds

Kind = WebhookEvent.Kind
State = OperatorState.State

_PHASES = {
    State.READY: Phase.READY,
    State.TALKING: Phase.TALK,
    State.WRAP_UP: Phase.WRAP_UP,
    State.NOT_READY: Phase.AWAY,
    State.SIGNED_OUT: Phase.END,
}


def moments(story: Story) -> list[Moment]:
    """A shift: dialled in, each state with the requests it went through, the end."""
    pool = Pool(story.events)
    states = sorted(
        # Who is signed out by the end of the leg is told by the end.
        (one for one in story.states if one.started_at != story.call.ended_at),
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
    found = [Moment(story.start, "dialled-in", {}, Phase.SIGNING_IN, events=begun)]
    found += _states(story, pool, states)
    found += rest(story, pool)
    return in_order([*found, *ending(story, pool, found)])


def _is_during(since: datetime, until: datetime | None, event: WebhookEvent) -> bool:
    kinds = (Kind.OPERATOR, Kind.OPERATOR_DONE, Kind.CONNECT, Kind.CLIENT)
    return (
        event.kind in kinds
        and event.received_at >= since
        and (until is None or event.received_at < until)
    )


def _states(
    story: Story, pool: Pool, states: Sequence[OperatorState]
) -> Iterator[Moment]:
    taken = {one.connected_at: one for one in story.connections}
    for number, state in enumerate(states):
        until = states[number + 1].started_at if number + 1 < len(states) else None
        events = pool.take_all(partial(_is_during, state.started_at, until))
        connection = taken.get(state.started_at)
        facts = {
            "state": state.state,
            "seconds": seconds(state.started_at, state.ended_at),
            "reason": state.reason,
            "talk": connection.talk_seconds if connection else None,
            "queue": connection.entry.queue if connection else "",
            "caller": connection.entry.call if connection else None,
        }
        yield Moment(
            state.started_at,
            "state",
            facts,
            _PHASES.get(State(state.state), Phase.AWAY),
            row=connection or state,
            events=[event for copies in events for event in copies],
        )


def outbound_moments(story: Story) -> list[Moment]:
    """A call of ours: dialled, taken, what Twilio said of it, and its end."""
    pool = Pool(story.events)
    # Of such a leg Twilio's length counts from the answer.
    first = min([story.start, *(one.received_at for one in story.events)])
    found = [Moment(first, "dialled-out", {}, Phase.NONE)]
    if story.call.duration_seconds:
        found.append(Moment(story.start, "taken", {}, Phase.TALK))
    found += rest(story, pool)
    return in_order([*found, *ending(story, pool, found)])
