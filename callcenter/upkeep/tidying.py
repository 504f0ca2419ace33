"""Brings history up to date with what outages and lost requests have left behind.

Serving processes do it now and then, the worker every few seconds.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from callcenter.private_files import private_folder
from callcenter.upkeep.drain import drain
from callcenter.upkeep.rebuild import derive_pending
from callcenter.upkeep.settle import settle

logger = logging.getLogger(__name__)

# What is pending for longer waits for the next look at all of it.
_LOOKED_BACK = timedelta(days=1)
# What came later may be under way in a thread that derives.
_PENDING_FOR = timedelta(seconds=10)
_LOCK_FILE = "tidying.lock"


def tidy() -> bool:
    """Load the spool that no process holds, derive what is pending, settle what ended.

    False if another process is doing all this. Raises django.db.Error, and OSError
    where a file of the spool cannot be loaded; then the rest is done.
    """
    return _tidied(derive_pending)


def tidy_again() -> bool:
    """As `tidy`, for a process that did it before.

    Of what is pending it leaves out what is old, what has just come, and what has been
    tried in vain: that would fail again, with a traceback each time.
    """
    now = timezone.now()
    since, until = now - _LOOKED_BACK, now - _PENDING_FOR
    return _tidied(lambda: derive_pending(since=since, until=until, is_untried=True))


def _tidied(derive: Callable[[], object]) -> bool:
    with _turn() as is_ours:
        if not is_ours:
            return False
        problem: OSError | None = None
        try:
            done = drain()
        except OSError as error:
            problem = error
        else:
            if done.kept or done.repeats:
                logger.warning(
                    "loaded %d events of the spool; %d were known",
                    done.kept,
                    done.repeats,
                )
        derive()
        settle(timezone.now())
        if problem:
            raise problem
    return True


@contextmanager
def _turn() -> Iterator[bool]:
    """Whether no other process is tidying; it would only do the same."""
    folder = Path(settings.SPOOL_DIR)
    private_folder(folder)
    file = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield True
    finally:
        os.close(file)
