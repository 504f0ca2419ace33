"""Who wants audio deleted leaves a wish; the worker fulfils it (audio.deleting).

So nothing is lost while Twilio cannot be reached, and no page waits for Twilio.
"""

from collections.abc import Iterable

from django.utils import timezone

from callcenter.audio import jobs
from callcenter.audio.due import Row
from callcenter.audio.noting import note_asked
from callcenter.jobs import ask_soon


def leave(rows: Iterable[Row]) -> int:
    """Leave the wish for the audio of these rows; how many had none before.

    Raises django.db.Error.
    """
    now = timezone.now()
    return sum(note_asked(row, now) for row in rows)


def leave_for_soon(row: Row) -> bool:
    """Leave the wish for one row and let the worker begin; False if it had one."""
    is_new = leave([row]) > 0
    ask_soon(jobs.NAME)
    return is_new
