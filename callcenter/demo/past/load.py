"""Stores a past as events, derives its history, and remembers which past it was.

An internal event says when the last day ended, so that a run that was stopped can be
continued with the same past; another one says that the past is complete, so that a
second run adds nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.demo.past.days import Past
from callcenter.demo.past.followups import follow_up
from callcenter.demo.past.in_process import with_demo_pins
from callcenter.events.eventfile import event_of_request
from callcenter.flow.current import read_plan
from callcenter.models import WebhookEvent
from callcenter.models.events import WebhookEventQuerySet
from callcenter.upkeep.intake import LoadResult, load_events

_BEGUN, _DONE = "/internal/demo/begun/", "/internal/demo/done/"
_MARK = re.compile(_BEGUN + r"\?days=([0-9]+)&seed=(-?[0-9]+)")


class AnotherPast(Exception):
    """There is a past of other days or another seed; the text says which."""


@dataclass(slots=True)
class Loaded:
    """What came of a past: its events, and how many calls and follow-ups it has."""

    counts: LoadResult = field(default_factory=LoadResult)
    calls: int = 0
    follow_ups: int = 0


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


def past_to_load(wanted: Past) -> Past:
    """The one that was begun, if it is as wanted; AnotherPast if it is not."""
    known = begun()
    if known and (known.days, known.seed) != (wanted.days, wanted.seed):
        raise AnotherPast(f"--days {known.days} --seed {known.seed}")
    return known or wanted


def load_past(past: Past, played_one: Callable[[], object] = lambda: None) -> Loaded:
    """Plays a past by the setup as it is, stores and derives it day by day.

    Calls `played_one` after each day. A past that is there already is left alone,
    whatever the setup has become since; one that was stopped is played again from its
    first day, and what is stored already is recognized.
    """
    done = Loaded()
    if is_done():
        return done
    plan = with_demo_pins(read_plan())
    _set_mark(_BEGUN, past)
    customers: list[str] = []
    for day in past.played(plan):
        # Derived a day at a time: each call once, whenever its requests came.
        done.counts += load_events(day.events, derive_after=len(day.events) + 1)
        done.calls += len(day.customers)
        customers += [leg.sid for leg in day.customers]
        played_one()
    done.follow_ups = follow_up(past, customers)
    _set_mark(_DONE, past)
    return done


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
