"""The moments in which operators take a caller, talk, and wrap up. No database."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from callcenter.decision import Decision, Verb
from callcenter.history.visits import Connect
from callcenter.models import Connection, OperatorState, QueueEntry, WebhookEvent
from reports.timeline.kinds import operators
from reports.timeline.pool import Pool
from reports.timeline.story import Moment, Phase, Story, seconds

Outcome = QueueEntry.Outcome
State = OperatorState.State


def conversations(story: Story, pool: Pool, entry: QueueEntry) -> Iterator[Moment]:
    """Each operator who was given the caller of a queue entry, and how it went."""
    connections = story.connections_of(entry)
    shown = []
    for connection in connections:
        connect = story.requests.of_connection(entry, connection)
        shown.append(connect)
        yield from _conversation(story, pool, entry, connection, connect)
    for connect in story.requests.of_entry(entry).connects:
        if connect not in shown:
            yield from _failed(story, pool, entry, connect)
    if entry.outcome == Outcome.ANSWERED and not connections and entry.left_at:
        at, marks = entry.left_at, story.missing
        yield Moment(at, operators.NO_CONNECT, Phase.TALK, row=entry, marks=marks)


def _conversation(
    story: Story,
    pool: Pool,
    entry: QueueEntry,
    connection: Connection,
    connect: Connect | None,
) -> Iterator[Moment]:
    at, leg = connection.connected_at, connection.operator_call_sid
    states = sorted(
        (one for one in story.states if one.call and one.call.sid == leg),
        key=lambda one: one.started_at,
    )
    talk_from = at
    is_dialled = connection.talk_source == Connection.TalkSource.DIAL
    if is_dialled and connection.ended_at and connection.talk_seconds is not None:
        talked = timedelta(seconds=connection.talk_seconds)
        talk_from = max(at, connection.ended_at - talked)
    has_notice = talk_from > at
    events = pool.take(connect.request) if connect else []
    takes = operators.OperatorTakes(
        operator=connection.operator,
        leg_sid=leg,
        waited=entry.wait_seconds,
        target=entry.target_seconds,
        notice=seconds(at, talk_from) if has_notice else None,
        ready=_ready_before(connection, states),
        is_by_leg_alone=not events and bool(story.missing),
    )
    phase = Phase.NOTICE if has_notice else Phase.TALK
    marks = () if events else story.missing
    yield Moment(at, takes, phase, phase, row=connection, events=events, marks=marks)
    if has_notice:
        begins = operators.TalkBegins(connection.operator)
        yield Moment(talk_from, begins, Phase.TALK, Phase.TALK, row=connection)
    action, talk = connect and connect.action, connection.talk_seconds
    if action and (done := _done(story, pool, action, talk)):
        yield done
        yield from _afterwards(connection, states)


def _failed(
    story: Story, pool: Pool, entry: QueueEntry, connect: Connect
) -> Iterator[Moment]:
    """An operator was given the caller, and the two were not joined."""
    events = pool.take(connect.request)
    if not events:
        return
    takes = operators.OperatorTakes(
        operator=story.operator_of(connect.leg),
        leg_sid=connect.leg,
        waited=connect.queue_time,
        target=entry.target_seconds,
        has_failed=True,
    )
    phase = Phase.NOTICE
    yield Moment(connect.at, takes, phase, phase, row=entry, events=events)
    if connect.action:
        ended = connect.action.received_at
        waits_on = entry.left_at is None or ended < entry.left_at
        caller = Phase.WAIT if waits_on else None
        if done := _done(story, pool, connect.action, None, caller):
            yield done


def _done(
    story: Story,
    pool: Pool,
    action: WebhookEvent,
    talk: int | None,
    caller: Phase | None = None,
) -> Moment | None:
    """The end of the operator's Dial, unless a line shows it already."""
    events = pool.take(action)
    if not events:
        return None
    answer = Decision.parse(action.decision)
    operator = story.operator_of(action.call_sid)
    wraps_up = answer.verb == Verb.WRAP_UP and action.is_bridged is not False
    return Moment(
        action.received_at,
        operators.OperatorDone(operator, action.is_bridged, talk, answer),
        caller,
        Phase.WRAP_UP if wraps_up else Phase.NONE,
        events=events,
        is_operators=True,
    )


def _ready_before(
    connection: Connection, states: Sequence[OperatorState]
) -> int | None:
    """How long the operator was ready when taking the caller; None if unknown."""
    earlier = [one for one in states if one.started_at <= connection.connected_at]
    if [one.state for one in earlier[-2:]] != [State.READY, State.TALKING]:
        return None
    return seconds(earlier[-2].started_at, earlier[-2].ended_at)


def _afterwards(
    connection: Connection, states: Sequence[OperatorState]
) -> Iterator[Moment]:
    """What the operator did next: the state that follows the wrap-up."""
    later = [
        one
        for one in states
        if connection.ended_at and one.started_at >= connection.ended_at
    ]
    wrap_up = later[0] if later and later[0].state == State.WRAP_UP else None
    after = next((one for one in later if one.state != State.WRAP_UP), None)
    if wrap_up and after:
        lasted = seconds(wrap_up.started_at, wrap_up.ended_at)
        over = operators.WrapUpOver(after, lasted)
        at, phase = after.started_at, Phase.NONE
        yield Moment(at, over, operator=phase, row=after, is_operators=True)
