"""What the history of each call has to be, from what the stand-in knows of it.

Written from the stand-in's visits to queues, talks and requests and from the rules of
the contract (docs/contract.md 8.10 to 8.15), without a look at how MiniCC derives.
"""

import re
from dataclasses import dataclass, replace

from callcenter.standin.calls.account import Sent
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg, Visit
from callcenter.tests.roads.virtual_hour import Hour, Received

SHORT_SECONDS = 5
ENQUEUED = re.compile(r"<Enqueue[^>]*>([^<]+)</Enqueue>")


@dataclass(frozen=True)
class Entry:
    """One queue entry; `operator` and `talk` (seconds) of who took the caller."""

    queue: str
    outcome: str
    reason: str = ""
    wait: int | None = None
    operator: str = ""
    talk: int | None = None
    is_inferred: bool = False
    is_lost_while_connecting: bool = False


@dataclass(frozen=True)
class Customer:
    """One call of a customer: outcome and length of the call, and its queue entry."""

    outcome: str
    seconds: int | None
    entry: Entry | None = None


@dataclass
class Account:
    """What the stand-in knows of the calls of one hour."""

    hour: Hour

    def __post_init__(self) -> None:
        self.first: dict[str, Received] = {}
        for received in self.hour.received:
            self.first.setdefault(received.token, received)
        self.sent: dict[str, list[Sent]] = {}
        self.dials: dict[str, list[Sent]] = {}
        for sent in self.exchange.sent:
            self.sent.setdefault(sent.leg_sid, []).append(sent)
            if sent.kind == "dial" and "DialCallSid" in sent.form:
                self.dials.setdefault(sent.form["DialCallSid"], []).append(sent)

    @property
    def exchange(self) -> Exchange:
        return self.hour.exchange

    def is_unheard_of(self, leg: Leg) -> bool:
        """Whether no request about a call ever arrived, so that history has no row."""
        about = self.sent[leg.sid] + self.dials.get(leg.sid, [])
        return not any(sent.arrived for sent in about)

    def is_touched(self, leg: Leg) -> bool:
        """Whether a request about a call was lost for good, or an answer to one."""
        about = self.sent[leg.sid] + self.dials.get(leg.sid, [])
        return any(sent.is_lost for sent in about) or (
            not leg.visits and bool(self._enqueued(leg))
        )

    def truth(self, leg: Leg) -> Customer:
        """What happened on a call."""
        if not leg.visits:
            return Customer(self._without_entry(leg), leg.duration)
        (visit,) = leg.visits
        entry = self._entry(leg, visit)
        return Customer(entry.outcome, leg.duration, entry)

    def known(self, leg: Leg) -> Customer:
        """What can be known of a call from the requests that arrived."""
        seconds = leg.duration if self._got(leg, "status") else None
        queue = self._enqueued(leg)
        if not queue:
            outcome = self._without_entry(leg) if seconds is not None else ""
            return Customer(outcome, seconds)
        entry = self._known(leg, queue, is_over=seconds is not None)
        is_over = seconds is not None or bool(self._got(leg, "enqueue"))
        outcome = entry.outcome if is_over and entry.outcome != "waiting" else ""
        return Customer(outcome, seconds, entry)

    def _got(self, leg: Leg, kind: str) -> list[Sent]:
        return [one for one in self.sent[leg.sid] if one.kind == kind and one.arrived]

    def _answers(self, leg: Leg) -> list[tuple[Sent, Received]]:
        """What the server answered to a call, received or not, in order of receipt."""
        pairs = [
            (sent, self.first[sent.token])
            for sent in self.sent[leg.sid]
            if sent.token in self.first
        ]
        return sorted(pairs, key=lambda pair: pair[1].at)

    def _waits(self, leg: Leg) -> list[Sent]:
        """The requests of a caller who waits, with or without a key."""
        return [sent for sent in self.sent[leg.sid] if "/wait/" in sent.url]

    def _enqueued(self, leg: Leg) -> str:
        """The queue that the server sent a call to."""
        for _sent, received in self._answers(leg):
            if found := ENQUEUED.search(received.body):
                return found[1]
        return ""

    def _without_entry(self, leg: Leg) -> str:
        """The outcome of a call that entered no queue, by its last document."""
        own = [
            (sent.kind, received.body)
            for sent, received in self._answers(leg)
            if sent.kind != "status"
        ]
        if not own:
            return ""
        kind, body = own[-1]
        if kind == "fallback":
            return "failed"
        return "ivr_abandoned" if "<Gather" in body else "self_service"

    def _entry(self, leg: Leg, visit: Visit) -> Entry:
        """The entry as it really ended."""
        entry = Entry(visit.queue, "", wait=visit.wait_seconds)
        match visit.result:
            case "bridged":
                (talk,) = leg.talks
                taker = self.exchange.calls[visit.dequeued_by]
                return replace(
                    entry, outcome="answered", operator=taker.from_, talk=talk.seconds
                )
            case "hangup":
                is_short = visit.wait_seconds < SHORT_SECONDS
                outcome = "short_abandoned" if is_short else "abandoned"
                return replace(entry, outcome=outcome)
            case "bridging-in-process":
                return replace(
                    entry, outcome="abandoned", is_lost_while_connecting=True
                )
            case "leave":
                pressed = [sent.form.get("Digits") for sent in self._waits(leg)]
                reason = "voicemail" if "2" in pressed else "max_wait"
                return replace(entry, outcome="overflowed", reason=reason)
            case "error":
                return replace(entry, outcome="failed")
        raise AssertionError(visit.result)

    def _known(self, leg: Leg, queue: str, *, is_over: bool) -> Entry:
        """The entry as far as the requests that arrived say."""
        nothing = Entry(queue, "unknown" if is_over else "waiting")
        exits = self._got(leg, "enqueue")
        connects = self._got(leg, "queue")
        dials = [sent for sent in self.dials.get(leg.sid, []) if sent.arrived]
        if not leg.visits:
            # The answer was not received, or the caller hung up before entering.
            return self._early(leg, exits[0], queue) if exits else nothing
        (visit,) = leg.visits
        true = self._entry(leg, visit)
        if visit.result == "bridged":
            return self._known_answered(true, exits, connects, dials) or nothing
        if visit.result == "bridging-in-process":
            if dials or (exits and connects):
                return true
            if connects:
                # Nothing contradicts that the operator had the caller (8.11).
                taker = self.exchange.calls[visit.dequeued_by].from_
                return replace(
                    true,
                    outcome="answered",
                    operator=taker,
                    is_lost_while_connecting=False,
                )
            if exits and is_over:
                return replace(true, is_inferred=True, is_lost_while_connecting=False)
            return Entry(queue, "waiting") if exits else nothing
        if exits:
            return true
        if visit.result == "leave" and is_over:
            left = self._answers(leg)
            waits = [pair for pair in left if "/wait/" in pair[0].url]
            if waits and "<Leave" in waits[-1][1].body:
                wait = int(waits[-1][0].form["QueueTime"])
                return replace(true, wait=wait, is_inferred=True)
        return nothing

    def _known_answered(
        self, true: Entry, exits: list[Sent], connects: list[Sent], dials: list[Sent]
    ) -> Entry | None:
        """The answered entry if anything says so, with the talk if it can be known."""
        if dials:
            return true
        if connects:
            talk = None
            if exits:
                began, ended = (
                    self.first[sent.token].at for sent in (connects[-1], exits[0])
                )
                talk = int((ended - began).total_seconds())
            return replace(true, talk=talk)
        return replace(true, operator="", talk=None) if exits else None

    def _early(self, leg: Leg, left: Sent, queue: str) -> Entry:
        """The entry of a caller who hung up before entering (docs/contract.md 8.14)."""
        entered = next(
            received.at
            for _sent, received in self._answers(leg)
            if ENQUEUED.search(received.body)
        )
        at = self.first[left.token].at
        wait = int((at - entered).total_seconds())
        ended = leg.ended_at if self._got(leg, "status") else None
        if ended and abs((ended.replace(microsecond=0) - at).total_seconds()) <= 2:
            return Entry(queue, "short_abandoned", wait=wait, is_inferred=True)
        return Entry(queue, "failed", wait=wait)
