"""Says what happens again and again: the first time at once, then once a minute."""

import math
import threading
import time
from collections.abc import Callable

EVERY_SECONDS = 60


class Sparing:
    """Counts what happens; `say` is given how often it did since it was said last."""

    def __init__(self, say: Callable[[int], object]) -> None:
        """Nothing has happened yet."""
        self._say = say
        self._lock = threading.Lock()
        self._count = 0
        self._said_at = -math.inf

    def count_one(self) -> None:
        """It has happened once more. Any thread may say so."""
        with self._lock:
            self._count += 1
            now = time.monotonic()
            if now - self._said_at < EVERY_SECONDS:
                return
            count, self._count, self._said_at = self._count, 0, now
        self._say(count)
