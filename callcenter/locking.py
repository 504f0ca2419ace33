"""Trying again what failed because another transaction held a lock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection

ResultT = TypeVar("ResultT")

# Deadlock and lock wait timeout of MariaDB/MySQL.
_LOCK_ERRORS = {1205, 1213}
_TRIES = 4
# How long one statement waits for a lock: MariaDB by the settings, SQLite by
# `short_lock_waits`.
LOCK_WAIT_SECONDS = 1

_one_writer = threading.RLock()


class OutOfTime(Exception):
    """The time an answer may be held up is over; the work is done later."""


def is_lock_error(error: OperationalError) -> bool:
    """Whether trying again can help: a deadlock, a lock wait, a locked SQLite file."""
    code = error.args[0] if error.args else None
    return code in _LOCK_ERRORS or "locked" in str(error)


def try_again_when_locked(
    work: Callable[[], ResultT], deadline: float | None = None
) -> ResultT:
    """Does the work, three times more if locks forbid it; OutOfTime past the deadline.

    The deadline is on the clock of `time.monotonic`, in seconds.
    """
    for attempt in range(1, _TRIES + 1):
        if deadline is not None and time.monotonic() >= deadline:
            raise OutOfTime
        try:
            with _turn_to_write(deadline):
                return work()
        except OperationalError as error:
            if attempt == _TRIES or not is_lock_error(error):
                raise
            time.sleep(0.005 * attempt**2)
    raise OutOfTime


@contextmanager
def _turn_to_write(deadline: float | None) -> Iterator[None]:
    """On SQLite one thread of the process writes at a time.

    SQLite lets a writer try again every so often while it waits, and with eight threads
    some never got in: a fair queue of our own is before it.
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
    """Within it SQLite too waits no longer than a second for a lock."""
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
