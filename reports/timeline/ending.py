"""The end of a leg, and the requests of which no row speaks. No database."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from callcenter.decision import Decision
from callcenter.history.desk_states import act_of
from callcenter.history.ending import is_final, is_from_log
from callcenter.history.recordings import deletion_moment
from callcenter.history.wrap_up import typed_code
from callcenter.models import Call, WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import (
    ANSWERED_BY_PATH,
    DELETED_PATH,
    DELETION_ASKED_PATH,
    DESK_PREFIX,
    FORGET_PREFIX,
    VOICE_URLS,
    WRAP_UP_PATH,
    Kind,
)
from reports.present import formats
from reports.timeline.kinds import legs, operators, own_acts, ring_backs
from reports.timeline.kinds.other_requests import OtherRequest
from reports.timeline.moment_kind import MomentKind
from reports.timeline.pool import Pool
from reports.timeline.story import (
    LONGEST_CALL,
    ON_ITS_WAY,
    Mark,
    Moment,
    Phase,
    Story,
    seconds,
)

FromLog = Call.FromLog

_AT_ONCE = timedelta(seconds=5)
# Requests of an operator's leg among those of the caller.
_OF_AN_OPERATOR = (operators.OperatorDone, own_acts.TypedCode)


def other_requests(story: Story, pool: Pool) -> Iterator[Moment]:
    """What no row speaks of, each as a line of its own; ends are left for `ending`."""
    for copies in pool.take_all(lambda one: not _is_end(story, one)):
        event = copies[0]
        kind = _kind_of(story, event)
        is_others = event.call_sid != story.call.sid
        yield Moment(
            event.received_at,
            kind,
            events=copies,
            is_operators=is_others and isinstance(kind, _OF_AN_OPERATOR),
        )


def _kind_of(story: Story, event: WebhookEvent) -> MomentKind:
    kind, answer = Kind(event.kind), Decision.parse(event.decision)
    if kind == Kind.OPERATOR_DONE:
        operator = story.operator_of(event.call_sid)
        return operators.OperatorDone(operator, event.is_bridged, None, answer)
    if kind in (Kind.RING_BACK, Kind.RING_BACK_DONE):
        params = VoiceParams.parse(event.params, needs_call=False)
        if kind == Kind.RING_BACK:
            return ring_backs.OperatorTook(params.digits, answer)
        return ring_backs.RingBackOver(event.result, params.dial_call_duration)
    if event.path.startswith(FORGET_PREFIX):
        return own_acts.CALLER_FORGOTTEN
    if event.path in (DELETED_PATH, DELETION_ASKED_PATH):
        at = formats.moment(deletion_moment(event))
        return own_acts.AudioDeleted(event.path == DELETED_PATH, at)
    if kind == Kind.OPERATOR and event.call_sid != story.call.sid:
        return own_acts.TypedCode(typed_code(event))
    if event.path == ANSWERED_BY_PATH:
        return own_acts.NOBODY_THERE
    if event.path == WRAP_UP_PATH:
        noted = (str(event.params.get(name, "")) for name in ("Code", "Note"))
        return own_acts.Noted(*noted)
    if event.path.startswith(DESK_PREFIX):
        return own_acts.AtDesk(act_of(event), str(event.params.get("Reason", "")))
    if is_from_log(event):
        params = VoiceParams.parse(event.params, needs_call=False)
        return own_acts.ReadInLog(event.result, params.call_duration)
    return OtherRequest(kind, event.input, event.result, answer)


def _is_end(story: Story, event: WebhookEvent) -> bool:
    return story.is_own(event, Kind.STATUS, *VOICE_URLS) and is_final(event)


def ending(story: Story, pool: Pool, found: Sequence[Moment]) -> Iterator[Moment]:
    """The end, that it was not received, or that the call goes on."""
    call = story.call
    ends = pool.take_all(lambda one: _is_end(story, one))
    if call.ended_at is None:
        yield _no_end(story)
        return
    # Twilio's second of the end lies before the requests that the end brings.
    at_once = [
        moment.at
        for moment in found
        if not moment.is_operators and moment.at <= call.ended_at + _AT_ONCE
    ]
    kind = legs.Ended(_difference(story, call.ended_at), bool(story.entries))
    events = ends[0] if ends else []
    marks = (Mark.INFERRED,) if call.from_log in (FromLog.CALL, FromLog.END) else ()
    at = max([*at_once, call.ended_at])
    yield Moment(at, kind, Phase.END, events=events, marks=marks)
    for copies in ends[1:]:
        again = _kind_of(story, copies[0])
        yield Moment(copies[0].received_at, again, events=copies)


def _difference(story: Story, ended_at: datetime) -> int | None:
    """By how many seconds Twilio's length of the call and ours differ."""
    theirs, ours = story.call.duration_seconds, seconds(story.start, ended_at)
    return None if theirs is None or ours is None else abs(theirs - ours)


def _no_end(story: Story) -> Moment:
    call = story.call
    heard = call.heard_at or story.start
    silent_for = story.now - heard
    is_over = call.outcome and silent_for > ON_ITS_WAY
    if is_over or silent_for > LONGEST_CALL:
        marks = (Mark.MISSING,)
        return Moment(heard, legs.NO_END, Phase.END, Phase.NONE, marks=marks)
    return Moment(story.now, legs.UNDER_WAY)
