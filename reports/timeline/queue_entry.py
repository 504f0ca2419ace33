"""The moments of a call's stays in queues, and of who took the caller. No database."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from callcenter.models import (
    AbandonedCall,
    Connection,
    OperatorState,
    QueueEntry,
    WebhookEvent,
)
from reports.timeline.story import Mark, Moment, Phase, Pool, Story, seconds

Kind = WebhookEvent.Kind
Outcome = QueueEntry.Outcome
State = OperatorState.State

# The first request of a stay comes at once; a later one is not the first.
_FIRST_WAIT_SECONDS = 2


def of_queues(story: Story, pool: Pool) -> Iterator[Moment]:
    entries = sorted(story.entries, key=lambda entry: entry.visit)
    for number, entry in enumerate(entries):
        following = entries[number + 1] if number + 1 < len(entries) else None
        yield from _stay(story, pool, entry, following)


def _stay(
    story: Story, pool: Pool, entry: QueueEntry, following: QueueEntry | None
) -> Iterator[Moment]:
    def is_here(one: WebhookEvent, *kinds: Kind) -> bool:
        return story.is_own(one, *kinds) and one.visit == entry.visit

    waits = pool.take_all(lambda one: is_here(one, Kind.WAIT))
    first = waits[0] if waits else []
    if first and not _is_first(first[0]):
        first = []
    facts = {
        "queue": entry.queue,
        "visit": entry.visit,
        "position": first[0].position if first else None,
        "target": entry.target_seconds,
    }
    yield Moment(entry.entered_at, "queued", facts, Phase.WAIT, row=entry, events=first)
    for copies in waits[1:] if first else waits:
        yield _waiting(copies)

    own = [one for one in story.connections if _stay_of(one) == entry.pk]
    yield from _connecting(story, pool, entry, own, following)
    yield from _leaving(story, pool, entry, own, following)


def _is_first(wait: WebhookEvent) -> bool:
    waited = wait.queue_time_seconds or 0
    return waited <= _FIRST_WAIT_SECONDS and not wait.decision.startswith("leave")


def _waiting(copies: list[WebhookEvent]) -> Moment:
    wait = copies[0]
    code = "leaving" if wait.decision.startswith("leave") else "position"
    facts = {
        "position": wait.position,
        "waited": wait.queue_time_seconds,
        "input": wait.input,
        "decision": wait.decision,
    }
    return Moment(wait.received_at, code, facts, Phase.WAIT, events=copies)


def _stay_of(connection: Connection) -> int:
    return connection.entry_id


def _connecting(
    story: Story,
    pool: Pool,
    entry: QueueEntry,
    own: list[Connection],
    following: QueueEntry | None,
) -> Iterator[Moment]:
    """Each operator the caller was given, and how it went."""

    def is_here(one: WebhookEvent) -> bool:
        return (
            story.is_own(one, Kind.CONNECT)
            and (not one.queue or one.queue == entry.queue)
            and (following is None or one.received_at < following.entered_at)
        )

    given = pool.take_all(is_here)
    for connection in own:
        copies = next(
            (one for one in given if one[0].received_at == connection.connected_at),
            [],
        )
        if copies:
            given.remove(copies)
        yield from _conversation(story, pool, entry, connection, copies)
    for copies in given:
        leg = copies[0].other_sid
        facts = {
            "operator": story.operator_of(leg),
            "waited": copies[0].queue_time_seconds,
            "target": entry.target_seconds,
            "came_to_nothing": True,
        }
        yield Moment(
            copies[0].received_at,
            "connect",
            facts,
            Phase.NOTICE,
            Phase.NOTICE,
            row=entry,
            events=copies,
        )
        done = pool.take(partial(_ends_dial, leg, copies[0].received_at))
        if done:
            over = _done(story, done, talk=None)
            if entry.left_at is None or over.at < entry.left_at:
                over.caller = Phase.WAIT
            yield over
    if entry.outcome == Outcome.ANSWERED and not own and entry.left_at:
        yield Moment(
            entry.left_at,
            "no-connect",
            {},
            Phase.TALK,
            row=entry,
            marks=() if story.is_pruned else (Mark.MISSING,),
        )


def _ends_dial(leg: str, since: datetime, event: WebhookEvent) -> bool:
    """Whether this is the Dial action of a leg, of a moment or later."""
    return (
        event.kind == Kind.OPERATOR_DONE
        and event.call_sid == leg
        and event.received_at >= since
    )


def _conversation(
    story: Story,
    pool: Pool,
    entry: QueueEntry,
    connection: Connection,
    copies: list[WebhookEvent],
) -> Iterator[Moment]:
    at, leg = connection.connected_at, connection.operator_call_sid
    states = sorted(
        (one for one in story.states if one.call.sid == leg),
        key=lambda one: one.started_at,
    )
    ready = next(
        (one for one in states if one.state == State.READY and one.ended_at == at),
        None,
    )
    is_dialled = connection.talk_source == Connection.TalkSource.DIAL
    began = at
    if is_dialled and connection.ended_at and connection.talk_seconds is not None:
        talked = timedelta(seconds=connection.talk_seconds)
        began = max(at, connection.ended_at - talked)
    facts = {
        "operator": connection.operator,
        "waited": entry.wait_seconds,
        "target": entry.target_seconds,
        "notice": seconds(at, began) if began > at else None,
        "ready": seconds(ready.started_at, at) if ready else None,
    }
    phase = Phase.NOTICE if began > at else Phase.TALK
    is_lost = not copies and not story.is_pruned
    yield Moment(
        at,
        "connect",
        facts,
        phase,
        phase,
        row=connection,
        events=copies,
        marks=(Mark.MISSING,) if is_lost else (),
    )
    if began > at:
        yield Moment(
            began,
            "talk",
            {"operator": connection.operator},
            Phase.TALK,
            Phase.TALK,
            row=connection,
        )
    done = pool.take(
        lambda one: (
            one.kind == Kind.OPERATOR_DONE
            and one.call_sid == leg
            and one.received_at == connection.ended_at
        )
    )
    if done:
        yield _done(story, done, talk=connection.talk_seconds)
        yield from _afterwards(connection, states)


def _has_dial_action(story: Story, connection: Connection) -> bool:
    """Whether the end of a talk has a line of its own on the operator's leg."""
    return any(
        event.kind == Kind.OPERATOR_DONE and event.received_at == connection.ended_at
        for event in story.events
    )


