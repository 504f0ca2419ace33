"""Keeps events in files while the database takes none.

Each process appends to a segment of its own in SPOOL_DIR: an event file
(docs/contract.md 5) that it holds locked, and whose space on the disk is reserved. A
segment that nobody holds is loaded like any event file and removed (upkeep.drain);
taking an event in twice does no harm, so nothing is noted of how far that went.
No database.
"""

import ctypes
import fcntl
import fnmatch
import logging
import math
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from callcenter.events.eventfile import LONGEST_LINE, line_of_event
from callcenter.models import WebhookEvent
from callcenter.private_files import private_folder

logger = logging.getLogger(__name__)

# A segment is never longer: a quarter of a million events.
MOST_BYTES = 256 * 1024 * 1024
# So much of the disk belongs to a segment from its beginning: ten thousand events.
RESERVED_BYTES = 8 * 1024 * 1024
_PATTERN = "events-*.jsonl"
# How a segment is called until it is locked.
_UNFINISHED = ".segment-"
_BEGUN_WITHIN_SECONDS = 3600
# What the log has said of already.
_unreadable: set[Path] = set()
_KEEP_SIZE = 1


class SpoolFull(OSError):
    """The segment is as long as one may be."""


class Spool:
    """The segment of this process; made when it is needed, or by `prepare`."""

    def __init__(self) -> None:
        """Nothing is opened yet."""
        # The order in which they are taken; a segment is changed under both.
        self._syncing = threading.Lock()
        self._writing = threading.Lock()
        self._segment: _Segment | None = None

    def prepare(self) -> None:
        """Reserve space while there is some. Raises nothing."""
        try:
            with self._syncing, self._writing:
                self._open()
        except OSError as error:
            logger.error("events cannot be kept without the database: %s", error)

    def append(self, event: WebhookEvent) -> bool:
        """Keep one event durably; False if that was not possible."""
        line = line_of_event(event).encode() + b"\n"
        if len(line) > LONGEST_LINE:
            return False
        try:
            with self._writing:
                segment = self._open()
                segment.write(line)
                end = segment.size
            with self._syncing:
                segment.sync(end)
        except OSError:
            return False
        return True

    def hand_over(self) -> None:
        """Leave the segment to whoever loads it, if it has events, and begin another.

        Raises OSError where the last of it could not be made durable.
        """
        if self._segment is None or self._segment.size:
            self.close()
            self.prepare()

    def close(self) -> None:
        """Leave the segment to whoever loads it; one without events is removed."""
        with self._syncing, self._writing:
            segment, self._segment = self._segment, None
            if segment:
                segment.close()

    def _open(self) -> "_Segment":
        folder = Path(settings.SPOOL_DIR)
        if self._segment and self._segment.path.parent != folder:
            self._segment.close()
            self._segment = None
        self._segment = self._segment or _Segment(folder)
        return self._segment


class _Segment:
    """One file, locked as long as it is open; `size` is where its last event ends."""

    def __init__(self, folder: Path) -> None:
        private_folder(folder)
        # Under another name until it is locked, so that nobody takes it for one left.
        self._file, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=folder)
        self.path = folder / f"events-{time.time_ns()}-{os.getpid()}.jsonl"
        self.size = self._synced = 0
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            _reserve(self._file, RESERVED_BYTES)
            Path(name).rename(self.path)
            _sync_folder(folder)
        except OSError:
            # It is tried again and again: files left open would become too many.
            os.close(self._file)
            for path in (Path(name), self.path):
                path.unlink(missing_ok=True)
            raise

    def write(self, line: bytes) -> None:
        """Append a line; what was written of one that does not fit is cut off."""
        if self.size + len(line) > MOST_BYTES:
            raise SpoolFull
        try:
            written = 0
            while written < len(line):
                written += os.pwrite(self._file, line[written:], self.size + written)
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        self.size += len(line)

    def sync(self, end: int) -> None:
        """Make durable what stands before `end`, unless another call has done so."""
        if self._synced < end:
            size = self.size
            os.fdatasync(self._file)
            self._synced = size

    def close(self) -> None:
        """Make it durable and let it go; remove it if nothing is in it."""
        try:
            self.sync(self.size)
            if not self.size:
                self.path.unlink(missing_ok=True)
        finally:
            os.close(self._file)


