"""Takes event files in by the road of live requests, and writes them: in batches.

Safe to stop and to run again: events are kept before they are told, and a second run
adds nothing but tells what the first did not get to.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from django.db import IntegrityError
from django.db.models import Q

from callcenter.events.eventfile import (
    UnreadableLine,
    add_copy,
    event_of_line,
    line_of_event,
)
from callcenter.events.record import keep
from callcenter.history.store import derive_events
from callcenter.locking import try_again_when_locked
from callcenter.models import WebhookEvent
from callcenter.models.events import WebhookEventQuerySet
from callcenter.params import InvalidParams

# Lines stored in one transaction, and told before the next are read.
BATCH = 500
_DERIVE_AFTER = 4 * BATCH
_PAGE = 2000
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(slots=True)
class Taken:
    """What came of taking files in: lines by their fate, and how many calls told."""

    kept: int = 0
    repeats: int = 0
    rejected: int = 0
    derived: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is no event: its number from 1, and why."""

    path: Path
    number: int
    reason: str


def load(
    path: Path,
    *,
    advanced: Callable[[int], object] = lambda _bytes: None,
    rejected: Callable[[Rejected], object] = lambda _line: None,
) -> Taken:
    """Takes in one event file, plain or gzip.

    Calls `advanced` with the bytes of the file read since the last call. Lines that
    cannot be read are reported to `rejected`, kept in `<path>.rejected`, and the rest
    goes on. Raises OSError where the file cannot be read.
    """
    taken = Taken()
    leftovers = path.with_name(f"{path.name}.rejected")
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        lines: Iterable[bytes] = stack.enter_context(_unpacked(raw))
        position = 0

        def readable() -> Iterator[WebhookEvent]:
            bad: IO[bytes] | None = None
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    event = event_of_line(line)
                except (UnreadableLine, InvalidParams) as error:
                    bad = bad or stack.enter_context(leftovers.open("wb"))
                    bad.write(line.rstrip(b"\n") + b"\n")
                    taken.rejected += 1
                    rejected(Rejected(path, number, str(error)))
                else:
                    yield event

        def kept_some(_count: int) -> None:
            nonlocal position
            advanced(raw.tell() - position)
            position = raw.tell()

        take(readable(), taken, kept=kept_some)
        advanced(raw.tell() - position)
    return taken


def take(
    events: Iterable[WebhookEvent],
    taken: Taken,
    *,
    kept: Callable[[int], object] = lambda _count: None,
    derive_after: int = _DERIVE_AFTER,
) -> None:
    """Takes in unsaved events, wherever they come from; counts what came of them.

    Calls `kept` with the number of events of each full batch. Calls are told when
    `tell_after` events are kept: a call whose events come apart is told more than once.
    """
    batch: list[WebhookEvent] = []
    pending: list[WebhookEvent] = []
    try:
        for event in events:
            batch.append(event)
            if len(batch) >= BATCH:
                pending += _keep_batch(batch, taken)
                batch = []
                kept(BATCH)
            if len(pending) >= derive_after:
                taken.derived += derive_events(pending)
                pending = []
    finally:
        # Also what stands before a cut, or before we were stopped.
        pending += _keep_batch(batch, taken)
        taken.derived += derive_events(pending)


def dump(
    out: IO[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    wrote: Callable[[], object] = lambda: None,
) -> int:
    """Writes the events received in [since, until), by receipt; gives how many."""
    events = WebhookEvent.objects.all()
    if since:
        events = events.filter(received_at__gte=since)
    if until:
        events = events.filter(received_at__lt=until)
    count = 0
    for event in _in_pages(events):
        out.write(line_of_event(event) + "\n")
        count += 1
        wrote()
    return count


def _unpacked(raw: BinaryIO) -> BinaryIO | gzip.GzipFile:
    magic = raw.read(len(_GZIP_MAGIC))
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if magic == _GZIP_MAGIC else raw


def _keep_batch(batch: list[WebhookEvent], taken: Taken) -> list[WebhookEvent]:
    """Stores a batch; gives the events that calls must be told with."""
    copies: dict[str, WebhookEvent] = {}
    for event in batch:
        first = copies.setdefault(event.dedup_key, event)
        if first is not event:
            add_copy(first, event)
            taken.repeats += 1
    stored = WebhookEvent.objects.in_bulk(list(copies), field_name="dedup_key")
    new = [event for key, event in sorted(copies.items()) if key not in stored]
    try:
        try_again_when_locked(lambda: WebhookEvent.objects.bulk_create(new))
        taken.kept += len(new)
        pending = new
    except IntegrityError:
        # Another worker has brought some of them in the meantime.
        pending = [_keep_one(event, taken) for event in new]
    for key, known in stored.items():
        taken.repeats += 1
        if add_copy(known, copies[key]):
            pending.append(_keep_one(copies[key], taken, count=False))
        elif known.derived_at is None:
            known.was_known = True
            pending.append(known)
    return pending


def _keep_one(event: WebhookEvent, taken: Taken, *, count: bool = True) -> WebhookEvent:
    event.pk = None
    kept, is_new = try_again_when_locked(lambda: keep(event))
    if count:
        taken.kept += is_new
        taken.repeats += not is_new
    return kept


def _in_pages(events: WebhookEventQuerySet) -> Iterator[WebhookEvent]:
    """The events by receipt, a page at a time: memory stays flat on every database."""
    ordered = events.order_by("received_at", "pk")
    page = list(ordered[:_PAGE])
    while page:
        yield from page
        last = page[-1]
        later = Q(received_at__gt=last.received_at)
        beside = Q(received_at=last.received_at, pk__gt=last.pk)
        page = list(ordered.filter(later | beside)[:_PAGE])
