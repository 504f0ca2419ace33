"""The visits of a call to queues, and the requests about each visit. No database.

The rules are docs/contract.md 8.2, 8.10, 8.13 and 8.K2 to 8.K5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callcenter.decision import Decision
from callcenter.history.evidence import Evidence
from callcenter.history.outcomes import BRIDGED, NOT_FINAL
from callcenter.history.rules import Rules
from callcenter.models import WebhookEvent
from callcenter.routes import LAST_VISIT, OF_ONE_VISIT, Kind

_SAME_QUEUE_TIME_SECONDS = 2


@dataclass(slots=True)
class Connect:
    """An operator leg took the caller; `action` is its Dial action, if it has come.

    Made from the connect request, or where that was lost from the Dial action.
    """

    at: datetime
    leg: str
    queue_time: int | None
    # The connect request; None where it was lost.
    request: WebhookEvent | None = None
    action: WebhookEvent | None = None
    # Requests in which the operator has typed a wrap-up code of this conversation.
    codes: list[WebhookEvent] = field(default_factory=list)

    @property
    def is_bridged(self) -> bool | None:
        """Whether they were joined, by the Dial action; None if it does not say."""
        return self.action.is_bridged if self.action else None


@dataclass(slots=True)
class Visit:
    """One visit of a call to one queue: the requests about it."""

    number: int
    queue: str = ""
    enqueued_at: datetime | None = None
    waits: list[WebhookEvent] = field(default_factory=list)
    exits: list[WebhookEvent] = field(default_factory=list)
    voicemails: list[WebhookEvent] = field(default_factory=list)
    connects: list[Connect] = field(default_factory=list)

    @property
    def exit(self) -> WebhookEvent | None:
        """The exit that counts: the earliest final one, else the earliest."""
        final = [event for event in self.exits if event.result != NOT_FINAL]
        return next(iter(final or self.exits), None)

    @property
    def valid_connects(self) -> list[Connect]:
        """The connects that no later wait request of the same visit contradicts.

        A wait request with a longer QueueTime shows that the caller was still waiting.
        """
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
        """When the caller entered, by the best source there is."""
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
    """The visits of a customer's call, in order of their numbers.

    `unknown_legs` are SIDs that Dial actions name, but no event is about.
    """
    visits = _mentioned(evidence)
    dials = _dials_by_connect(evidence, unknown_legs)
    for event in evidence.of_kind(Kind.CONNECT):
        named = _queue_named(event, evidence, rules, visits.values())
        connect = Connect(
            event.received_at,
            event.other_sid,
            event.queue_time_seconds,
            request=event,
            action=dials.pop(event.dedup_key, None),
        )
        visit = _visit_for(connect, named, visits)
        visit.connects.append(connect)
    for event in dials.values():
        # The connect was lost; the Dial action, which names the caller, replaces it.
        duration = evidence.params_of(event).dial_call_duration
        connect = Connect(
            _less(event.received_at, duration),
            event.call_sid,
            event.queue_time_seconds,
            action=event,
        )
        named = _queue_named(event, evidence, rules, visits.values())
        if any(not named or visit.queue == named for visit in visits.values()):
            _visit_for(connect, named, visits).connects.append(connect)
    for visit in visits.values():
        visit.connects.sort(key=lambda connect: (connect.at, connect.leg))
    return [visits[number] for number in sorted(visits)]


def _mentioned(evidence: Evidence) -> dict[int, Visit]:
    """The visits that the caller's decisions and requests name, by number."""
    visits: dict[int, Visit] = {}
    for event in evidence.while_up:
        decision = Decision.parse(event.decision)
        if 1 <= decision.visit <= LAST_VISIT:
            visit = visits.setdefault(decision.visit, Visit(decision.visit))
            if visit.enqueued_at is None:
                visit.enqueued_at = event.received_at
                visit.queue = decision.target[:64]
        if event.visit and event.kind in OF_ONE_VISIT:
            visit = visits.setdefault(event.visit, Visit(event.visit))
            visit.queue = visit.queue or event.queue
            {
                Kind.WAIT: visit.waits,
                Kind.QUEUE_EXIT: visit.exits,
                Kind.VOICEMAIL: visit.voicemails,
            }[Kind(event.kind)].append(event)
    return visits


def _queues_by_sid(evidence: Evidence, visits: Iterable[Visit]) -> dict[str, str]:
    """The queue of each QueueSid, as the call's own requests show it."""
    return {
        sid: visit.queue
        for visit in visits
        for event in visit.waits + visit.exits
        if (sid := evidence.params_of(event).queue_sid)
    }


def _queue_named(
    event: WebhookEvent, evidence: Evidence, rules: Rules, visits: Iterable[Visit]
) -> str:
    if event.queue:
        return event.queue
    sid = evidence.params_of(event).queue_sid
    by_sid = rules.queues_by_sid.get(sid)
    return by_sid or _queues_by_sid(evidence, visits).get(sid, "")


def _visit_for(connect: Connect, queue: str, visits: dict[int, Visit]) -> Visit:
    """The visit to the queue that a connect belongs to; made if there is none.

    That is the one open at that moment, else the one that ended with about the same
    QueueTime, else the last.
    """
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
    """The Dial action of each connect of the caller, by the connect's repeat key.

    An action that names the caller but belongs to no connect has its own key.
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
    """Of several connects of an operator leg, the one that the Dial action ended."""
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
