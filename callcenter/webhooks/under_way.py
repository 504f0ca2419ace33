"""How long Twilio's requests have been under way in this process; the watchdog asks."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
# When the answer began on which a thread works, on the clock of `time.monotonic`.
_begun: dict[int, float] = {}


@contextmanager
def answering() -> Iterator[None]:
    """The time in which this thread answers a request that has been read whole."""
    me = threading.get_ident()
    with _lock:
        _begun[me] = time.monotonic()
    try:
        yield
    finally:
        with _lock:
            del _begun[me]


def longest() -> float:
    """For how many seconds the oldest request has been under way; 0 without any."""
    now = time.monotonic()
    with _lock:
        return now - min(_begun.values(), default=now)
