"""What is done regularly, and by one worker at a time.

A job finds in the tables what is to be done, so nothing is lost when it is interrupted:
the next run goes on. Which jobs there are stands in `settings.WORKER_JOBS`. Huey says
when their time has come; its queue is a file of its own in SPOOL_DIR, which works while
the database is away.
"""

import logging
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error, connection
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_stubs_ext import StrOrPromise
from huey import SqliteHuey, crontab
from huey.exceptions import HueyException
from huey.serializer import SignedSerializer

from callcenter.locking import try_again_when_locked
from callcenter.models import WorkerJob
from callcenter.private_files import private_folder
from callcenter.reasons import kept

logger = logging.getLogger(__name__)

QUEUE_FILE = "worker.sqlite3"
# A job belongs to its worker for so long; a worker that lives prolongs it (`prolong`).
HELD_FOR = timedelta(minutes=2)
# How long a job may wait for a thread: until its next time, or for a good while.
_EXPIRES_SECONDS = 50
_EXPIRES_DAILY_SECONDS = 3600
# When a daily job is tried again for which the database was away: its row is free then.
_AGAIN_SECONDS = HELD_FOR.total_seconds() + 30
# The names of the jobs that this process is doing, each in one of its threads.
_under_way: set[str] = set()
_beginning = threading.Lock()
_LONGEST_ERROR = 500


def always() -> bool:
    """The condition of a job that every installation has."""
    return True


@dataclass(frozen=True, slots=True)
class Job:
    """Something done regularly; `name` is its row's (WorkerJob)."""

    name: str
    title: StrOrPromise
    work: Callable[[], object]
    # The minutes and hours at which it begins, as in a crontab, in TIME_ZONE.
    minute: str = "*"
    hour: str = "*"
    # Whether the settings ask for it.
    is_on: Callable[[], bool] = always

    @property
    def is_daily(self) -> bool:
        """Whether its next time is far away."""
        return self.hour != "*"


@cache
def all_jobs() -> tuple[Job, ...]:
    """The jobs of `settings.WORKER_JOBS`, in that order."""
    lists: list[Sequence[Job]] = [import_string(name) for name in settings.WORKER_JOBS]
    return tuple(job for jobs in lists for job in jobs)


def is_on(name: str) -> bool:
    """Whether the worker does a job here; a name of none is a job that nobody does."""
    return any(job.is_on() for job in all_jobs() if job.name == name)


class Queue(NamedTuple):
    """Huey with all jobs, and its task for what is asked for out of turn."""

    huey: SqliteHuey
    at_once: Callable[[str], object]
    soon_again: Callable[[str], object]


@cache
def queue() -> Queue:
    """The queue of this host; its file is made if it is missing or damaged.

    Raises OSError where the file cannot be written.
    """
    folder = Path(settings.SPOOL_DIR)
    private_folder(folder)
    path = folder / QUEUE_FILE
    try:
        huey = _opened(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise OSError(f"{path}: {error}") from error
        # Nothing in it is missed: whatever is to be done stands in the tables.
        aside = path.with_name(f"{path.name}.damaged")
        logger.error("%s begins anew, the old one is %s: %s", path, aside.name, error)
        path.replace(aside)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        huey = _opened(path)
    for job in all_jobs():
        when = crontab(minute=job.minute, hour=job.hour)
        # One that comes too late is left to the next.
        expires = _EXPIRES_DAILY_SECONDS if job.is_daily else _EXPIRES_SECONDS
        huey.periodic_task(when, name=job.name, expires=expires)(partial(_do, job.name))
    task = huey.task()(_do)
    return Queue(
        huey,
        at_once=task,
        soon_again=lambda name: task.schedule(args=(name,), delay=_AGAIN_SECONDS),
    )


def _opened(path: Path) -> SqliteHuey:
    # SQLite itself would let others read it. One that is there stays as it is.
    path.touch(mode=0o600)
    return SqliteHuey(
        "minicc",
        filename=str(path),
        results=False,
        utc=False,
        # What others write into the file is not obeyed.
        serializer=SignedSerializer(secret=settings.SECRET_KEY),
    )


def ask_soon(name: str) -> None:
    """Let a worker of this host do a job now. Raises nothing: its time comes anyway."""
    _ask(lambda: queue().at_once(name), name)


def _ask(how: Callable[[], object], name: str) -> None:
    try:
        how()
    except (OSError, sqlite3.Error, HueyException):
        logger.warning("the worker could not be asked for %s", name, exc_info=True)


def run(job: Job) -> bool:
    """Do a job now, unless it is off or a worker is doing it; whether it was done.

    What fails is noted in the job's row, and in the log. Raises django.db.Error where
    the database is away.
    """
    if not job.is_on() or not _begin(job.name):
        return False
    try:
        return _claim(job.name) and _run(job)
    finally:
        # Where the database is away nobody lets the row go; it is free after HELD_FOR.
        _under_way.discard(job.name)


def _begin(name: str) -> bool:
    """Begin a job in this process; False if another of its threads is doing it.

    After an outage its row may be free all the same: nobody could prolong it.
    """
    with _beginning:
        is_free = name not in _under_way
        _under_way.add(name)
        return is_free


def _run(job: Job) -> bool:
    began = time.monotonic()
    try:
        job.work()
    except Exception as error:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        logger.exception("%s failed", job.name)
        _let_go(job.name, failed_at=timezone.now(), error=kept(error)[:_LONGEST_ERROR])
        return False
    _let_go(
        job.name,
        done_at=timezone.now(),
        seconds=time.monotonic() - began,
        failed_at=None,
        error="",
    )
    return True


def prolong() -> None:
    """Keep what this process is doing for itself. Raises django.db.Error."""
    held = WorkerJob.objects.filter(holder=own_name(), name__in=set(_under_way))
    held.filter(held_until__isnull=False).update(held_until=timezone.now() + HELD_FOR)


def give_back() -> None:
    """Let others do what this process has begun and cannot end."""
    WorkerJob.objects.filter(holder=own_name()).update(held_until=None)


def own_name() -> str:
    """The name of this process among all hosts."""
    return f"{socket.gethostname()}:{os.getpid()}"[:255]


def _do(name: str) -> None:
    """What huey calls, in a thread of the worker."""
    job = next((one for one in all_jobs() if one.name == name), None)
    if job is None:
        return
    try:
        run(job)
    except Error as error:
        # That the database is away is said once, by the worker's loop.
        logger.debug("%s waits for the database: %s", name, error)
        if job.is_daily:
            _ask(lambda: queue().soon_again(name), name)
    finally:
        connection.close()


def _claim(name: str) -> bool:
    now = timezone.now()
    is_free = Q(held_until=None) | Q(held_until__lt=now)

    def claim() -> int:
        WorkerJob.objects.get_or_create(name=name)
        return WorkerJob.objects.filter(is_free, name=name).update(
            held_until=now + HELD_FOR, holder=own_name(), started_at=now
        )

    # Of two workers on two nodes of a cluster one fails, and finds that it is taken.
    return try_again_when_locked(claim) == 1


def _let_go(name: str, **changes: Any) -> None:
    mine = WorkerJob.objects.filter(name=name, holder=own_name())
    try_again_when_locked(lambda: mine.update(held_until=None, **changes))
