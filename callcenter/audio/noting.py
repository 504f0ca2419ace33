"""What becomes of audio at Twilio, kept as events of ours (history.recordings).

The rows say it at once, as deriving them again would. A call whose events were pruned
is never derived again: of it only the rows say it.
"""

from datetime import datetime
from functools import partial

from django.db import transaction

from callcenter.audio.due import Row
from callcenter.events.eventfile import event_of_request
from callcenter.events.record import keep
from callcenter.history.turns import take_turn
from callcenter.locking import try_again_when_locked
from callcenter.models import Call, Recording, Voicemail
from callcenter.routes import DELETED_PATH, DELETION_ASKED_PATH

_COLUMNS = {DELETION_ASKED_PATH: "deletion_asked_at", DELETED_PATH: "deleted_at"}


def note_asked(row: Row, at: datetime) -> bool:
    """Keep that the audio of a recording shall be deleted; False if that was known.

    Raises django.db.Error.
    """
    return try_again_when_locked(partial(_note, row, DELETION_ASKED_PATH, at))


def note_deleted(row: Row, at: datetime) -> bool:
    """Keep that the audio of a recording is no longer at Twilio; False if known.

    Raises django.db.Error.
    """
    return try_again_when_locked(partial(_note, row, DELETED_PATH, at))


def _note(row: Row, path: str, at: datetime) -> bool:
    column = _COLUMNS[path]
    with transaction.atomic():
        # Lock first, read second: a derivation that starts now waits, and then reads
        # our event too.
        call = Call.objects.select_for_update().get(pk=row.call_id)
        take_turn([call])
        changed = 0
        for model in (Voicemail, Recording):
            rows = model._default_manager.filter(
                call=call, recording_sid=row.recording_sid, **{column: None}
            )
            changed += rows.update(**{column: at})
        if not changed:
            return False
        if not call.sealed_at:
            event = event_of_request(
                path=path,
                form={
                    "CallSid": call.sid,
                    "RecordingSid": row.recording_sid,
                    "At": at.isoformat(),
                },
                # With the last request of the call, so that it moves nothing.
                received_at=call.heard_at or call.started_at or at,
            )
            event.derived_at = at
            keep(event)
    return True
