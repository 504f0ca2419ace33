"""Deletes audio at Twilio, and keeps that it was deleted. Safe to interrupt.

A recording that is not there any more counts as deleted.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from callcenter.audio import due
from callcenter.audio.due import Kept, Row, key_of
from callcenter.audio.noting import note_deleted
from callcenter.audio.playing import is_demo
from callcenter.reasons import Reason, parts
from callcenter.twilio_api.access import NotConfigured
from callcenter.twilio_api.client import TwilioFailure, client
from callcenter.twilio_api.recordings import delete

# Whatever else goes wrong with one recording does so with the next one too.
_OF_ONE = (Reason.TWILIO_REFUSES, Reason.TWILIO_OTHER)
_READ_AT_ONCE = 200


@dataclass(slots=True)
class Deleted:
    """How many recordings were deleted; why others were not, if Twilio says so."""

    count: int = 0
    failure: TwilioFailure | None = None


def delete_due(
    kept: Kept,
    *,
    seconds: float | None = None,
    on_each: Callable[[], object] = lambda: None,
) -> Deleted:
    """Delete what somebody wants deleted, and what is older than what is kept.

    Begins none after so many seconds. Calls `on_each` after each. What is left is found
    by the next run. Raises django.db.Error.
    """
    failed: set[tuple[str, int]] = set()

    def each() -> Iterator[Row]:
        # What is deleted is not found again; what failed is left for another time.
        for find in (due.by_wish, partial(due.by_age, kept)):
            while rows := [
                row
                for row in find(_READ_AT_ONCE + len(failed))
                if key_of(row) not in failed
            ]:
                yield from rows

    return _delete(each(), failed, seconds, on_each)


def delete_rows(rows: Iterable[Row]) -> Deleted:
    """Delete the audio of these rows. Raises django.db.Error."""
    return _delete(rows, set(), None, lambda: None)


def _delete(
    rows: Iterable[Row],
    failed: set[tuple[str, int]],
    seconds: float | None,
    on_each: Callable[[], object],
) -> Deleted:
    done = Deleted()
    until = None if seconds is None else time.monotonic() + seconds
    remove: Callable[[Row], None] | None = None
    for row in rows:
        if until is not None and time.monotonic() > until:
            break
        try:
            # Where nothing is to be deleted nobody needs credentials.
            remove = remove or _remover()
            remove(row)
        except TwilioFailure as failure:
            done.failure = failure
            if parts(failure.kept)[0] not in _OF_ONE:
                break
            failed.add(key_of(row))
        else:
            note_deleted(row, timezone.now())
            done.count += 1
        on_each()
    return done


def _remover() -> Callable[[Row], None]:
    """What deletes one, by one client for all. Raises TwilioFailure."""
    if is_demo():
        return lambda _row: None
    try:
        twilio = client()
    except NotConfigured as problem:
        raise TwilioFailure(Reason.TWILIO_NOT_SET_UP, str(problem)) from None
    return lambda row: delete(twilio, row.recording_sid)
