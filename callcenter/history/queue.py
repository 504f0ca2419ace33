"""When a kept event is told: at once, or under load within a second of the answer.

A request tells what it brought, unless another of this process is telling just then.
Then its event is put in a queue, which one thread works off in batches: of a busy call
the requests of half a second are told in one telling. Who dies meanwhile leaves events
untold, which the next event of the call or `rebuild_calls --pending` mends.
"""

import logging
import math
import queue
import threading
import time

from django.db import Error, close_old_connections, connection

from callcenter.history import store
from callcenter.models import WebhookEvent

logger = logging.getLogger(__name__)

# So long a batch is gathered; with the telling of the one before it stays in a second.
GATHER_SECONDS = 0.3
MOST_IN_A_BATCH = 500
# Where telling lags behind more than this, answers are held up a little each, so that
# it catches up: history stays within about a second of what was answered.
LAG_SECONDS = 0.6
HELD_UP_SECONDS = 0.025

_turn = threading.Lock()
_later: queue.SimpleQueue[tuple[float, WebhookEvent]] = queue.SimpleQueue()
_starting = threading.Lock()
_thread: threading.Thread | None = None
# Events put in the queue and not told yet, and since when the oldest of them stands
# there; changed under `_counting`.
_waiting = 0
_oldest = math.inf
_counting = threading.Condition()


def schedule(event: WebhookEvent) -> None:
    """Have the event told; holds the caller up only where nobody else is telling."""
    if not _waiting and _turn.acquire(blocking=False):
        try:
            store.derive_event(event)
        finally:
            _turn.release()
        return
    now = time.monotonic()
    _count(1)
    _later.put((now, event))
    _start()
    if now - _oldest > LAG_SECONDS:
        time.sleep(HELD_UP_SECONDS)


def drain(timeout: float = 10.0) -> bool:
    """Wait until nothing is left to be told; says whether that came about in time."""
    with _counting:
        return _counting.wait_for(lambda: not _waiting, timeout)


def _start() -> None:
    global _thread
    with _starting:
        if _thread is None or not _thread.is_alive():
            # A worker that is told to stop does not wait for it.
            _thread = threading.Thread(target=_work, name="derivation", daemon=True)
            _thread.start()


def _work() -> None:
    global _oldest
    while True:
        try:
            since, first = _later.get(timeout=60)
        except queue.Empty:
            # Nothing was busy for a while: give the connection back.
            connection.close()
            continue
        _oldest = since
        events = [first]
        time.sleep(max(0.0, since + GATHER_SECONDS - time.monotonic()))
        while len(events) < MOST_IN_A_BATCH and not _later.empty():
            events.append(_later.get()[1])
        try:
            close_old_connections()
            with _turn:
                store.derive_events(events)
        except Error:
            logger.exception("%d events are told later", len(events))
        finally:
            _oldest = math.inf
            _count(-len(events))


def _count(more: int) -> None:
    global _waiting
    with _counting:
        _waiting += more
        _counting.notify_all()
