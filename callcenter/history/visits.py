"""Which stays in queues a call had, and which requests speak of each. No database.

Product.md 8.2, 8.10 and 8.13; "whose connect" and "whose Dial action" to the letter.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callcenter.history.evidence import Evidence, params_of
from callcenter.history.outcomes import BRIDGED, NOT_FINAL
from callcenter.history.rules import Rules
from callcenter.models import WebhookEvent
from callcenter.routes import OF_ONE_VISIT, Kind

_ENQUEUED = re.compile(r"enqueue:([^/]+)/([0-9]{1,5})")
_LAST_VISIT = 32_767
_SAME_QUEUE_TIME_SECONDS = 2


@dataclass(slots=True)
class Connect:
    """An operator leg was given the caller; how that ended, when it is known.

    Made from the connect request, or from a Dial action whose connect was lost.
    """

    at: datetime
    leg: str
    queue_time: int | None
    action: WebhookEvent | None = None

    @property
    def is_bridged(self) -> bool | None:
        """What the operator's Dial action says; nothing without one."""
        return self.action.is_bridged if self.action else None


@dataclass(slots=True)
class Visit:
    """One stay in one queue, as the requests about it."""

    number: int
    queue: str = ""
    enqueued_at: datetime | None = None
    waits: list[WebhookEvent] = field(default_factory=list)
    exits: list[WebhookEvent] = field(default_factory=list)
    voicemails: list[WebhookEvent] = field(default_factory=list)
    connects: list[Connect] = field(default_factory=list)

    @property
    def exit(self) -> WebhookEvent | None:
        """The word that counts: the earliest final one, else one that is not."""
        final = [event for event in self.exits if event.result != NOT_FINAL]
        return next(iter(final or self.exits), None)

    @property
    def valid_connects(self) -> list[Connect]:
        """Connects after which the caller did not wait on."""
        waited = [
            event.queue_time_seconds
            for event in self.waits
            if event.queue_time_seconds is not None
        ]
        longest = max(waited, default=None)
        return [
            connect
            for connect in self.connects
            if longest is None
            or connect.queue_time is None
            or longest <= connect.queue_time
        ]

    @property
    def entered_at(self) -> datetime:
        """When the caller entered, by the best of our sources."""
        if self.enqueued_at:
            return self.enqueued_at
        for event in self.waits[:1]:
            return _less(event.received_at, event.queue_time_seconds)
        for event in self.exits[:1]:
            if event.result not in BRIDGED:
                return _less(event.received_at, event.queue_time_seconds)
        for connect in self.connects[:1]:
            return _less(connect.at, connect.queue_time)
        return (self.exits + self.voicemails)[0].received_at


def visits_of(
    evidence: Evidence, rules: Rules, unknown_legs: frozenset[str]
) -> list[Visit]:
    """The stays of a customer call, by number.

    `strangers` are SIDs that Dial actions name and no event of ours is about.
    """
    visits = _mentioned(evidence)
    dials = _dials_by_connect(evidence, unknown_legs)
    for event in evidence.of_kind(Kind.CONNECT):
        named = _queue_named(event, rules, visits.values())
        connect = Connect(
            event.received_at,
            event.other_sid,
            event.queue_time_seconds,
            dials.pop(event.dedup_key, None),
        )
        visit = _visit_for(connect, named, visits)
        visit.connects.append(connect)
    for event in dials.values():
        # The connect was lost: the Dial action, which names the caller, stands for it.
        duration = params_of(event).dial_call_duration
        connect = Connect(
            _less(event.received_at, duration),
            event.call_sid,
            event.queue_time_seconds,
            event,
        )
        named = _queue_named(event, rules, visits.values())
        if any(not named or visit.queue == named for visit in visits.values()):
            _visit_for(connect, named, visits).connects.append(connect)
    for visit in visits.values():
        visit.connects.sort(key=lambda connect: (connect.at, connect.leg))
    return [visits[number] for number in sorted(visits)]