def _done(story: Story, copies: list[WebhookEvent], *, talk: int | None) -> Moment:
    facts = {
        "operator": story.operator_of(copies[0].call_sid),
        "talk": talk,
        "is_bridged": copies[0].is_bridged,
        "decision": copies[0].decision,
    }
    came_to_nothing = copies[0].is_bridged is False
    wraps_up = copies[0].decision == "wrap_up" and not came_to_nothing
    return Moment(
        copies[0].received_at,
        "done",
        facts,
        operator=Phase.WRAP_UP if wraps_up else Phase.NONE,
        events=copies,
        is_operators=True,
    )


def _afterwards(
    connection: Connection, states: Iterable[OperatorState]
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
        facts = {
            "operator": after.operator,
            "state": after.state,
            "wrap_up": seconds(wrap_up.started_at, wrap_up.ended_at),
        }
        yield Moment(
            after.started_at,
            "state",
            facts,
            operator=Phase.NONE,
            row=after,
            is_operators=True,
        )


def _leaving(
    story: Story,
    pool: Pool,
    entry: QueueEntry,
    own: list[Connection],
    following: QueueEntry | None,
) -> Iterator[Moment]:
    """How the stay ended: by its exit, by what was told without one, or not yet."""

    def is_here(one: WebhookEvent) -> bool:
        return story.is_own(one, Kind.QUEUE_EXIT) and one.visit == entry.visit

    if entry.outcome == Outcome.WAITING:
        return
    exits = pool.take_all(is_here)
    counted = next(
        (one for one in exits if one[0].result == entry.queue_result),
        exits[0] if exits else [],
    )
    for copies in exits:
        if copies is not counted:
            result = {"result": copies[0].result}
            heard_at = copies[0].received_at
            yield Moment(heard_at, "exit-again", result, events=copies)
    abandoned: AbandonedCall | None = next(
        (one for one in story.abandoned if one.visit == entry.visit), None
    )
    ended = story.call.ended_at
    at: datetime | None = counted[0].received_at if counted else None
    if at is None and entry.outcome != Outcome.ANSWERED:
        at = entry.left_at
    if at is None and own:
        at = own[-1].ended_at
    if at is None:
        at = following.entered_at if following else ended or entry.left_at
    if at is None:
        return
    decision = counted[0].decision if counted else ""
    facts = {
        "outcome": entry.outcome,
        "reason": entry.overflow_reason,
        "waited": entry.wait_seconds,
        "talk": own[-1].talk_seconds if own else None,
        "by": "" if following else story.call.disconnected_by,
        "is_lost": entry.is_lost_while_connecting,
        "result": entry.queue_result,
        "decision": decision,
    }
    goes_on = following or decision.partition(":")[0] not in ("", "end")
    inferred = (Mark.INFERRED,) if entry.is_inferred else ()
    is_missing = not counted and not story.is_pruned
    yield Moment(
        at,
        "no-exit" if is_missing else "left",
        facts,
        Phase.IVR if goes_on else Phase.END,
        # Where no Dial action came, this is also the end of the operator's talk.
        Phase.NONE if own and not _has_dial_action(story, own[-1]) else None,
        row=abandoned or entry,
        events=counted,
        marks=((Mark.MISSING,) if is_missing else ()) + inferred,
    )
