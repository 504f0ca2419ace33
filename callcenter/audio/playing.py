"""The audio of a recording for somebody who listens: in parts, with our credentials."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from callcenter.models import Recording, Voicemail
from callcenter.reasons import Explained, Reason, parts
from callcenter.twilio_api.access import Access, NotConfigured, access, answers
from callcenter.twilio_api.media import BeyondEnd, Part, fetch

__all__ = ["LARGEST_PART", "BeyondEnd", "Part", "part_of"]

# In bytes: two minutes of a conversation.
LARGEST_PART = 2 * 1024 * 1024
# A slow answer of Twilio's holds a thread that pages are waiting for.
_MOST_AT_ONCE = 3
_PATIENCE_SECONDS = 2.0
_places = threading.BoundedSemaphore(_MOST_AT_ONCE)


def is_demo() -> bool:
    """Whether nothing is at Twilio: the demo's account is none of Twilio's.

    What plays then is a tone as long as the recording. While `simulate_calls` runs, its
    stand-in is asked in place of Twilio.
    """
    if not settings.DEMO:
        return False
    if not settings.TWILIO_API_BASE_URL:
        return True
    way = _stand_in()
    return way is not None and not answers(way)


def part_of(row: Recording | Voicemail, first: int, most: int) -> Part:
    """At most so many bytes of the WAV file of a recording, from a place on.

    Raises Explained where there are none to be had, and BeyondEnd.
    """
    if is_demo():
        return _of_demo(row.duration_seconds or 0, first, most)
    try:
        with _place():
            return fetch(row.recording_sid, first, most)
    except Explained as failure:
        # What a telephone of the demo has left, `simulate_calls` does not have.
        is_gone = parts(failure.kept)[0] is Reason.RECORDING_GONE
        if not (settings.DEMO and is_gone and _stand_in()):
            raise
    return _of_demo(row.duration_seconds or 0, first, most)


def _stand_in() -> Access | None:
    """The program of this machine that is asked in place of Twilio, if one is."""
    try:
        way = access()
    except NotConfigured:
        return None
    return way if way.is_loopback else None


def _of_demo(seconds: int, first: int, most: int) -> Part:
    # Without DEMO nothing of the stand-in is imported.
    from callcenter.standin import sound  # noqa: PLC0415

    total = sound.length_of(seconds)
    if first >= total:
        raise BeyondEnd(total)
    return Part(sound.tone(seconds)[first : first + most], first, total)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=_PATIENCE_SECONDS):
        raise Explained(Reason.MANY_LISTENERS)
    try:
        yield
    finally:
        _places.release()
