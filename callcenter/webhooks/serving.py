"""What a process that serves callers runs beside its requests.

One thread writes events, one derives, one compares the setup; this module starts and
stops them, and has one more that loads the spool, derives what was left pending and
settles calls that ended without their exit: at the start, when the database is back,
and every twenty seconds.
"""

import logging
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

from django.db import connection

from callcenter import patience
from callcenter.events import writer
from callcenter.events.spool import spool
from callcenter.flow import current
from callcenter.history import backlog
from callcenter.upkeep.tidying import tidy, tidy_again

logger = logging.getLogger(__name__)

TIDIED_EVERY_SECONDS = 20
_TRIED_AGAIN_SECONDS = 2
_STATEMENT_SECONDS = 30
_STOP_SECONDS = 5.0

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
    # At the start nothing of this process is under way, and something may be left.
    work: Callable[[], bool] = tidy
    while True:
        _wake.clear()
        is_done = patience.is_away() or _tidied(work)
        if is_done and not patience.is_away():
            work = tidy_again
        _wake.wait(TIDIED_EVERY_SECONDS if is_done else _TRIED_AGAIN_SECONDS)


def _tidied(work: Callable[[], bool]) -> bool:
    """Whether that is done; raises nothing, so that callers do not suffer from it."""
    try:
        spool.hand_over()
        return work()
    except Exception as error:
        if patience.is_outage(error):
            patience.give_up(error)
        else:
            logger.exception("the spool could not be loaded")
        return True
    finally:
        connection.close()
