"""The moments of a caller's leg, with what operators' legs add to it. No database.

The rows say what happened, the events attach to them; what no row speaks of is a line
of its own, and so is what ought to have come and did not.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from callcenter.models import IvrStep, Recording, Voicemail, WebhookEvent
from reports.timeline.ending import ending, rest
from reports.timeline.queue_entry import of_queues
from reports.timeline.story import Mark, Moment, Phase, Pool, Story, in_order, seconds

Kind = WebhookEvent.Kind

_FLOW = (Kind.MENU, Kind.WAIT, Kind.QUEUE_EXIT, Kind.CONNECT, Kind.VOICEMAIL)


def moments(story: Story) -> list[Moment]:
    """All moments of the call, in order."""
    pool = Pool(story.events)
    found = [
        *_ring(story, pool),
        *_menus(story, pool),
        *of_queues(story, pool),
        *_what_hangs_on(story, pool),
    ]
    found += rest(story, pool)
    return in_order([*found, *ending(story, pool, found)])


def _ring(story: Story, pool: Pool) -> Iterator[Moment]:
    rung = pool.take(lambda one: story.is_own(one, Kind.INCOMING))
    if rung or not story.events or story.is_pruned:
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
        if not answer and (not own or step.led_to or story.is_pruned):
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
        story.is_own(event, Kind.MENU)
        and (event.menu, event.input, event.decision)
        == (step.menu, step.input, step.led_to)
        and event.received_at >= step.asked_at
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
