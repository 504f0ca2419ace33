"""The events about one leg as evidence: each request once, in order. No database.

The order is that of receipt, then of the repeat key, however events were stored.
"""

import copy
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from callcenter.decision import Decision
from callcenter.history.ending import (
    End,
    end_by,
    is_final,
    is_from_log,
    tells_the_end,
    too_late,
)
from callcenter.models import Call, WebhookEvent
from callcenter.params import NEVER_ANSWERED, VoiceParams
from callcenter.routes import ACTS_ABOUT_CALLS, DESK_PREFIX, VOICE_URLS, Kind

FromLog = Call.FromLog

# These are sent about a leg, whether or not it is up.
_REPORTS = (Kind.STATUS, Kind.RECORDING, Kind.INTERNAL)


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from one moment to another; 0 where the second is earlier."""
    return max(0, int((end - start).total_seconds()))


def _first(*values: int | None) -> int | None:
    """The first of these that is known."""
    return next((value for value in values if value is not None), None)


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


def _makes_no_call(event: WebhookEvent) -> bool:
    """Whether an event speaks of a recording alone, or of what people did and noted."""
    if event.kind == Kind.INTERNAL:
        return event.path in ACTS_ABOUT_CALLS or event.path.startswith(DESK_PREFIX)
    return event.kind == Kind.RECORDING


class Evidence:
    """What is known about one leg: its own events, and those of other legs about it.

    What came too late after the end of the leg is left out.
    """

    def __init__(self, sid: str, events: Iterable[WebhookEvent]) -> None:
        self.sid = sid
        events = list(events)
        late = {event.dedup_key for event in too_late(sid, events)}
        ordered = in_order(event for event in events if event.dedup_key not in late)
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
    def is_no_call(self) -> bool:
        """Whether only recordings and people's acts are known: these make no call."""
        named = any(event.kind == Kind.CONNECT for event in self.naming)
        return not named and all(_makes_no_call(event) for event in self.own)

    @cached_property
    def while_up(self) -> list[WebhookEvent]:
        """Own events without those that only tell a voice URL that the leg is over."""
        return [
            event
            for event in self.own
            if not (event.kind in VOICE_URLS and is_final(event))
        ]

    @cached_property
    def from_raw(self) -> str:
        """`From` by the first request that has one, one to a voice URL before others.

        So is every fact about a leg gathered: Twilio leaves out what it does not know
        at that moment.
        """
        return self._fact("From").from_raw

    @cached_property
    def to_raw(self) -> str:
        """`To` by the first request that has one."""
        return self._fact("To").to_raw

    @cached_property
    def direction(self) -> str:
        """`Direction` by the first request that has one."""
        return self._fact("Direction").direction

    @cached_property
    def caller_name(self) -> str:
        """`CallerName` by the first request that has one; the lookup is optional."""
        return self._fact("CallerName").caller_name

    @cached_property
    def is_answered_by_machine(self) -> bool:
        """Whether Twilio has heard that a machine or fax took our call."""
        return any(
            self.params_of(event).answered_by.startswith(("machine", "fax"))
            for event in self.own
            if event.params.get("AnsweredBy")
        )

    @cached_property
    def call_log(self) -> Sequence[WebhookEvent]:
        """What Twilio's call log says of the leg: usually nothing is asked of it.

        A request of Twilio's goes before it, fact by fact (docs/contract.md 8.K16).
        """
        return [one for one in self.of_kind(Kind.INTERNAL) if is_from_log(one)]

    @property
    def _log_last(self) -> Sequence[WebhookEvent]:
        """Own events in order, those from the call log after all others."""
        if not self.call_log:
            return self.own
        return [*(one for one in self.own if one not in self.call_log), *self.call_log]

    def _fact(self, field: str) -> VoiceParams:
        """The form of the first request that fills this field of Twilio's."""
        # In this order few forms of a long leg have to be read from the database.
        for event in (*self.of_kind(*VOICE_URLS), *self._log_last):
            if event.params.get(field):
                return self.params_of(event)
        return VoiceParams("")

    @cached_property
    def was_never_answered(self) -> bool:
        """Whether the caller has heard nothing, not even our first answer.

        Twilio says so of the end, and has asked for nothing after it.
        """
        return (
            self.end is not None
            and self.end.status in NEVER_ANSWERED
            and not self.naming
            and all(
                event.kind in (Kind.INCOMING, Kind.STATUS, Kind.INTERNAL)
                for event in self.own
            )
        )

    @cached_property
    def end(self) -> End | None:
        """The end as Twilio told it, else by its log, else by settling; else None."""
        heard = [one.received_at for one in self.while_up if one.kind not in _REPORTS]
        last = heard[-1] if heard else None
        event = self._end_told or next(
            iter([*self._ends_in_log, *self.settlings]), None
        )
        if event is None:
            return None
        params = self.params_of(event)
        for logged in map(self.params_of, self._ends_in_log):
            # Facts that the callback lacks; of the log there is one event as a rule.
            params = replace(
                params,
                call_duration=_first(params.call_duration, logged.call_duration),
                timestamp=params.timestamp or logged.timestamp,
            )
        return end_by(event, params, self.called_at, last)

    @cached_property
    def _end_told(self) -> WebhookEvent | None:
        """The first request of Twilio's that says that the leg is over."""
        told = [*self.of_kind(Kind.STATUS), *self.of_kind(*VOICE_URLS)]
        return next(filter(is_final, told), None)

    @cached_property
    def _ends_in_log(self) -> Sequence[WebhookEvent]:
        return [event for event in self.call_log if is_final(event)]

    @cached_property
    def from_log(self) -> FromLog:
        """What is known of the leg from Twilio's call log alone."""
        if not self.call_log:
            return FromLog.NOTHING
        others = [*self.own, *self.naming]
        if all(event.kind in (Kind.INTERNAL, Kind.RECORDING) for event in others):
            return FromLog.CALL
        if self.end and self._end_told is None:
            return FromLog.END
        told = self._end_told and self.params_of(self._end_told).call_duration
        if self.end and told is None and self.end.duration_seconds is not None:
            return FromLog.LENGTH
        return FromLog.NOTHING

    @cached_property
    def settlings(self) -> Sequence[WebhookEvent]:
        """Events of ours that say that the call is over (docs/contract.md 8.15)."""
        return [one for one in self.of_kind(Kind.INTERNAL) if tells_the_end(one)]

    @cached_property
    def started_at(self) -> datetime:
        """Receipt at the voice URL; else end less duration; else the first receipt.

        What only the log knows and has no length began when the log says.
        """
        if self.called_at:
            return self.called_at
        if self.end and self.end.duration_seconds is not None:
            return self.end.at - timedelta(seconds=self.end.duration_seconds)
        first = (self._log_last or self.others)[0]
        logged = self.params_of(first).started_at if is_from_log(first) else None
        return logged or first.received_at

    @cached_property
    def called_at(self) -> datetime | None:
        """The first receipt at a voice URL; None if no such request has come."""
        moments = (one.received_at for one in self.while_up if one.kind in VOICE_URLS)
        return next(moments, None)

    @cached_property
    def ended_at(self) -> datetime | None:
        """The moment of the end, not before the start; None while unknown."""
        return max(self.end.at, self.started_at) if self.end else None

    @cached_property
    def decisions(self) -> list[Decision]:
        """The decisions on the leg's own requests, in order."""
        return [
            Decision.parse(event.decision) for event in self.while_up if event.decision
        ]
