"""What a process that serves callers runs beside its requests.

One thread writes events, one derives, one compares the setup; this module starts and
stops them, and has one more that loads the spool, derives what was left pending and
settles calls that ended without their exit: at the start, when the database is back,
and every twenty seconds.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing.util import Finalize
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from callcenter import patience
from callcenter.events import writer
from callcenter.events.spool import spool
from callcenter.flow import current
from callcenter.history import backlog
from callcenter.private_files import private_folder
from callcenter.upkeep.drain import drain
from callcenter.upkeep.rebuild import derive_pending
from callcenter.upkeep.settle import settle

logger = logging.getLogger(__name__)

TIDIED_EVERY_SECONDS = 20
# What came later may be under way in the thread that derives.
_PENDING_FOR = timedelta(seconds=10)
# What is pending for longer has been tried in vain, again and again.
_LOOKED_BACK = timedelta(days=1)
_TRIED_AGAIN_SECONDS = 2
_STATEMENT_SECONDS = 30
_STOP_SECONDS = 5.0
_LOCK_FILE = "tidying.lock"

_wake = threading.Event()


def start() -> None:
    """Serve callers from now on, also without a database; stops with the process."""
    patience.start(writer.probe, _wake.set)
    spool.prepare()
    current.keep_fresh()
    backlog.start()
    writer.start(backlog.schedule)
    threading.Thread(target=_tidy_for_ever, name="tidying", daemon=True).start()
    # Not atexit, which runs nothing in a process that multiprocessing has started.
    Finalize(None, stop, exitpriority=10)


def stop() -> None:
    """Commit and derive what waits, and leave the spool to others."""
    writer.stop()
    backlog.stop(_STOP_SECONDS)
    spool.close()


def _tidy_for_ever() -> None:
    patience.give_up_statements_soon(_STATEMENT_SECONDS)
    since = None
    while True:
        _wake.clear()
        is_done = patience.is_away() or _tidied(since)
        if is_done and not patience.is_away():
            since = timezone.now() - _LOOKED_BACK
        _wake.wait(TIDIED_EVERY_SECONDS if is_done else _TRIED_AGAIN_SECONDS)


def _tidied(since: datetime | None) -> bool:
    """As `tidy`, but raises nothing; callers do not suffer from whatever fails."""
    try:
        return tidy(since)
    except Exception as error:
        if patience.is_outage(error):
            patience.give_up(error)
        else:
            logger.exception("the spool could not be loaded")
        return True
    finally:
        connection.close()


def tidy(since: datetime | None = None) -> bool:
    """Load the spool, ours too, derive what is pending, and settle what has ended.

    Of what is pending only what came since a moment. False if another process is doing
    all this. Raises django.db.Error.
    """
    spool.hand_over()
    with _turn() as is_ours:
        if not is_ours:
            return False
        done = drain()
        if done.kept or done.repeats:
            logger.warning(
                "loaded %d events of the spool; %d were known", done.kept, done.repeats
            )
        # At the start nothing of this process is under way.
        until = timezone.now() - _PENDING_FOR if since else None
        derive_pending(since=since, until=until)
        settle(timezone.now())
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
