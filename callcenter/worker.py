"""The worker: it brings history up to date, and does the regular jobs.

One is enough for an installation; two do no harm. It needs no process that serves
callers, and none of them needs it: what it does, they do too, only less often, or it
can wait.
"""

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import Error, connection
from django.utils import timezone
from huey.consumer import Consumer

from callcenter import jobs, patience
from callcenter.models import WorkerProcess
from callcenter.upkeep.tidying import tidy, tidy_again

logger = logging.getLogger(__name__)

TIDIED_EVERY_SECONDS = 5
# How often it says in the database that it lives.
SEEN_EVERY_SECONDS = 10
# How many passes until it looks again at all that is pending: about ten minutes.
_PASSES_UNTIL_ALL = 120
# How often the log says that something still fails.
SAID_EVERY_SECONDS = 60
# Jobs that are done at the same time: a long file must not hold up the others.
_THREADS = 3
_STOP_SECONDS = 5.0
# No statement of a job takes so long; one that hangs ends then, and gives the job back.
JOB_STATEMENT_SECONDS = 600
_PROCESSES_KEPT = timedelta(days=1)


class Worker:
    """A worker in this process; `passes` counts how often it has tidied."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self.passes = 0
        self._failing_since: float | None = None
        self._said_at = 0.0

    def work(self, stop: threading.Event) -> None:
        """Work until `stop` is set, also while the database is away.

        Raises OSError where SPOOL_DIR cannot be written.
        """
        huey = jobs.queue().huey
        huey.on_startup()(_limit_statements)
        consumer = _Consumer(huey, workers=_THREADS, shutdown_timeout=_STOP_SECONDS)
        consumer.start()
        # In a thread, as loading a long spool takes minutes.
        threading.Thread(
            target=_show_life, args=(stop,), name="sign of life", daemon=True
        ).start()
        try:
            while not stop.is_set():
                self.step()
                consumer.check_worker_health()
                stop.wait(TIDIED_EVERY_SECONDS)
        finally:
            consumer.stop(graceful=True)
            _show_end()

    def step(self) -> None:
        """Do once what is done every few seconds. Raises nothing."""
        try:
            is_for_all = self.passes % _PASSES_UNTIL_ALL == 0
            if (tidy if is_for_all else tidy_again)() or not is_for_all:
                self.passes += 1
        except Exception as error:  # noqa: BLE001 -- it is tried again
            self._say(error)
        else:
            if self._failing_since is not None:
                seconds = time.monotonic() - self._failing_since
                logger.error("the worker goes on after %.0f s", seconds)
                self._failing_since = None
        finally:
            connection.close()

    def _say(self, error: Exception) -> None:
        """One line when it begins, and one a minute."""
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        elif now - self._said_at < SAID_EVERY_SECONDS:
            return
        self._said_at = now
        is_ours = not isinstance(error, Error | OSError)
        logger.error("the worker cannot go on: %s", error, exc_info=is_ours)


def _limit_statements() -> None:
    """What each thread of huey begins with. SQLite does not hang."""
    if connection.vendor != "sqlite":
        patience.give_up_statements_soon(JOB_STATEMENT_SECONDS)


def _show_life(stop: threading.Event) -> None:
    patience.give_up_statements_soon()
    started_at = timezone.now()
    while not stop.is_set():
        try:
            _write_life(started_at, timezone.now())
            jobs.prolong()
        except Error as error:
            logger.debug("no sign of life: %s", error)
        finally:
            connection.close()
        stop.wait(SEEN_EVERY_SECONDS)


def _write_life(started_at: datetime, now: datetime) -> None:
    """Note that this worker lives, and forget those that stopped long ago."""
    WorkerProcess.objects.filter(seen_at__lt=now - _PROCESSES_KEPT).delete()
    WorkerProcess.objects.update_or_create(
        name=jobs.own_name(),
        defaults={"started_at": started_at, "seen_at": now, "stopped_at": None},
    )


def _show_end() -> None:
    now = timezone.now()
    try:
        jobs.give_back()
        WorkerProcess.objects.filter(name=jobs.own_name()).update(stopped_at=now)
    except Error:
        # Whoever looks sees that its last sign of life is old.
        logger.warning("the database is away while the worker stops")
    finally:
        connection.close()


class _Consumer(Consumer):
    """Huey's threads, which leave the signals to the command."""

    def _set_signal_handlers(self) -> None:
        pass
