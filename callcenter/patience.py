"""How long a caller waits for the database, and when nobody asks it any more.

A process that serves callers asks the database from threads of its own, so that an
answer waits no longer than `PATIENCE_SECONDS` for all that it wants to know, whatever
the database does. The first failure ends the asking: from then on one thread tries to
write once a second, and everybody goes without until it can.

Other processes (commands, tests) ask at once and wait as long as it takes.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import (
    DatabaseError,
    Error,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
)

logger = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")
OtherT = TypeVar("OtherT")

# Of one answer, for all that it asks.
PATIENCE_SECONDS = 1.5
PROBED_EVERY_SECONDS = 1.0
# How often the log says that the database is still away.
SAID_EVERY_SECONDS = 60
# Threads that look things up; few steps of a call need it.
_LOOKERS = 4
# How long a statement of such a thread may take: its answer has gone by then.
_STATEMENT_SECONDS = 2
# What the driver of MariaDB says of a connection that the server has closed.
_GONE_AWAY = 2006

_of_thread = threading.local()


class _Service:
    """Whether the database is asked, in a process that serves callers."""

    def __init__(self, probe: Callable[[], None], on_back: Callable[[], None]) -> None:
        self.is_away = False
        self._probe = probe
        self._on_back = on_back
        self._changing = threading.Lock()
        self._since = 0.0
        self.pool = ThreadPoolExecutor(
            _LOOKERS, "look-up", initializer=give_up_statements_soon
        )

    def give_up(self, reason: object) -> None:
        with self._changing:
            if self.is_away:
                return
            self.is_away, self._since = True, time.monotonic()
        logger.error("the database is away, callers are served without it: %s", reason)
        threading.Thread(target=self._wait, name="probe", daemon=True).start()

    def _wait(self) -> None:
        said = self._since
        give_up_statements_soon()
        while True:
            time.sleep(PROBED_EVERY_SECONDS)
            try:
                self._probe()
                break
            # Whatever it is: this thread is the only one that asks.
            except Exception as error:  # noqa: BLE001
                connection.close()
                away = time.monotonic() - self._since
                if time.monotonic() - said >= SAID_EVERY_SECONDS:
                    said = time.monotonic()
                    logger.error("the database is away for %d s: %s", away, error)
        connection.close()
        with self._changing:
            self.is_away = False
        logger.error(
            "the database is back after %.1f s", time.monotonic() - self._since
        )
        self._on_back()


_service: _Service | None = None


def start(probe: Callable[[], None], on_back: Callable[[], None]) -> None:
    """Be patient from now on.

    `probe` raises django.db.Error while the database takes no writes; `on_back` is
    called when it does again.
    """
    global _service
    _service = _Service(probe, on_back)


def stop() -> None:
    """Wait for the database again as long as it takes; for tests."""
    global _service
    _service = None


def is_away() -> bool:
    """Whether the database is not asked at the moment."""
    return _service is not None and _service.is_away


def give_up(reason: object) -> None:
    """Ask the database no more until it takes writes again."""
    if _service is not None:
        _service.give_up(reason)


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the database is away, and not that we ask wrongly."""
    return isinstance(error, OperationalError | InterfaceError | InternalError) or (
        type(error) is DatabaseError
    )


@contextmanager
def of_one_answer() -> Iterator[None]:
    """All that is asked in this thread meanwhile shares one patience."""
    _of_thread.deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        yield
    finally:
        del _of_thread.deadline


def left() -> float:
    """For how many seconds the answer of this thread may still wait."""
    deadline: float | None = getattr(_of_thread, "deadline", None)
    return PATIENCE_SECONDS if deadline is None else max(0, deadline - time.monotonic())


def ask(
    work: Callable[[], ResultT], otherwise: OtherT, *, may_give_up: bool = True
) -> ResultT | OtherT:
    """What the work finds in the database; `otherwise` where that cannot be known.

    With `may_give_up` a failure ends the asking; that of work which may take long by
    itself says nothing of the database.
    """
    service = _service
    if service is None:
        try:
            return work()
        except Error:
            logger.warning("the database cannot be asked", exc_info=True)
            return otherwise
    if service.is_away:
        return otherwise
    asked = service.pool.submit(_careful, work)
    try:
        return asked.result(timeout=left())
    except TimeoutError:
        if may_give_up:
            service.give_up(f"no answer within {PATIENCE_SECONDS} s")
    except Error as error:
        if may_give_up and is_outage(error):
            service.give_up(error)
        else:
            is_strange = not is_outage(error)
            logger.warning(
                "the database cannot be asked: %s", error, exc_info=is_strange
            )
    return otherwise


def later(work: Callable[[], object]) -> None:
    """Do work that no answer waits for; not at all while the database is away."""
    service = _service
    if service is None:
        work()
    elif not service.is_away:
        service.pool.submit(_careful, work)


def reconnecting(work: Callable[[], ResultT]) -> ResultT:
    """Do work that may be done twice, again if the server has closed the connection.

    It does so when a connection was idle for long, and when it has been started again.
    """
    try:
        return work()
    except OperationalError as error:
        if error.args[:1] != (_GONE_AWAY,) or connection.in_atomic_block:
            raise
        connection.close()
        return work()


def give_up_statements_soon(seconds: int = _STATEMENT_SECONDS) -> None:
    """Let no statement of this thread take longer; before its first statement."""
    options = dict(connection.settings_dict["OPTIONS"])
    if connection.vendor == "sqlite":
        options["timeout"] = 1
    else:
        options |= {
            "connect_timeout": 1,
            "read_timeout": seconds,
            "write_timeout": seconds,
        }
        # Of tables; that of rows is in the settings.
        if options.get("init_command", "").startswith("SET SESSION "):
            options["init_command"] += ", lock_wait_timeout=1"
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}


def _careful(work: Callable[[], ResultT]) -> ResultT:
    try:
        return reconnecting(work)
    except Error:
        # The next one begins with a connection of its own.
        connection.close()
        raise
