"""How the log reads, and that nobody waits for whoever reads it.

What was refused is one line, what failed has its traceback.
"""

import logging
import queue
import threading
import time
from logging.handlers import QueueHandler, QueueListener

# So many lines wait for a pipe or a disk that is stuck; those beyond are counted.
MOST_WAITING = 10_000


class OneLineForRefusals(logging.Filter):
    """Drops the traceback of an answer below 500: it is no fault of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and status < 500:
            record.exc_info = record.exc_text = None
        return True


class _Unblocked(QueueHandler):
    """Hands lines to a thread; drops and counts what it cannot take."""

    def __init__(self, lines: "queue.Queue[logging.LogRecord]") -> None:
        super().__init__(lines)
        self._dropped = 0
        self._counting = threading.Lock()

    def enqueue(self, record: logging.LogRecord) -> None:
        with self._counting:
            dropped = self._dropped
            try:
                if dropped:
                    self.queue.put_nowait(_of_dropped(record, dropped))
                    self._dropped = 0
                self.queue.put_nowait(record)
            except queue.Full:
                self._dropped += 1


def _of_dropped(record: logging.LogRecord, count: int) -> logging.LogRecord:
    return logging.LogRecord(
        *(__name__, logging.ERROR, __file__, 0),
        "%d lines of the log were lost: nobody took them",
        (count,),
        None,
    )


def write_in_a_thread() -> None:
    """Let a thread write the log from now on: no answer waits for a pipe or a disk."""
    root = logging.getLogger()
    writers = list(root.handlers)
    lines: queue.Queue[logging.LogRecord] = queue.Queue(MOST_WAITING)
    handler = _Unblocked(lines)
    # What is dropped from a refusal is dropped before the line is made.
    for writer in writers:
        for each in writer.filters:
            handler.addFilter(each)
        root.removeHandler(writer)
    root.addHandler(handler)
    QueueListener(lines, *writers).start()
    _waiting.append(lines)


def flush(seconds: float = 1.0) -> None:
    """Wait until the thread has written what waits, but not for ever."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not all(each.empty() for each in _waiting):
        time.sleep(0.01)


_waiting: list[queue.Queue[logging.LogRecord]] = []
