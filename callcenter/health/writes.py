"""Whether the database takes writes: one that only reads is down for us."""

import math
import threading
import time

from django.db import DatabaseError, Error

from callcenter.events import writer

# Anybody may ask about our health, as often as they like.
_TRIED_EVERY_SECONDS = 1.0


class _Writes:
    """What a process has last found out about it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Try again at the next question; for tests."""
        self._trying = threading.Lock()
        self._tried_at = -math.inf
        self._problem = ""

    def check(self) -> None:
        """Raise django.db.Error where it took none when this was last tried."""
        # While one thread tries, and perhaps waits for a lock, others do not.
        trying = self._trying
        if trying.acquire(blocking=False):
            try:
                self._try()
            finally:
                trying.release()
        if self._problem:
            raise DatabaseError(self._problem)

    def _try(self) -> None:
        if time.monotonic() - self._tried_at < _TRIED_EVERY_SECONDS:
            return
        try:
            writer.write_and_take_back()
        except Error as error:
            self._problem = str(error) or type(error).__name__
            raise
        else:
            self._problem = ""
        finally:
            self._tried_at = time.monotonic()


takes_writes = _Writes()
