"""Loads event files as if their events came in live, and dumps events: in batches.

Safe to interrupt and to run again: events are stored before calls are derived from
them, and a second run stores nothing twice and derives what the first did not reach.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from callcenter.events.eventfile import (
    LONGEST_LINE,
    UnreadableLine,
    event_of_line,
    line_of_event,
)
from callcenter.events.record import Kept, keep_batch
from callcenter.events.stripping import stripped
from callcenter.history.store import derive_events
from callcenter.models import WebhookEvent
from callcenter.paging import in_pages
from callcenter.params import InvalidParams
from callcenter.private_files import write_bytes
from callcenter.upkeep.textfile import Line, utf8_lines

# Events stored in one transaction; calls are derived after several of these.
BATCH = 500
_DERIVE_AFTER = 4 * BATCH
_PAGE = 2000
# Bytes of a line too long that are kept aside.
_LEFT_OF_LONG = 1000


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How many events were new, repeats or rejected lines, and how many calls derived.

    A call whose events come far apart is derived more than once, and counted so.
    """

    kept: int = 0
    repeats: int = 0
    rejected: int = 0
    derived: int = 0

    def __add__(self, other: "LoadResult") -> "LoadResult":
        return LoadResult(
            self.kept + other.kept,
            self.repeats + other.repeats,
            self.rejected + other.rejected,
            self.derived + other.derived,
        )


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is no event: its number from 1, and why."""

    path: Path
    number: int
    reason: str


def file_of_rejects(path: Path) -> Path:
    """Where the rejected lines of an event file are kept: beside it."""
    return path.with_name(f"{path.name}.rejected")


def load(
    path: Path,
    *,
    lines_of: Callable[[BinaryIO], Iterator[Line]] = utf8_lines,
    on_bytes: Callable[[int], object] = lambda _bytes: None,
    on_rejected: Callable[[Rejected], object] = lambda _line: None,
) -> LoadResult:
    """Loads one event file, plain or gzip; `lines_of` reads its lines.

    Calls `on_bytes` with the bytes of the file read since the last call. Lines that
    cannot be read are reported to `on_rejected` and kept in `<path>.rejected`, without
    what no event stores (PINs, tokens); the others go on. A line of more than
    LONGEST_LINE bytes is never in memory as a whole, and only its beginning is kept
    aside. Only the owner of that file may read it.

    Raises OSError, EOFError, zlib.error or UnreadableText for a file that cannot be
    read, NotOurs where the file of rejects would be written to something else.
    """
    rejected = 0
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        position = 0

        def readable() -> Iterator[WebhookEvent]:
            nonlocal rejected
            leftovers: IO[bytes] | None = None
            for number, line in enumerate(lines_of(raw), 1):
                if not line.content.strip():
                    continue
                try:
                    event = _event_of(line)
                except (UnreadableLine, InvalidParams) as error:
                    if leftovers is None:
                        beside = file_of_rejects(path)
                        leftovers = stack.enter_context(write_bytes(beside))
                    leftovers.write(_to_keep_aside(line) + b"\n")
                    rejected += 1
                    on_rejected(Rejected(path, number, str(error)))
                else:
                    yield event

        def report_bytes() -> None:
            nonlocal position
            on_bytes(raw.tell() - position)
            position = raw.tell()

        result = load_events(readable(), on_batch=report_bytes)
        report_bytes()
    return replace(result, rejected=rejected)


def _event_of(line: Line) -> WebhookEvent:
    if line.is_cut:
        raise UnreadableLine(f"longer than {LONGEST_LINE:,} bytes")
    return event_of_line(line.content)


def _to_keep_aside(line: Line) -> bytes:
    if line.is_cut:
        return stripped(line.content[:_LEFT_OF_LONG]) + b"..."
    return stripped(line.content.rstrip(b"\n"))


def load_events(
    events: Iterable[WebhookEvent],
    *,
    on_batch: Callable[[], object] = lambda: None,
    derive_after: int = _DERIVE_AFTER,
) -> LoadResult:
    """Stores unsaved events and derives the calls they concern.

    Calls `on_batch` after each full batch is stored. Derives each time `derive_after`
    stored events wait for it, and once more at the end.
    """
    result = LoadResult()
    batch: list[WebhookEvent] = []
    pending: list[Kept] = []

    def store_batch() -> None:
        nonlocal batch, result
        kept = keep_batch(batch)
        new = sum(one.is_new for one in kept)
        result += LoadResult(kept=new, repeats=len(batch) - new)
        pending.extend(kept)
        batch = []

    def derive() -> None:
        nonlocal result
        result += LoadResult(derived=derive_events(pending))
        pending.clear()

    try:
        for event in events:
            batch.append(event)
            if len(batch) >= BATCH:
                store_batch()
                on_batch()
            if len(pending) >= derive_after:
                derive()
    finally:
        # Also when the file is cut short, or we are interrupted.
        store_batch()
        derive()
    return result


def dump(
    out: IO[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    on_each: Callable[[], object] = lambda: None,
) -> int:
    """Writes the events received in [since, until), by receipt; returns how many."""
    events = WebhookEvent.objects.all()
    if since:
        events = events.filter(received_at__gte=since)
    if until:
        events = events.filter(received_at__lt=until)
    count = 0
    for page in in_pages(events, by="received_at", size=_PAGE):
        for event in page:
            out.write(line_of_event(event) + "\n")
            count += 1
            on_each()
    return count
