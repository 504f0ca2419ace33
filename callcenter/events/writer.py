"""Commits the events of a serving process in groups, from one thread.

A request hands in its event and waits until it is durable, or until its patience ends.
What has gathered while the thread was committing is committed together; an event that
comes alone is committed at once.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from callcenter import patience
from callcenter.events.record import Kept, keep_all
from callcenter.locking import OutOfTime, try_again_when_locked
from callcenter.models import Call, WebhookEvent

logger = logging.getLogger(__name__)

MOST_IN_A_GROUP = 200
# Also after a step that took its time by itself: that is no fault of the database.
LEAST_SECONDS = 0.5

OnKept = Callable[[Kept], object]


class _Request:
    """An event that waits to be durable."""

    def __init__(self, event: WebhookEvent) -> None:
        self.event = event
        self.kept: Kept | None = None
        self.is_given_up = False
        # Released once it is known what became of it. A bare lock is the fastest.
        self._done = threading.Lock()
        self._done.acquire()

    def wait(self, seconds: float) -> bool:
        return self._done.acquire(timeout=seconds)

    def finish(self, kept: Kept | None) -> None:
        self.kept = kept
        self._done.release()


class Writer:
    """The thread, and what waits for it. `on_kept` is called with each stored event."""

    def __init__(self, on_kept: OnKept) -> None:
        self._on_kept = on_kept
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()
        # Whether the thread waits for events, and not for the database.
        self.is_idle = True

    def keep(self, event: WebhookEvent, seconds: float) -> Kept | None:
        """Store one event durably; None if it is not stored in so many seconds.

        It may be stored later all the same.
        """
        request = _Request(event)
        self._waiting.put(request)
        if not request.wait(seconds):
            request.is_given_up = True
            patience.give_up(f"nothing was committed within {seconds:.1f} s")
        return request.kept

    def stop(self, seconds: float) -> None:
        """Commit what waits, and end."""
        self._waiting.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        patience.give_up_statements_soon()
        while True:
            self.is_idle = True
            group = self._gather()
            self.is_idle = False
            if not group:
                connection.close()
                return
            self._commit([one for one in group if not one.is_given_up])

    def _gather(self) -> list[_Request]:
        """What waits; empty when the thread shall end."""
        group: list[_Request] = []
        found = self._waiting.get()
        while found is not None:
            group.append(found)
            if len(group) == MOST_IN_A_GROUP:
                return group
            try:
                found = self._waiting.get_nowait()
            except queue.Empty:
                return group
        if group:
            # The end is asked for again, after these.
            self._waiting.put(None)
        return group

    def _commit(self, group: list[_Request]) -> None:
        if not group:
            return
        events = [one.event for one in group]
        deadline = time.monotonic() + patience.PATIENCE_SECONDS
        kept: list[Kept] | None = None
        try:
            kept = try_again_when_locked(
                lambda: patience.reconnecting(lambda: keep_all(events)), deadline
            )
        # Whatever it is: without this thread nothing is stored any more.
        except Exception as error:
            connection.close()
            if isinstance(error, OutOfTime) or patience.is_outage(error):
                patience.give_up(error or "it is locked")
            elif len(group) > 1:
                # One of them is refused: the others shall not suffer for it.
                for one in group:
                    self._commit([one])
                return
            else:
                logger.exception("an event is refused by the database")
        for place, one in enumerate(group):
            one.finish(kept[place] if kept else None)
        for each in {id(one): one for one in kept or ()}.values():
            self._on_kept(each)


def probe() -> None:
    """Write an event and take it back, and read a call, as answers do.

    Raises django.db.Error where that fails, or the writer still waits.
    """
    writer = _writer
    if writer is not None and not writer.is_idle:
        raise DatabaseError("the writer still waits for it")
    write_and_take_back()


def write_and_take_back() -> None:
    """Do as a webhook does and leave nothing. Raises django.db.Error."""
    now = timezone.now()
    Call.objects.order_by("pk").values_list("pk").first()
    with transaction.atomic():
        WebhookEvent.objects.create(
            dedup_key=f"probe {now.isoformat()} {threading.get_native_id()}",
            received_at=now,
            kind=WebhookEvent.Kind.INTERNAL,
            path="/internal/probe/",
        )
        transaction.set_rollback(True)


_writer: Writer | None = None


def start(on_kept: OnKept) -> None:
    """Commit in groups from now on."""
    global _writer
    _writer = Writer(on_kept)


def stop(seconds: float = 2.0) -> None:
    """Commit what waits; whoever comes then is on their own."""
    global _writer
    writer, _writer = _writer, None
    if writer:
        writer.stop(seconds)


def is_running() -> bool:
    """Whether events are handed to the thread."""
    return _writer is not None


def keep(event: WebhookEvent) -> Kept | None:
    """As `Writer.keep`, for as long as the answer of this thread may wait."""
    writer = _writer
    if writer is None or patience.is_away():
        return None
    return writer.keep(event, max(patience.left(), LEAST_SECONDS))