class Depth(NamedTuple):
    """How many bytes of events the spool of this host holds."""

    size: int
    # When the file was last written that has waited longest.
    oldest_at: datetime | None
    # Segments with lines that could not be loaded and are kept to be looked at.
    rejected: int
    is_readable: bool = True


def depth() -> Depth:
    """How much the spool holds, of living processes too. Raises nothing."""
    size, oldest = 0, math.inf
    try:
        names = _names()
    except OSError:
        return Depth(0, None, 0, is_readable=False)
    for path in _segments_among(names):
        # Another process may load and remove it at this moment.
        with suppress(FileNotFoundError):
            known = path.stat()
            if known.st_size:
                size += known.st_size
                oldest = min(oldest, known.st_mtime)
    since = datetime.fromtimestamp(oldest, UTC) if size else None
    # What is rejected when such a file is loaded has the suffix twice.
    kept = fnmatch.filter(names, "*.rejected")
    rejected = {name.partition(".rejected")[0] for name in kept}
    return Depth(size, since, len(rejected))


def segments() -> list[Path]:
    """The segments that are there, held or not, oldest first. Raises OSError."""
    return _segments_among(_names())


def unloadable() -> list[Path]:
    """The segments that this process has found and could not open."""
    return [path for path in segments() if path in _unreadable]


def _segments_among(names: list[str]) -> list[Path]:
    return [Path(settings.SPOOL_DIR, name) for name in fnmatch.filter(names, _PATTERN)]


def _names() -> list[str]:
    """What is in SPOOL_DIR, in order; nothing where it is not there. Raises OSError."""
    # Not `glob`, for which a folder that may not be entered is an empty one.
    try:
        return sorted(os.listdir(settings.SPOOL_DIR))
    except FileNotFoundError:
        return []


def left_segments() -> Iterator[Path]:
    """The segments with events that no process holds, oldest first; each held by us.

    One without events is removed, and so is one that was never begun. Raises OSError.
    """
    _remove_unfinished()
    for path in segments():
        with _held(path) as is_ours:
            if not is_ours:
                continue
            if path.stat().st_size:
                yield path
            else:
                path.unlink()


def _remove_unfinished() -> None:
    """Remove files of processes that were killed before their segment had its name."""
    for path in Path(settings.SPOOL_DIR).glob(f"{_UNFINISHED}*"):
        with _held(path) as is_ours:
            # One that is being made is not held for a moment.
            if is_ours and time.time() - path.stat().st_mtime > _BEGUN_WITHIN_SECONDS:
                path.unlink()


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Whether the file is there and no other process holds it; then we do."""
    try:
        # For writing: flock needs it on some file systems of networks.
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    except OSError as error:
        # It stands in nobody's way, and the worker comes every few seconds.
        if path not in _unreadable:
            _unreadable.add(path)
            logger.error("events in the spool cannot be loaded: %s", error)
        yield False
        return
    _unreadable.discard(path)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        # Another process may have loaded and removed it in between.
        yield path.exists() and path.stat().st_ino == os.fstat(file).st_ino
    finally:
        os.close(file)


def _reserve(file: int, size: int) -> None:
    """Reserve space behind the end of the file, where the file system can do so."""
    # Not posix_fallocate, which would make the file longer.
    fallocate = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if fallocate is not None:
        length = ctypes.c_int64(size)
        fallocate(ctypes.c_int(file), _KEEP_SIZE, ctypes.c_int64(0), length)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


spool = Spool()
