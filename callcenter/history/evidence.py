"""The events about one leg as evidence: each request once, in order. No database.

The order is that of receipt, then of the repeat key, however events were stored.
"""

import copy
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from callcenter.decision import Decision
from callcenter.models import WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import SETTLE_PREFIX, VOICE_URLS, Kind

FINAL_STATUSES = frozenset(
    {"completed", "busy", "failed", "no-answer", "canceled", "cancelled"}
)
_LONGEST_BEFORE_RECEIPT = timedelta(days=2)
_LONGEST_AFTER_RECEIPT = timedelta(hours=1)


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from one moment to another; 0 where the second is earlier."""
    return max(0, int((end - start).total_seconds()))


def in_order(events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """Events in order of receipt, each request once, as its earliest copy."""
    return [_once(copies) for copies in copies_of_requests(events)]


def copies_of_requests(events: Iterable[WebhookEvent]) -> list[list[WebhookEvent]]:
    """Events in order of receipt, the copies of one request together.

    A request that came with and without its idempotency token is stored twice
    (docs/contract.md 8.3).
    """
    ordered = sorted(events, key=lambda event: (event.received_at, event.dedup_key))
    without_token = [event for event in ordered if not event.token]
    if not without_token or len(without_token) == len(ordered):
        return [[event] for event in ordered]
    contents = {
        id(event): (event.path, json.dumps(event.params, sort_keys=True))
        for event in ordered
    }
    doubled = {contents[id(event)] for event in without_token}
    first_by_content: dict[tuple[str, str], list[WebhookEvent]] = {}
    requests: list[list[WebhookEvent]] = []
    for event in ordered:
        content = contents[id(event)]
        copies = first_by_content.get(content) if content in doubled else None
        if copies is None or (copies[0].token and event.token):
            requests.append([event])
            first_by_content.setdefault(content, requests[-1])
        else:
            copies.append(event)
    return requests


def _once(copies: list[WebhookEvent]) -> WebhookEvent:
    """The earliest copy, with the first decision that any copy has."""
    first = copies[0]
    decided = next((event for event in copies if event.decision), first)
    if decided is first:
        return first
    once = copy.copy(first)
    once.decision = decided.decision
    return once


@dataclass(frozen=True, slots=True)
class End:
    """The end of a leg; `duration_seconds` is what Twilio says, if it does."""

    at: datetime
    status: str
    duration_seconds: int | None


class Evidence:
    """What is known about one leg: its own events, and those of other legs about it."""

    def __init__(self, sid: str, events: Iterable[WebhookEvent]) -> None:
        self.sid = sid
        ordered = in_order(events)
        self.own = [event for event in ordered if event.call_sid == sid]
        self.others = [event for event in ordered if event.call_sid != sid]
        self._params: dict[str, VoiceParams] = {}

    def params_of(self, event: WebhookEvent) -> VoiceParams:
        """The typed form of one of these events; each form is parsed at most once."""
        params = self._params.get(event.dedup_key)
        if params is None:
            params = VoiceParams.parse(event.params, needs_call=False)
            self._params[event.dedup_key] = params
        return params

    def of_kind(self, *kinds: Kind) -> list[WebhookEvent]:
        """Own events of these kinds, in order."""
        return [event for event in self.own if event.kind in kinds]

    @cached_property
    def naming(self) -> list[WebhookEvent]:
        """Events of other legs that name this one."""
        return [event for event in self.others if event.other_sid == self.sid]

    @cached_property
    def is_only_recorded(self) -> bool:
        """Whether only recordings are known of the leg, which make no call."""
        named = any(event.kind == Kind.CONNECT for event in self.naming)
        return not named and all(event.kind == Kind.RECORDING for event in self.own)

    @cached_property
    def introduction(self) -> VoiceParams:
        """The form that says who calls whom: that of the voice URL, else the first."""
        # In this order few forms of a long leg have to be read from the database.
        for event in (*self.of_kind(*VOICE_URLS), *self.own):
            if event.params.get("From"):
                return self.params_of(event)
        return VoiceParams("")

    @cached_property
    def end(self) -> End | None:
        """The end by the status callback, else by settling; None while unknown."""
        for event in self.of_kind(Kind.STATUS):
            if event.result in FINAL_STATUSES:
                params = self.params_of(event)
                at = event.received_at
                if params.timestamp and (
                    -_LONGEST_BEFORE_RECEIPT
                    <= params.timestamp - at
                    <= _LONGEST_AFTER_RECEIPT
                ):
                    at = params.timestamp
                return End(at, event.result, params.call_duration)
        for event in self.settlings:
            params = self.params_of(event)
            at = params.timestamp or event.received_at
            return End(at, event.result or "completed", params.call_duration)
        return None

    @cached_property
    def settlings(self) -> Sequence[WebhookEvent]:
        """Events of ours that settle the call as over (docs/contract.md 8.15)."""
        return [
            event
            for event in self.of_kind(Kind.INTERNAL)
            if event.path.startswith(SETTLE_PREFIX)
        ]

    @cached_property
    def started_at(self) -> datetime:
        """Receipt at the voice URL; else end less duration; else the first receipt."""
        for event in self.of_kind(*VOICE_URLS):
            return event.received_at
        if self.end and self.end.duration_seconds is not None:
            return self.end.at - timedelta(seconds=self.end.duration_seconds)
        return (self.own or self.others)[0].received_at

    @cached_property
    def ended_at(self) -> datetime | None:
        """The moment of the end, not before the start; None while unknown."""
        return max(self.end.at, self.started_at) if self.end else None

    @cached_property
    def decisions(self) -> list[Decision]:
        """The decisions on the leg's own requests, in order."""
        return [Decision.parse(event.decision) for event in self.own if event.decision]
