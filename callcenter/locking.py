"""How work is tried again that failed because another transaction held a lock."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection

ResultT = TypeVar("ResultT")

# Of MariaDB and MySQL: lock wait timeout, deadlock; by how often work is tried. A
# deadlock takes no time, and where several hosts write the same call to the nodes of a
# cluster some in a row are usual.
_TRIES = {1205: 4, 1213: 10}
_TRIES_ON_SQLITE = 4
_LONGEST_PAUSE_SECONDS = 0.1
# How long one statement waits for a lock: on MariaDB and MySQL because the settings say
# so, on SQLite within `short_lock_waits`.
LOCK_WAIT_SECONDS = 1

_one_writer = threading.RLock()


class OutOfTime(Exception):
    """The deadline has passed before the work could be done."""


def is_lock_error(error: OperationalError) -> bool:
    """Whether trying again can help: a deadlock, a lock wait, a locked SQLite file."""
    return _tries(error) > 1


def try_again_when_locked(
    work: Callable[[], ResultT], deadline: float | None = None
) -> ResultT:
    """Do the work, and again if a lock was in its way: some times, up to a few seconds.

    Gives its result. Raises OutOfTime if the deadline, in seconds on the clock of
    `time.monotonic`, passes before a try begins, and the OperationalError of the last
    try otherwise. The work has to be a whole transaction.
    """
    attempt = 0
    while True:
        attempt += 1
        if deadline is not None and time.monotonic() >= deadline:
            raise OutOfTime
        try:
            with _turn_to_write(deadline):
                return work()
        except OperationalError as error:
            if attempt >= _tries(error):
                raise
            # Two that have met shall not meet again.
            pause = min(0.005 * attempt**2, _LONGEST_PAUSE_SECONDS)
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 -- no secret


def _tries(error: OperationalError) -> int:
    """How often work is tried that fails so."""
    code = error.args[0] if error.args else None
    if "locked" in str(error):
        return _TRIES_ON_SQLITE
    return _TRIES.get(code, 1) if isinstance(code, int) else 1


@contextmanager
def _turn_to_write(deadline: float | None) -> Iterator[None]:
    """Let one thread of the process write at a time on SQLite.

    Raises OutOfTime if the turn does not come before the deadline.

    A waiting writer of SQLite only asks again from time to time, and of eight threads
    some never got their turn. A lock of Python serves them in turn.
    """
    if connection.vendor != "sqlite":
        yield
        return
    patience = -1.0 if deadline is None else max(0.0, deadline - time.monotonic())
    if not _one_writer.acquire(timeout=patience):
        raise OutOfTime
    try:
        yield
    finally:
        _one_writer.release()


@contextmanager
def short_lock_waits() -> Iterator[None]:
    """Make SQLite, too, wait no longer than a second for a lock."""
    if connection.vendor != "sqlite":
        yield
        return
    usual = connection.settings_dict["OPTIONS"].get("timeout", 5)
    _set_busy_timeout(LOCK_WAIT_SECONDS)
    try:
        yield
    finally:
        _set_busy_timeout(usual)


def _set_busy_timeout(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