def _mentioned(evidence: Evidence) -> dict[int, Visit]:
    """The visits that decisions and requests of the caller speak of."""
    visits: dict[int, Visit] = {}
    for event in evidence.own:
        enqueued = _ENQUEUED.fullmatch(event.decision)
        if enqueued and 1 <= int(enqueued[2]) <= _LAST_VISIT:
            number = int(enqueued[2])
            visit = visits.setdefault(number, Visit(number))
            if visit.enqueued_at is None:
                visit.enqueued_at = event.received_at
                visit.queue = enqueued[1][:64]
        if event.visit and event.kind in OF_ONE_VISIT:
            visit = visits.setdefault(event.visit, Visit(event.visit))
            visit.queue = visit.queue or event.queue
            {
                Kind.WAIT: visit.waits,
                Kind.QUEUE_EXIT: visit.exits,
                Kind.VOICEMAIL: visit.voicemails,
            }[Kind(event.kind)].append(event)
    return visits


def _queues_by_sid(visits: Iterable[Visit]) -> dict[str, str]:
    """Which queue a QueueSid is, learned from the call's own requests."""
    return {
        sid: visit.queue
        for visit in visits
        for event in visit.waits + visit.exits
        if (sid := params_of(event).queue_sid)
    }


def _queue_named(event: WebhookEvent, rules: Rules, visits: Iterable[Visit]) -> str:
    if event.queue:
        return event.queue
    sid = params_of(event).queue_sid
    return rules.queues_by_sid.get(sid) or _queues_by_sid(visits).get(sid, "")


def _visit_for(connect: Connect, queue: str, visits: dict[int, Visit]) -> Visit:
    """The visit of that queue open then; else of the same QueueTime; else the last."""
    there = [visit for visit in visits.values() if not queue or visit.queue == queue]
    if not there:
        number = max(visits, default=0) + 1
        visits[number] = Visit(number, queue)
        return visits[number]
    started = [visit for visit in there if visit.entered_at <= connect.at]
    still_open = [
        visit
        for visit in started
        if visit.exit is None or visit.exit.received_at >= connect.at
    ]
    if still_open:
        return max(still_open, key=lambda visit: (visit.entered_at, visit.number))
    alike = [visit for visit in there if _same_queue_time(visit, connect)]
    return max(alike or there, key=lambda visit: visit.number)


def _same_queue_time(visit: Visit, connect: Connect) -> bool:
    return connect.queue_time is not None and any(
        event.queue_time_seconds is not None
        and abs(event.queue_time_seconds - connect.queue_time)
        <= _SAME_QUEUE_TIME_SECONDS
        for event in visit.exits
    )


def _dials_by_connect(
    evidence: Evidence, unknown_legs: frozenset[str]
) -> dict[str, WebhookEvent]:
    """The Dial action of each connect of the caller, under the connect's repeat key.

    One that names the caller and belongs to no connect stands under its own key.
    """
    connects = [
        event
        for event in evidence.own + evidence.others
        if event.kind == Kind.CONNECT and event.other_sid
    ]
    found: dict[str, WebhookEvent] = {}
    done = [event for event in evidence.others if event.kind == Kind.OPERATOR_DONE]
    for event in [event for event in done if event.other_sid == evidence.sid]:
        own = [
            connect
            for connect in connects
            if connect.call_sid == evidence.sid and connect.other_sid == event.call_sid
        ]
        key = _best(own, event).dedup_key if own else event.dedup_key
        found.setdefault(key, event)
    for event in done:
        if event.other_sid and event.other_sid not in unknown_legs:
            continue
        before = [
            connect
            for connect in connects
            if connect.other_sid == event.call_sid
            and connect.received_at <= event.received_at
        ]
        if event.result == "no-answer" or not before:
            continue
        last = max(before, key=lambda connect: (connect.received_at, connect.dedup_key))
        if last.call_sid == evidence.sid:
            found.setdefault(last.dedup_key, event)
    return found


def _best(connects: list[WebhookEvent], done: WebhookEvent) -> WebhookEvent:
    """Of several connects of one leg, the one that this Dial action ended."""
    before = [
        connect for connect in connects if connect.received_at <= done.received_at
    ]
    alike = [
        connect
        for connect in before
        if connect.queue_time_seconds is not None
        and connect.queue_time_seconds == done.queue_time_seconds
    ]
    return (alike or before or connects[:1])[-1]


def _less(at: datetime, seconds: int | None) -> datetime:
    return at - timedelta(seconds=seconds or 0)
