"""The moments of a caller's leg, with what operators' legs add to it. No database.

The rows say what happened, the events attach to them; what no row speaks of is a line
of its own, and so is what ought to have come and did not.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from callcenter.models import (
    AbandonedCall,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
    WebhookEvent,
)
from reports.timeline.story import Mark, Moment, Phase, Pool, Story, in_order, seconds

Kind = WebhookEvent.Kind
Outcome = QueueEntry.Outcome
State = OperatorState.State

# A status callback comes this late after an end without anything being wrong.
_END_SECONDS = 60
# Twilio ends every call after a day.
_LONGEST = timedelta(hours=24)
# The first request of a stay comes at once; a later one is not the first.
_FIRST_WAIT_SECONDS = 2
_AT_ONCE = timedelta(seconds=5)
_FLOW = (Kind.MENU, Kind.WAIT, Kind.QUEUE_EXIT, Kind.CONNECT, Kind.VOICEMAIL)
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled", "cancelled"})


def moments(story: Story) -> list[Moment]:
    """All moments of the call, in order."""
    pool = Pool(story.events)
    found = [
        *_ring(story, pool),
        *_menus(story, pool),
        *_stays(story, pool),
        *_what_hangs_on(story, pool),
    ]
    found += rest(story, pool)
    return in_order([*found, *ending(story, pool, found)])


def _is_own(story: Story, event: WebhookEvent, *kinds: Kind) -> bool:
    return event.call_sid == story.call.sid and event.kind in kinds


def _ring(story: Story, pool: Pool) -> Iterator[Moment]:
    rung = pool.take(lambda one: _is_own(story, one, Kind.INCOMING))
    if rung or not story.events:
        decision = rung[0].decision if rung else ""
        facts = {"decision": decision} if decision.partition(":")[0] != "menu" else {}
        yield Moment(story.start, "rang", facts, Phase.IVR, events=rung)
    else:
        yield Moment(story.start, "no-ring", {}, Phase.IVR, marks=(Mark.MISSING,))


def _menus(story: Story, pool: Pool) -> Iterator[Moment]:
    own = [event for event in story.events if event.call_sid == story.call.sid]
    for step in story.steps:
        answer = pool.take(partial(_answers, story, step))
        asker = [one for one in own if one.received_at == step.asked_at]
        said_by_key = any(one.kind == Kind.MENU for one in asker)
        facts: dict[str, Any] = {
            "menu": step.menu,
            "input": step.input,
            "led_to": step.led_to,
        }
        if not answer and (not own or step.led_to):
            yield Moment(step.asked_at, "step", facts, Phase.IVR, row=step)
            continue
        if not said_by_key:
            yield Moment(
                step.asked_at, "asked", {"menu": step.menu}, Phase.IVR, row=step
            )
        if answer:
            at = answer[0].received_at
            if at > step.asked_at:
                facts["seconds"] = seconds(step.asked_at, at)
            yield Moment(at, "key", facts, Phase.IVR, row=step, events=answer)
            continue
        later = [
            one.received_at
            for one in own
            if one.kind in _FLOW and one.received_at > step.asked_at
        ]
        if later:
            facts = {"menu": step.menu}
            marks = (Mark.MISSING,)
            yield Moment(min(later), "no-answer", facts, row=step, marks=marks)


def _answers(story: Story, step: IvrStep, event: WebhookEvent) -> bool:
    return (
        _is_own(story, event, Kind.MENU)
        and (event.menu, event.input, event.decision)
        == (step.menu, step.input, step.led_to)
        and event.received_at >= step.asked_at
    )


def _stays(story: Story, pool: Pool) -> Iterator[Moment]:
    entries = sorted(story.entries, key=lambda entry: entry.visit)
    for number, entry in enumerate(entries):
        following = entries[number + 1] if number + 1 < len(entries) else None
        yield from _stay(story, pool, entry, following)


def _stay(
    story: Story, pool: Pool, entry: QueueEntry, following: QueueEntry | None
) -> Iterator[Moment]:
    def is_here(one: WebhookEvent, *kinds: Kind) -> bool:
        return _is_own(story, one, *kinds) and one.visit == entry.visit

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
            _is_own(story, one, Kind.CONNECT)
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
        return _is_own(story, one, Kind.QUEUE_EXIT) and one.visit == entry.visit

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
        Phase.NONE if own and own[-1].ended_at == at else None,
        row=abandoned or entry,
        events=counted,
        marks=((Mark.MISSING,) if is_missing else ()) + inferred,
    )


def _leaves(voicemail: Voicemail, event: WebhookEvent) -> bool:
    is_then = event.received_at == voicemail.left_at
    return event.kind == Kind.VOICEMAIL and is_then


def _records(recording: Recording, event: WebhookEvent) -> bool:
    return (
        event.kind == Kind.RECORDING
        and event.result == "completed"
        and event.params.get("RecordingSid") == recording.recording_sid
    )


def _what_hangs_on(story: Story, pool: Pool) -> Iterator[Moment]:
    for voicemail in story.voicemails:
        heard = pool.take(partial(_leaves, voicemail))
        facts = {
            "seconds": voicemail.duration_seconds,
            "decision": heard[0].decision if heard else "",
        }
        yield Moment(voicemail.left_at, "voicemail", facts, row=voicemail, events=heard)
    for recording in story.recordings:
        heard = pool.take(partial(_records, recording))
        ready_at = heard[0].received_at if heard else recording.recorded_at
        if ready_at:
            facts = {"seconds": recording.duration_seconds}
            yield Moment(ready_at, "recording", facts, row=recording, events=heard)
    for callback in story.callbacks:
        yield Moment(callback.requested_at, "callback", row=callback)


def rest(story: Story, pool: Pool) -> Iterator[Moment]:
    """What no row speaks of, each as a line of its own; ends are left for `ending`."""
    for copies in pool.take_all(lambda one: not _is_end(story, one)):
        event = copies[0]
        facts = {
            "kind": event.kind,
            "input": event.input,
            "result": event.result,
            "decision": event.decision,
            "operator": story.operator_of(event.call_sid),
            "is_bridged": event.is_bridged,
        }
        code = {
            Kind.FALLBACK: "fallback",
            Kind.STATUS: "status",
            Kind.RECORDING: "recording-state",
            Kind.INTERNAL: "internal",
            Kind.OPERATOR_DONE: "done",
        }.get(Kind(event.kind), "request")
        is_others = event.call_sid != story.call.sid
        yield Moment(
            event.received_at,
            code,
            facts,
            events=copies,
            is_operators=is_others and code == "done",
        )


def _is_end(story: Story, event: WebhookEvent) -> bool:
    return _is_own(story, event, Kind.STATUS) and event.result in FINAL


def ending(story: Story, pool: Pool, found: list[Moment]) -> Iterator[Moment]:
    """The end, that it has not come, or that the call goes on."""
    call = story.call
    ends = pool.take_all(lambda one: _is_end(story, one))
    if call.ended_at is None:
        yield from _no_end(story)
        return
    # Twilio's second of the end lies before the requests that the end brings.
    at_once = [
        moment.at
        for moment in found
        if not moment.is_operators and moment.at <= call.ended_at + _AT_ONCE
    ]
    at = max([*at_once, call.ended_at])
    facts = {
        "status": call.status,
        "duration": call.duration_seconds,
        "difference": _difference(story, call.ended_at),
        "by": "" if story.entries else call.disconnected_by,
        "outcome": call.outcome,
        "has_left": bool(story.entries),
    }
    events = ends[0] if ends else []
    yield Moment(at, "ended", facts, Phase.END, events=events)
    for copies in ends[1:]:
        result = {"result": copies[0].result}
        yield Moment(copies[0].received_at, "status", result, events=copies)


def _difference(story: Story, ended_at: datetime) -> int | None:
    """By how many seconds our record of the length and Twilio's differ."""
    told, ours = story.call.duration_seconds, seconds(story.start, ended_at)
    return None if told is None or ours is None else abs(told - ours)


def _no_end(story: Story) -> Iterator[Moment]:
    call = story.call
    heard = call.heard_at or story.start
    silent_for = story.now - heard
    is_over = call.outcome and silent_for > timedelta(seconds=_END_SECONDS)
    if is_over or silent_for > _LONGEST:
        marks = (Mark.MISSING,)
        yield Moment(heard, "no-end", {}, Phase.END, Phase.NONE, marks=marks)
    else:
        yield Moment(story.now, "under-way")
