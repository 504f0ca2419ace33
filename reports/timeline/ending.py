"""The end of a leg, and the requests that no row speaks of. No database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from callcenter.models import WebhookEvent
from reports.timeline.story import Mark, Moment, Phase, Pool, Story, seconds

Kind = WebhookEvent.Kind

# A status callback comes this late after an end without anything being wrong.
_END_SECONDS = 60
# Twilio ends every call after a day.
_LONGEST = timedelta(hours=24)
_AT_ONCE = timedelta(seconds=5)
_FINAL = frozenset(
    {"completed", "busy", "failed", "no-answer", "canceled", "cancelled"}
)


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
    return story.is_own(event, Kind.STATUS) and event.result in _FINAL


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
