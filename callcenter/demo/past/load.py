"""Takes a past in through the journal, and remembers which one it was.

A mark in the journal says when the last day ended, so that a second run plays the same
past again and adds nothing, and one that was stopped is gone on with.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.demo.past.days import Past
from callcenter.demo.past.requests import Request
from callcenter.events.eventfile import event_of_request
from callcenter.models import WebhookEvent
from callcenter.models.events import WebhookEventQuerySet
from callcenter.upkeep.intake import LoadResult, load_events

_BEGUN, _DONE = "/internal/demo/begun/", "/internal/demo/done/"
_MARK = re.compile(_BEGUN + r"\?days=([0-9]+)&seed=(-?[0-9]+)")


class AnotherPast(Exception):
    """There is a past of other days or another seed; the text says which."""


@dataclass(slots=True)
class TakenIn:
    """What came of a past: its calls and requests, and who was left unserved."""

    taken: LoadResult = field(default_factory=LoadResult)
    calls: int = 0
    requests: int = 0
    abandoned: list[str] = field(default_factory=list)  # SIDs


def begun() -> Past | None:
    """The past that was begun here before."""
    marks = _marks(_BEGUN).order_by("pk")
    mark = marks.first()
    match = _MARK.fullmatch(mark.path) if mark else None
    if mark is None or match is None:
        return None
    return Past(
        seed=int(match[2]),
        days=int(match[1]),
        until=datetime.fromisoformat(str(mark.params["Until"])),
        zone=ZoneInfo(str(mark.params["Zone"])),
    )


def is_done() -> bool:
    """Whether the past that was begun is all there."""
    return _marks(_DONE).exists()


def past_to_take_in(wanted: Past) -> Past:
    """The one that was begun, if it is as wanted; AnotherPast if it is not."""
    known = begun()
    if known and (known.days, known.seed) != (wanted.days, wanted.seed):
        raise AnotherPast(f"--days {known.days} --seed {known.seed}")
    return known or wanted


def take_in(past: Past, played_one: Callable[[], object] = lambda: None) -> TakenIn:
    """Plays a past and takes it in day by day; calls `played_one` after each."""
    done = TakenIn()
    _set_mark(_BEGUN, past)
    for day in past.played():
        events = _events(day.requests)
        # Told a day at a time: no call is told twice, whenever its requests came.
        done.taken += load_events(events, derive_after=len(day.requests) + 1)
        done.calls += len(day.calls)
        done.requests += len(day.requests)
        done.abandoned += [
            call.sid for call in day.calls if call.outcome == "abandoned"
        ]
        played_one()
    _set_mark(_DONE, past)
    return done


def _events(requests: list[Request]) -> Iterator[WebhookEvent]:
    for request in requests:
        yield event_of_request(
            path=request.path,
            form=request.form,
            received_at=request.received_at,
            token=request.token,
            decision=request.decision,
        )


def _marks(path: str) -> WebhookEventQuerySet:
    # No call: the index of SIDs finds the few there are.
    return WebhookEvent.objects.filter(call_sid="", path__startswith=path)


def _set_mark(path: str, past: Past) -> None:
    mark = event_of_request(
        path=f"{path}?days={past.days}&seed={past.seed}",
        form={"Until": past.until.isoformat(), "Zone": str(past.zone)},
        received_at=past.until,
    )
    load_events([mark])
