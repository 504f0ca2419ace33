"""Brings history up to date with what outages and lost requests have left behind.

Serving processes do it now and then, the worker every few seconds.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from callcenter.private_files import private_folder
from callcenter.upkeep.drain import drain
from callcenter.upkeep.rebuild import derive_pending
from callcenter.upkeep.settle import settle

logger = logging.getLogger(__name__)

# What is pending for longer has been tried in vain, again and again.
_LOOKED_BACK = timedelta(days=1)
# What came later may be under way in a thread that derives.
_PENDING_FOR = timedelta(seconds=10)
_LOCK_FILE = "tidying.lock"


def tidy(since: datetime | None = None, until: datetime | None = None) -> bool:
    """Load the spool that no process holds, derive what is pending, settle what ended.

    Of what is pending only what came in a period. False if another process is doing all
    this. Raises django.db.Error.
    """
    with _turn() as is_ours:
        if not is_ours:
            return False
        done = drain()
        if done.kept or done.repeats:
            logger.warning(
                "loaded %d events of the spool; %d were known", done.kept, done.repeats
            )
        derive_pending(since=since, until=until)
        settle(timezone.now())
    return True


def tidy_again() -> bool:
    """As `tidy`, for a process that did it before: only what is neither old nor new."""
    now = timezone.now()
    return tidy(now - _LOOKED_BACK, now - _PENDING_FOR)


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
