"""Whether requests are captured now, and where to: a file in SPOOL_DIR says so.

It ends by itself, and with it the key of the pseudonyms is forgotten. No database.
"""

import json
import logging
import math
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from callcenter.private_files import private_folder, write_text

logger = logging.getLogger(__name__)

MOST_MINUTES = 24 * 60
_KEY_BYTES = 32
# So often a serving process looks for the file.
_LOOKED_EVERY_SECONDS = 1.0
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Period:
    """One capture: until when, into which file, and the key of its pseudonyms."""

    until: datetime
    file: Path
    key: bytes


_looked_at = -math.inf
_known: Period | None = None


def folder() -> Path:
    """Where captures lie."""
    return Path(settings.SPOOL_DIR) / "captures"


def start(minutes: int, now: datetime) -> Period:
    """Capture from now on for so many minutes, into a new file. Raises OSError."""
    private_folder(folder())
    name = f"capture-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.jsonl"
    period = Period(
        now + timedelta(minutes=minutes),
        folder() / name,
        secrets.token_bytes(_KEY_BYTES),
    )
    # First, and a process that sees the switch finds it; empty, so that its rights can
    # be seen.
    with write_text(period.file):
        pass
    # In one step: no process reads half of it.
    unfinished = folder() / ".on.json"
    with write_text(unfinished) as file:
        fields = {"until": period.until.isoformat(), "file": name}
        json.dump(fields | {"key": period.key.hex()}, file)
    unfinished.replace(_switch())
    return period


def stop() -> Period | None:
    """Capture no longer, and forget the key; what was on until now. Raises OSError."""
    period = _read()
    _switch().unlink(missing_ok=True)
    return period


def status(now: datetime) -> Period | None:
    """What is captured now; None if nothing is. An expired capture is forgotten."""
    period = _read()
    if period and now >= period.until:
        with suppress(OSError):
            _switch().unlink(missing_ok=True)
        return None
    return period


def current(now: datetime) -> Period | None:
    """As `status`, for serving processes: it may be a second old. Raises nothing."""
    global _looked_at, _known
    clock = time.monotonic()
    if clock - _looked_at >= _LOOKED_EVERY_SECONDS:
        _looked_at = clock
        _known = status(now)
    return _known if _known and now < _known.until else None


def forget() -> None:
    """Look again the next time: for tests."""
    global _looked_at, _known
    _looked_at, _known = -math.inf, None


def _switch() -> Path:
    return folder() / "on.json"


def _read() -> Period | None:
    try:
        # Opening a pipe would wait for whoever writes into it.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(_switch(), flags), encoding="utf-8") as file:
            fields = json.load(file)
        until = datetime.fromisoformat(fields["until"])
        if until.tzinfo is None:
            raise ValueError("a moment without a zone")
        # The name alone, so that nothing is written elsewhere.
        path = folder() / Path(fields["file"]).name
        return Period(until, path, bytes.fromhex(fields["key"]))
    except FileNotFoundError:
        return None
    except _UNREADABLE as error:
        logger.warning("nothing is captured: the file that says so fails: %s", error)
        return None
