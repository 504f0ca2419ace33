"""What was recorded of a leg, and what became of it at Twilio. No database.

The audio is Twilio's. Deleting it there is an act of ours and so an event: of the leg
that was recorded, with the recording and the moment in its form (`RecordingSid`, `At`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from callcenter.history.evidence import Evidence
from callcenter.models import Call, Recording, Voicemail, WebhookEvent
from callcenter.params import VoiceParams, plausible
from callcenter.routes import DELETED_PATH, OF_RECORDINGS, Kind


@dataclass(slots=True)
class _Deletion:
    """When a recording was first asked to be deleted, and first found deleted."""

    asked_at: datetime | None = None
    deleted_at: datetime | None = None


def recordings_of(call: Call, evidence: Evidence) -> list[Recording]:
    """The finished recordings of a leg, each once."""
    deletions = _deletions(evidence)
    rows: dict[str, Recording] = {}
    for event in evidence.of_kind(Kind.RECORDING):
        params = evidence.params_of(event)
        if event.result == "completed" and params.recording_sid:
            deletion = deletions.get(params.recording_sid, _Deletion())
            rows.setdefault(
                params.recording_sid,
                Recording(
                    recording_sid=params.recording_sid,
                    caller_sid=_caller_sid(call, event, evidence),
                    recorded_at=params.recording_started_at or event.received_at,
                    duration_seconds=params.recording_duration,
                    source=params.recording_source,
                    url=params.recording_url,
                    deletion_asked_at=deletion.asked_at,
                    deleted_at=deletion.deleted_at,
                ),
            )
    return list(rows.values())


def voicemails_of(evidence: Evidence) -> list[Voicemail]:
    """The messages that a caller left, each once."""
    deletions = _deletions(evidence)
    rows: dict[str, Voicemail] = {}
    for event in evidence.of_kind(Kind.VOICEMAIL):
        params = evidence.params_of(event)
        if params.recording_sid:
            deletion = deletions.get(params.recording_sid, _Deletion())
            rows.setdefault(
                params.recording_sid,
                Voicemail(
                    recording_sid=params.recording_sid,
                    # Of no visit where a menu led to it.
                    visit=event.visit or 0,
                    queue=event.queue,
                    left_at=event.received_at,
                    duration_seconds=params.recording_duration,
                    url=params.recording_url,
                    deletion_asked_at=deletion.asked_at,
                    deleted_at=deletion.deleted_at,
                ),
            )
    return list(rows.values())


def deletion_moment(event: WebhookEvent) -> datetime:
    """When it was; the event counts as received with the last request of its call."""
    try:
        at = datetime.fromisoformat(str(event.params.get("At", "")))
    except ValueError:
        return event.received_at
    known = plausible(at.astimezone(UTC)) if at.tzinfo else None
    return known or event.received_at


def _caller_sid(call: Call, event: WebhookEvent, evidence: Evidence) -> str:
    """The leg of the caller who is heard; empty if it is not known.

    Of an operator's leg that is the caller whom the same Dial took: its announcement
    has the same step in its URL as the callback of the recording.
    """
    if call.kind == Call.Kind.CUSTOMER:
        return call.sid
    connects = [
        one.call_sid
        for one in evidence.naming
        if one.kind == Kind.CONNECT and one.step == event.step is not None
    ]
    return connects[-1] if connects else ""


def _deletions(evidence: Evidence) -> Mapping[str, _Deletion]:
    """What events of ours say of each recording, by its SID."""
    found: dict[str, _Deletion] = {}
    for event in evidence.of_kind(Kind.INTERNAL):
        if event.path not in OF_RECORDINGS:
            continue
        sid = VoiceParams.parse(event.params, needs_call=False).recording_sid
        deletion, at = found.setdefault(sid, _Deletion()), deletion_moment(event)
        if event.path == DELETED_PATH:
            deletion.deleted_at = min(deletion.deleted_at or at, at)
        else:
            deletion.asked_at = min(deletion.asked_at or at, at)
    return found
