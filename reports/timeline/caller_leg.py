"""The moments of a caller's leg, with what operators' legs add to it. No database.

The rows say what happened, and each has the requests behind it. A request of which no
row speaks is a line of its own, and so is one that ought to have come and did not.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from callcenter.decision import NOTHING, Decision, Verb
from callcenter.history.ending import is_final
from callcenter.models import IvrStep, Recording, Voicemail, WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import Kind
from reports.timeline.conversation import conversations
from reports.timeline.ending import ending, other_requests
from reports.timeline.kinds import legs, menus, messages
from reports.timeline.moment_kind import MomentKind
from reports.timeline.pool import Pool
from reports.timeline.queue_entry import entering, leaving
from reports.timeline.story import Mark, Moment, Phase, Story, in_order, seconds

_FLOW = (Kind.MENU, Kind.WAIT, Kind.QUEUE_EXIT, Kind.CONNECT, Kind.VOICEMAIL)


def moments(story: Story) -> list[Moment]:
    """All moments of the call, in order."""
    pool = Pool(story.events)
    found = [_ring(story, pool), *_menus(story, pool)]
    entries = sorted(story.entries, key=lambda entry: entry.visit)
    for number, entry in enumerate(entries):
        following = entries[number + 1] if number + 1 < len(entries) else None
        found += entering(story, pool, entry)
        found += conversations(story, pool, entry)
        found += leaving(story, pool, entry, following)
    found += _messages_and_recordings(story, pool)
    found += other_requests(story, pool)
    return in_order([*found, *ending(story, pool, found)])


def _ring(story: Story, pool: Pool) -> Moment:
    rung = pool.take_first(
        lambda one: story.is_own(one, Kind.INCOMING) and not is_final(one)
    )
    if not rung and story.events and not story.is_pruned:
        marks = (Mark.MISSING,)
        return Moment(story.start, legs.NO_RING, Phase.IVR, marks=marks)
    answer = Decision.parse(rung[0].decision) if rung else NOTHING
    kind = legs.Rang() if answer.verb == Verb.MENU else legs.Rang(answer)
    return Moment(story.start, kind, Phase.IVR, events=rung)


def _menus(story: Story, pool: Pool) -> Iterator[Moment]:
    for step in story.steps:
        asked = story.requests.of_step(step)
        led_to = Decision.parse(step.led_to)
        if not asked or (not asked.answer and (step.led_to or not story.missing)):
            yield _menu_by_row(step, led_to)
            continue
        # The line of a key says already which menu it led to.
        if asked.question and asked.question.kind != Kind.MENU:
            menu = menus.MenuAsked(step.menu)
            yield Moment(step.asked_at, menu, Phase.IVR, row=step)
        if asked.answer:
            at = asked.answer.received_at
            after = seconds(step.asked_at, at) if at > step.asked_at else None
            key = menus.MenuAnswered(step.menu, step.input, led_to, after)
            events = pool.take(asked.answer)
            yield Moment(at, key, Phase.IVR, row=step, events=events)
        elif later := _went_on_at(story, step):
            lost = menus.NoMenuAnswer(step.menu)
            yield Moment(later, lost, row=step, marks=story.missing)


def _went_on_at(story: Story, step: IvrStep) -> datetime | None:
    """When the call went on after a menu to which no answer was received."""
    later = (
        event.received_at
        for event in story.events
        if story.is_own(event, *_FLOW) and event.received_at > step.asked_at
    )
    return min(later, default=None)


def _menu_by_row(step: IvrStep, led_to: Decision) -> Moment:
    kind: MomentKind = menus.MenuAsked(step.menu)
    if step.led_to:
        kind = menus.MenuStep(step.menu, step.input, led_to)
    return Moment(step.asked_at, kind, Phase.IVR, row=step)


def _leaves(story: Story, voicemail: Voicemail, event: WebhookEvent) -> bool:
    is_message = story.is_own(event, Kind.VOICEMAIL)
    return is_message and _recording_sid(event) == voicemail.recording_sid


def _records(recording: Recording, event: WebhookEvent) -> bool:
    is_ready = event.kind == Kind.RECORDING and event.result == "completed"
    return is_ready and _recording_sid(event) == recording.recording_sid


def _recording_sid(event: WebhookEvent) -> str:
    return VoiceParams.parse(event.params, needs_call=False).recording_sid


def _messages_and_recordings(story: Story, pool: Pool) -> Iterator[Moment]:
    for voicemail in story.voicemails:
        heard = pool.take_first(partial(_leaves, story, voicemail))
        answer = Decision.parse(heard[0].decision) if heard else NOTHING
        left = messages.MessageLeft(voicemail.duration_seconds, answer)
        yield Moment(voicemail.left_at, left, row=voicemail, events=heard)
    for recording in story.recordings:
        is_of_operator = recording.call_id not in (None, story.call.pk)
        if is_of_operator and recording.recorded_at:
            # What Twilio says of it is on the operator's leg.
            recorded = messages.Recorded(recording.duration_seconds)
            yield Moment(recording.recorded_at, recorded, row=recording)
            continue
        heard = pool.take_first(partial(_records, recording))
        ready_at = heard[0].received_at if heard else recording.recorded_at
        if ready_at:
            ready = messages.RecordingReady(recording.duration_seconds)
            yield Moment(ready_at, ready, row=recording, events=heard)
    for callback in story.callbacks:
        yield Moment(callback.requested_at, messages.CALLBACK_ASKED, row=callback)
