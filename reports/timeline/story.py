"""What a timeline is made from, and the moments it is made of. No database.

A story holds one leg with its rows and events as they were read; a moment is one line
of the page, by a code for which `wording` has the sentence.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import models

from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
    WebhookEvent,
)


class Phase(StrEnum):
    """What a leg is in from a moment on; empty where it is in nothing."""

    NONE = ""
    IVR = "ivr"
    WAIT = "wait"
    NOTICE = "notice"
    TALK = "talk"
    END = "end"
    # An operator's leg alone.
    SIGNING_IN = "signing_in"
    READY = "ready"
    WRAP_UP = "wrap_up"
    AWAY = "away"


class Mark(StrEnum):
    """How sure we are of a moment."""

    INFERRED = "inferred"
    MISSING = "missing"


@dataclass(slots=True)
class Moment:
    """One line: when, what (`code` and what its sentence needs), and what says so.

    `caller` and `operator` are the phases that begin; None leaves the leg in its own.
    """

    at: datetime
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    caller: Phase | None = None
    operator: Phase | None = None
    row: models.Model | None = None
    events: list[WebhookEvent] = field(default_factory=list)
    marks: tuple[Mark, ...] = ()
    # Told of the operator's leg alone: the caller knows nothing of it.
    is_operators: bool = False


@dataclass(slots=True)
class Story:
    """A leg and all that was told of it, at the moment `now`.

    Of an operator's leg `connections` are the callers it took; of a caller's, those who
    took the caller, and `states` what their legs were in meanwhile.
    """

    call: Call
    now: datetime
    steps: Sequence[IvrStep] = ()
    entries: Sequence[QueueEntry] = ()
    connections: Sequence[Connection] = ()
    abandoned: Sequence[AbandonedCall] = ()
    callbacks: Sequence[CallbackRequest] = ()
    voicemails: Sequence[Voicemail] = ()
    recordings: Sequence[Recording] = ()
    states: Sequence[OperatorState] = ()
    events: Sequence[WebhookEvent] = ()
    # The other legs: an operator's that took the caller, the parent of an outbound one.
    legs: Sequence[Call] = ()
    is_cut: bool = False

    @property
    def start(self) -> datetime:
        """From here the seconds are counted; a call always has some moment."""
        return self.call.started_at or self.call.heard_at or self.now

    @property
    def is_pruned(self) -> bool:
        """Whether the raw events are gone for good, and with them what they said."""
        return self.call.sealed_at is not None

    def is_own(self, event: WebhookEvent, *kinds: WebhookEvent.Kind) -> bool:
        """Whether an event is of this leg, and of one of these kinds."""
        return event.call_sid == self.call.sid and event.kind in kinds

    def operator_of(self, leg_sid: str) -> str:
        """Whose leg it is, by what history keeps; empty when nobody knows."""
        for connection in self.connections:
            if connection.operator_call_sid == leg_sid and connection.operator:
                return connection.operator
        for leg in self.legs:
            if leg.sid == leg_sid:
                return leg.caller or leg.from_raw
        return ""


# Of moments in one instant the one that leads to the other comes first.
_ORDER = (
    "rang",
    "no-ring",
    "dialled-in",
    "dialled-out",
    "key",
    "step",
    "no-answer",
    "position",
    "leaving",
    "connect",
    "no-connect",
    "talk",
    "state",
    "done",
    "left",
    "no-exit",
    "asked",
    "queued",
)


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """Moments by time; those of one instant as one led to the other."""
    order = {code: number for number, code in enumerate(_ORDER)}
    last = len(order)
    return sorted(
        moments,
        key=lambda moment: (
            moment.code == "under-way",
            moment.at,
            order.get(moment.code, last),
        ),
    )


class Pool:
    """The events of a story that no moment has taken yet, by receipt.

    A request seen with and without its idempotency token is stored twice and shown
    once, both copies under one moment (product contract 8.3).
    """

    def __init__(self, events: Iterable[WebhookEvent]) -> None:
        self._left: list[list[WebhookEvent]] = []
        by_content: dict[tuple[str, str], list[WebhookEvent]] = {}
        ordered = sorted(events, key=lambda one: (one.received_at, one.dedup_key))
        for event in ordered:
            content = (event.path, json.dumps(event.params, sort_keys=True))
            copies = by_content.get(content)
            if copies and bool(event.token) != bool(copies[0].token):
                copies.append(event)
            else:
                by_content[content] = [event]
                self._left.append(by_content[content])

    def take(self, fits: Callable[[WebhookEvent], bool]) -> list[WebhookEvent]:
        """The first request that fits, with its copies; nothing where none does."""
        for number, copies in enumerate(self._left):
            if fits(copies[0]):
                return self._left.pop(number)
        return []

    def take_all(
        self, fits: Callable[[WebhookEvent], bool]
    ) -> list[list[WebhookEvent]]:
        """All requests that fit."""
        taken = [copies for copies in self._left if fits(copies[0])]
        self._left = [copies for copies in self._left if not fits(copies[0])]
        return taken

    def any(self, fits: Callable[[WebhookEvent], bool]) -> WebhookEvent | None:
        """The first request that fits, which stays for another moment."""
        return next((one[0] for one in self._left if fits(one[0])), None)


def seconds(start: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds between two moments, never less than none; nothing without both."""
    if start is None or end is None:
        return None
    return max(0, round((end - start) / timedelta(seconds=1)))
