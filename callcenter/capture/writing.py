"""Writes captured requests, redacted, one line each, after they were answered.

No answer waits for it: a thread redacts and writes, and what fails is given up, with a
line in the log. The file is an event file (docs/contract.md 5); `capture` in a line has
what an event does not keep.
"""

import json
import logging
import os
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from callcenter.capture.redaction import Redaction, harmless_header
from callcenter.capture.switch import Period
from callcenter.models import WebhookEvent

logger = logging.getLogger(__name__)

# Of one file, and of one line; a form of Twilio's has a few kilobytes.
MOST_BYTES = 5_000_000
LONGEST_LINE = 200_000
# With more a process gives the capture up.
MOST_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class Taken:
    """One request as it was answered; `names` are those of its form, in order."""

    event: WebhookEvent
    names: Sequence[str]
    headers: Mapping[str, str]
    body_bytes: int
    status: int
    answered_in: float  # seconds


def note(period: Period, taken: Taken) -> None:
    """Write a request soon. Raises nothing, and waits for nothing."""
    _writer.put(period, taken)


def flush() -> None:
    """Wait until all is written: for tests."""
    _writer.flush()


def line_of(taken: Taken, redaction: Redaction) -> str:
    """A request as a line of the file, redacted."""
    event = taken.event
    at = event.received_at.astimezone(UTC)
    fields: dict[str, Any] = {
        "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "path": redaction.path(event.path),
        "params": redaction.form(event.params),
    }
    if event.decision:
        fields["decision"] = redaction.decision(event.decision)
    if event.token:
        fields["token"] = redaction.token(event.token)
    fields["capture"] = {
        "status": taken.status,
        "answered_in_ms": round(taken.answered_in * 1000),
        "names": [redaction.name(name) for name in taken.names],
        "not_ascii": [
            redaction.name(name)
            for name, value in event.params.items()
            if not "".join(value).isascii()
        ],
        "headers": sorted(
            redaction.name(name)
            for name in taken.headers
            if name.lower().startswith(("x-twilio-", "i-twilio-"))
        ),
        "content_type": harmless_header(taken.headers.get("Content-Type", "")),
        "user_agent": harmless_header(taken.headers.get("User-Agent", "")),
        "body_bytes": taken.body_bytes,
        "url_characters": len(event.path),
    }
    return json.dumps(fields, ensure_ascii=False)


class _Writer:
    """The thread, which is started when the first request is captured."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Period, Taken]] = queue.Queue(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        # The file that can be written no more.
        self._given_up: Path | None = None

    def put(self, period: Period, taken: Taken) -> None:
        if period.file == self._given_up:
            return
        try:
            self._waiting.put_nowait((period, taken))
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._work, name="capture", daemon=True
                    )
                    self._thread.start()
        # A thread may be one too many (RuntimeError).
        except (queue.Full, RuntimeError) as error:
            self._give_up(period, error)

    def flush(self) -> None:
        self._waiting.join()

    def _work(self) -> None:
        while True:
            period, taken = self._waiting.get()
            try:
                if period.file != self._given_up:
                    _append(period.file, line_of(taken, Redaction(period.key)))
            # Whatever it is, nobody else is to notice.
            except Exception as error:  # noqa: BLE001
                self._give_up(period, error)
            finally:
                self._waiting.task_done()

    def _give_up(self, period: Period, error: Exception) -> None:
        self._given_up = period.file
        # Not the text of any error, which may quote what was sent.
        said = str(error) if isinstance(error, OSError) else type(error).__name__
        logger.warning("%s: no more is captured: %s", period.file.name, said)


class TooMuch(OSError):
    """A file is as long as one may be."""


def _append(path: Path, line: str) -> None:
    data = line.encode("utf-8", "backslashreplace") + b"\n"
    if len(data) > LONGEST_LINE:
        return
    # Made at the start of the capture; whoever removes it, ends it.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(file).st_size + len(data) > MOST_BYTES:
            raise TooMuch(f"it has {MOST_BYTES} bytes")
        # One call: the lines of several processes do not mix.
        if os.write(file, data) < len(data):
            raise OSError("the disk is full")
    finally:
        os.close(file)


_writer = _Writer()
