"""What is read once a moment, however many pages ask for it. No database."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

# A page asks every second or two; what is older is read again.
KEPT_FOR = timedelta(seconds=1)


class Kept(Generic[T]):
    """What was read last; one thread reads, the others wait for it."""

    def __init__(self, read: Callable[[datetime], T]) -> None:
        self._read = read
        self._reading = threading.Lock()
        self._last: tuple[datetime, T] | None = None

    def forget(self) -> None:
        """Read again next time."""
        self._last = None

    def at(self, now: datetime) -> T:
        """What was read at most a second before a moment. Raises what reading does."""
        with self._reading:
            last = self._last
            if last is None or not last[0] <= now < last[0] + KEPT_FOR:
                last = self._last = now, self._read(now)
            return last[1]
