"""People's requests never take the threads that callers need.

All requests of a process are answered by the same threads. Only so many of people's are
served at once, a few more wait for a moment, and the others are told to come back.
"""

import threading


class Slots:
    """So many requests are served at once; so many more wait, each for a while.

    Together they are the threads that people can take, however many ask. `patience` is
    how long one waits, in seconds.
    """

    def __init__(self, served: int, waiting: int, patience: float) -> None:
        self._free = threading.Semaphore(served)
        self._places = threading.Semaphore(waiting)
        self._patience = patience

    def enter(self) -> bool:
        """Take a slot; False if none became free in time. `leave` gives it back."""
        if self._free.acquire(blocking=False):
            return True
        if not self._places.acquire(blocking=False):
            return False
        try:
            return self._free.acquire(timeout=self._patience)
        finally:
            self._places.release()

    def leave(self) -> None:
        """Give a slot back."""
        self._free.release()
