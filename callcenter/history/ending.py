"""When a leg ended, by two clocks that may disagree. No database.

The rules are docs/contract.md 8.10, 8.16 and 8.K15.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.models import WebhookEvent
from callcenter.params import FINAL_STATUSES, NEVER_ANSWERED, VoiceParams
from callcenter.routes import CALL_LOG_PREFIX, SETTLE_PREFIX, VOICE_URLS, Kind

_LONGEST_BEFORE_RECEIPT = timedelta(days=2)
_LONGEST_AFTER_RECEIPT = timedelta(hours=1)
# A Timestamp further than this from what our receipts say is by another clock. Less is
# the time that ringing and requests take.
_CLOCKS_AGREE = timedelta(seconds=10)
# Nothing that Twilio says of a leg takes longer than seconds after its end. What comes
# a day later is a copy: a signature does not tell when a request was made.
_LATEST_AFTER_THE_END = timedelta(days=1)
# Media may take its time to be made; and we may settle a leg, or read in Twilio's log
# that it is over, whenever we like.
_OF_ANY_TIME = (Kind.RECORDING, Kind.INTERNAL)


@dataclass(frozen=True, slots=True)
class End:
    """The end of a leg; `duration_seconds` is what Twilio says, if it does."""

    at: datetime
    status: str
    duration_seconds: int | None


def is_final(event: WebhookEvent) -> bool:
    """Whether the CallStatus of an event says that the leg is over."""
    return event.result in FINAL_STATUSES


def is_from_log(event: WebhookEvent) -> bool:
    """Whether an event is what Twilio's call log says of a leg."""
    return event.kind == Kind.INTERNAL and event.path.startswith(CALL_LOG_PREFIX)


def tells_the_end(event: WebhookEvent) -> bool:
    """Whether an event says that its own leg is over."""
    if event.kind == Kind.INTERNAL:
        is_settling = event.path.startswith(SETTLE_PREFIX)
        return is_settling or (is_final(event) and is_from_log(event))
    return event.kind in (Kind.STATUS, *VOICE_URLS) and is_final(event)


def too_late(sid: str, events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """Those of the events about a leg that came a day or more after its end was told.

    They are no evidence. Both moments are receipts, so by one clock: the first at which
    the leg's own events told the end, and that of the event.
    """
    events = list(events)
    told = min(
        (
            event.received_at
            for event in events
            if event.call_sid == sid and tells_the_end(event)
        ),
        default=None,
    )
    if told is None:
        return []
    last = told + _LATEST_AFTER_THE_END
    return [
        event
        for event in events
        if event.received_at > last and event.kind not in _OF_ANY_TIME
    ]


def end_by(
    event: WebhookEvent,
    params: VoiceParams,
    called_at: datetime | None,
    last_heard_at: datetime | None,
) -> End:
    """The end of a leg by the event that tells it, with the event's form.

    `called_at` is the receipt at a voice URL, `last_heard_at` that of the last request
    for a document. Twilio's Timestamp stands if these agree with it. If they do not,
    one of the clocks is wrong. Then the leg lasted as long as Twilio says, but it did
    not end before the last request.
    """
    status, duration = event.result or "completed", params.call_duration
    by_length = None
    # The length of a call that was never answered leaves out how long it rang.
    if called_at and duration is not None and status not in NEVER_ANSWERED:
        by_length = called_at + timedelta(seconds=duration)
    told = _timestamp(event, params)
    if told is None and is_from_log(event):
        # The log has no end of a leg that nobody answered; read it was much later.
        at = by_length or params.started_at or last_heard_at or event.received_at
        return End(max(at, last_heard_at or at), status, duration)
    if told is None:
        return End(event.received_at, status, duration)
    if by_length:
        if abs(told - by_length) <= _CLOCKS_AGREE:
            return End(told, status, duration)
        at = by_length
    else:
        if last_heard_at is None or told >= last_heard_at - _CLOCKS_AGREE:
            return End(told, status, duration)
        at = event.received_at
    return End(max(at, last_heard_at or at), status, duration)


def _timestamp(event: WebhookEvent, params: VoiceParams) -> datetime | None:
    """The Timestamp, if it can be that of the end; an event of ours may have any."""
    at = params.timestamp
    if at is None or event.kind == Kind.INTERNAL:
        return at
    is_near = (
        -_LONGEST_BEFORE_RECEIPT <= at - event.received_at <= _LONGEST_AFTER_RECEIPT
    )
    return at if is_near else None
