"""When a stored event is derived: at once, or in a serving process soon after.

A process that serves callers hands each stored event to one thread, and no answer waits
for it. The thread derives an event that comes alone at once; under load it gathers, so
that a busy call is derived once for all its requests of the last moment. What a killed
process, or a database that went away, leaves pending is derived by the next event of
the call, or by `upkeep.rebuild.derive_pending`.
"""

import logging
import queue
import threading
import time

from django.db import Error, connection

from callcenter import patience
from callcenter.events.record import Kept
from callcenter.history import store

logger = logging.getLogger(__name__)

# How long a batch is collected under load. With the derivation of the batch before it,
# an event is derived within about a second.
GATHER_SECONDS = 0.5
MOST_IN_A_BATCH = 500
# Events beyond these stay pending until their turn comes in the database.
MOST_WAITING = 20_000
# No statement of deriving takes so long; one that hangs ends then.
_STATEMENT_SECONDS = 10
_IDLE_SECONDS = 5
# How often a batch is tried where the database fails, each time when it is back.
_TRIES = 3
_LOOKED_EVERY_SECONDS = 0.5


class Deriver:
    """The thread, and the stored events that wait for it."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[tuple[float, Kept] | None] = queue.SimpleQueue()
        # How many are queued and not derived yet.
        self._waiting = 0
        self._counting = threading.Condition()
        self._is_ending = False
        self._thread = threading.Thread(
            target=self._work, name="derivation", daemon=True
        )
        self._thread.start()

    def put(self, kept: Kept) -> None:
        """Derive the event soon."""
        with self._counting:
            if self._waiting >= MOST_WAITING:
                return
            self._waiting += 1
        self._events.put((time.monotonic(), kept))

    def drain(self, seconds: float) -> bool:
        """Wait until all is derived; False if that takes longer."""
        with self._counting:
            return self._counting.wait_for(lambda: not self._waiting, seconds)

    def stop(self, seconds: float) -> None:
        """Derive what waits, and end, in so many seconds."""
        deadline = time.monotonic() + seconds
        if not patience.is_away():
            self.drain(seconds)
        self._is_ending = True
        self._events.put(None)
        self._thread.join(max(0, deadline - time.monotonic()))

    def _work(self) -> None:
        patience.give_up_statements_soon(_STATEMENT_SECONDS)
        used_at = 0.0
        while (found := self._events.get()) is not None:
            batch = self._gather(*found)
            if time.monotonic() - used_at > _IDLE_SECONDS:
                connection.close_if_unusable_or_obsolete()
            for _try in range(_TRIES):
                if _derive(batch) or self._is_ending:
                    break
                self._wait_for_the_database()
            used_at = time.monotonic()
            with self._counting:
                self._waiting -= len(batch)
                self._counting.notify_all()
        connection.close()

    def _wait_for_the_database(self) -> None:
        """Wait a little, and as long as it is away."""
        time.sleep(_LOOKED_EVERY_SECONDS)
        while patience.is_away() and not self._is_ending:
            time.sleep(_LOOKED_EVERY_SECONDS)

    def _gather(self, since: float, first: Kept) -> list[Kept]:
        batch = [first]
        if not self._events.empty():
            time.sleep(max(0.0, since + GATHER_SECONDS - time.monotonic()))
        while len(batch) < MOST_IN_A_BATCH:
            try:
                found = self._events.get_nowait()
            except queue.Empty:
                break
            if found is None:
                # The end is asked for again, after these.
                self._events.put(None)
                break
            batch.append(found[1])
        return batch


def _derive(batch: list[Kept]) -> bool:
    """Derives the batch; raises nothing. False where the database fails."""
    if patience.is_away():
        return False
    try:
        store.derive_events(batch)
    except Error as error:
        logger.warning("%d events are derived later: %s", len(batch), error)
        connection.close()
        return False
    # A bug of ours: the thread goes on, and the events stay pending.
    except Exception:
        logger.exception("%d events are derived later", len(batch))
    return True


_deriver: Deriver | None = None


def start() -> None:
    """Derive in a thread from now on."""
    global _deriver
    _deriver = Deriver()


def stop(seconds: float = 5.0) -> None:
    """Derive what waits; what is not derived in so many seconds stays pending."""
    global _deriver
    deriver, _deriver = _deriver, None
    if deriver:
        deriver.stop(seconds)


def schedule(kept: Kept) -> None:
    """Derive the event soon, or now in a process that serves no callers."""
    deriver = _deriver
    if deriver:
        deriver.put(kept)
    else:
        store.derive_event(kept)


def drain(seconds: float = 10.0) -> bool:
    """Wait until nothing is to be derived; False if that takes longer."""
    return _deriver is None or _deriver.drain(seconds)
