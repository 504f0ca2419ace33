"""When a stored event is derived: before its answer, or under load soon after it.

A request derives its event itself, unless another request of this process is deriving
at that moment. Then the event is queued, and one thread derives the queue in batches:
a busy call is derived once for all its requests of the last half second. A process that
is killed leaves events pending, which the next event of the call derives, or
`rebuild_calls --pending`.
"""

import logging
import math
import queue
import threading
import time

from django.db import Error, close_old_connections, connection

from callcenter.events.record import Kept
from callcenter.history import store

logger = logging.getLogger(__name__)

# How long a batch is collected. With the derivation of the batch before it, an event
# is derived within about a second.
GATHER_SECONDS = 0.3
MOST_IN_A_BATCH = 500
# When the oldest queued event has waited longer than this, each answer is held up a
# little, so that derivation catches up and history stays about a second behind.
LAG_SECONDS = 0.6
HELD_UP_SECONDS = 0.025

# Held by whoever is deriving in this process.
_turn = threading.Lock()
_later: queue.SimpleQueue[tuple[float, Kept]] = queue.SimpleQueue()
_starting = threading.Lock()
_thread: threading.Thread | None = None
# The number of events queued and not derived yet, and since when the oldest of them has
# waited (`time.monotonic`); changed under `_counting`.
_waiting = 0
_oldest = math.inf
_counting = threading.Condition()


def schedule(kept: Kept) -> None:
    """Derives the event, or queues it while another request is deriving."""
    if not _waiting and _turn.acquire(blocking=False):
        try:
            store.derive_event(kept)
        finally:
            _turn.release()
        return
    now = time.monotonic()
    _count(1)
    _later.put((now, kept))
    _start()
    if now - _oldest > LAG_SECONDS:
        time.sleep(HELD_UP_SECONDS)


def drain(timeout: float = 10.0) -> bool:
    """Waits until the queue is derived; False if that takes longer than the timeout."""
    with _counting:
        return _counting.wait_for(lambda: not _waiting, timeout)


def _start() -> None:
    global _thread
    with _starting:
        if _thread is None or not _thread.is_alive():
            # A daemon, so that a worker that is asked to stop does not wait for it.
            _thread = threading.Thread(target=_work, name="derivation", daemon=True)
            _thread.start()


def _work() -> None:
    global _oldest
    while True:
        try:
            since, first = _later.get(timeout=60)
        except queue.Empty:
            # Nothing was queued for a while: give the connection back.
            connection.close()
            continue
        _oldest = since
        batch = [first]
        time.sleep(max(0.0, since + GATHER_SECONDS - time.monotonic()))
        while len(batch) < MOST_IN_A_BATCH and not _later.empty():
            batch.append(_later.get()[1])
        try:
            close_old_connections()
            with _turn:
                store.derive_events(batch)
        except Error:
            logger.exception("%d events are derived later", len(batch))
        finally:
            _oldest = math.inf
            _count(-len(batch))


def _count(more: int) -> None:
    global _waiting
    with _counting:
        _waiting += more
        _counting.notify_all()
