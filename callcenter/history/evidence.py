"""The events of a call sorted into evidence: each fact once, in one order. No database.

Order never depends on how events were stored: receipt, then the repeat key.
"""

import copy
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from callcenter.models import WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import SETTLE_PREFIX, VOICE_URLS, Kind

FINAL_STATUSES = frozenset(
    {"completed", "busy", "failed", "no-answer", "canceled", "cancelled"}
)
_LONGEST_BEFORE_RECEIPT = timedelta(days=2)
_LONGEST_AFTER_RECEIPT = timedelta(hours=1)


def params_of(event: WebhookEvent) -> VoiceParams:
    """The kept form of an event, typed; read once."""
    kept = vars(event)
    typed: VoiceParams | None = kept.get("_typed")
    if typed is None:
        typed = kept["_typed"] = VoiceParams.parse(event.params, needs_call=False)
    return typed


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from one moment to another, never less than none."""
    return max(0, int((end - start).total_seconds()))


def in_order(events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """Events by receipt, each request once.

    A request seen with and without its idempotency token is stored twice and counts
    once, as the earlier copy (product.md 8.3).
    """
    ordered = sorted(events, key=lambda event: (event.received_at, event.dedup_key))
    without_token = [event for event in ordered if not event.token]
    if not without_token or len(without_token) == len(ordered):
        return ordered
    first_by_content: dict[tuple[str, str], WebhookEvent] = {}
    contents = {
        id(event): (event.path, json.dumps(event.params, sort_keys=True))
        for event in ordered
    }
    doubled = {contents[id(event)] for event in without_token}
    once: list[WebhookEvent] = []
    for event in ordered:
        content = contents[id(event)]
        first = first_by_content.get(content) if content in doubled else None
        if first is None or (first.token and event.token):
            first_by_content.setdefault(content, event)
            once.append(event)
        elif event.decision and not first.decision:
            once[once.index(first)] = _decided(first, event)
    return once


def _decided(event: WebhookEvent, by: WebhookEvent) -> WebhookEvent:
    decided = copy.copy(event)
    decided.decision = by.decision
    return decided


@dataclass(frozen=True, slots=True)
class End:
    """The end of a leg: when, how, and how long Twilio says it lasted (seconds)."""

    at: datetime
    status: str
    duration_seconds: int | None


class Evidence:
    """What is known of one leg: its own events, and those of others that concern it."""

    def __init__(self, sid: str, events: Iterable[WebhookEvent]) -> None:
        self.sid = sid
        ordered = in_order(events)
        self.own = [event for event in ordered if event.call_sid == sid]
        self.others = [event for event in ordered if event.call_sid != sid]

    def of_kind(self, *kinds: Kind) -> list[WebhookEvent]:
        """Own events of these kinds, in order."""
        return [event for event in self.own if event.kind in kinds]

    @cached_property
    def naming(self) -> list[WebhookEvent]:
        """Events under other legs that name this one."""
        return [event for event in self.others if event.other_sid == self.sid]

    @cached_property
    def is_only_recorded(self) -> bool:
        """Whether nothing but recordings is known, which makes no call."""
        named = any(event.kind == Kind.CONNECT for event in self.naming)
        return not named and all(event.kind == Kind.RECORDING for event in self.own)

    @cached_property
    def introduction(self) -> VoiceParams:
        """The form that says best who calls whom: the voice URL's, else the first."""
        # In this order, so that of a long leg hardly a form has to be read.
        for event in (*self.of_kind(*VOICE_URLS), *self.own):
            if event.params.get("From"):
                return params_of(event)
        return VoiceParams("")

    @cached_property
    def end(self) -> End | None:
        """The end of the leg, by its status callback, else by a settling."""
        for event in self.of_kind(Kind.STATUS):
            if event.result in FINAL_STATUSES:
                params = params_of(event)
                at = event.received_at
                if params.timestamp and (
                    -_LONGEST_BEFORE_RECEIPT
                    <= params.timestamp - at
                    <= _LONGEST_AFTER_RECEIPT
                ):
                    at = params.timestamp
                return End(at, event.result, params.call_duration)
        for event in self.settlings:
            params = params_of(event)
            at = params.timestamp or event.received_at
            return End(at, event.result or "completed", params.call_duration)
        return None

    @cached_property
    def settlings(self) -> Sequence[WebhookEvent]:
        """Our own word, after looking, that the call is over (product.md 8.15)."""
        return [
            event
            for event in self.of_kind(Kind.INTERNAL)
            if event.path.startswith(SETTLE_PREFIX)
        ]

    @cached_property
    def started_at(self) -> datetime:
        """The voice URL's receipt; else the end less the duration; else the first."""
        for event in self.of_kind(*VOICE_URLS):
            return event.received_at
        if self.end and self.end.duration_seconds is not None:
            return self.end.at - timedelta(seconds=self.end.duration_seconds)
        return (self.own or self.others)[0].received_at

    @cached_property
    def ended_at(self) -> datetime | None:
        """The end, never before the start."""
        return max(self.end.at, self.started_at) if self.end else None

    @cached_property
    def decisions(self) -> list[str]:
        """What we answered to the leg, in order."""
        return [event.decision for event in self.own if event.decision]
