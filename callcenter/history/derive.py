"""Derives the history of a leg from its events and the rules. No database.

The same events give the same history, in whatever order and however often they came.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callcenter.decision import Verb
from callcenter.history.ending import is_from_log
from callcenter.history.entries import DerivedEntry, derive_entry
from callcenter.history.evidence import Evidence, seconds_between
from callcenter.history.forgetting import reached_before_forgotten
from callcenter.history.ivr import derive_steps, ivr_path
from callcenter.history.operators import derive_states
from callcenter.history.outcomes import BRIDGED
from callcenter.history.recordings import recordings_of, voicemails_of
from callcenter.history.rules import Contact, Rules, operator_name
from callcenter.history.rung import Rung, rung_by
from callcenter.history.unserved import unserved_by
from callcenter.history.visits import visits_of
from callcenter.history.wrap_up import add_typed_codes
from callcenter.models import (
    AbandonedCall,
    Call,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
    WebhookEvent,
)
from callcenter.models.history import was_rung
from callcenter.numbers import caller_of, line_of, user_part
from callcenter.params import call_sid
from callcenter.routes import OF_ANY_LEG, OF_ONE_CALL, OPERATOR_PATHS, Kind

Outcome = QueueEntry.Outcome


@dataclass(slots=True)
class History:
    """All rows of one leg, unsaved; `call` is None where the events make none."""

    call: Call | None
    entries: list[DerivedEntry] = field(default_factory=list)
    ivr_steps: list[IvrStep] = field(default_factory=list)
    # Who is to be rung back, for whatever reason.
    unserved: list[AbandonedCall] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    voicemails: list[Voicemail] = field(default_factory=list)
    operator_states: list[OperatorState] = field(default_factory=list)
    # Whom a leg of ours rang for an operator; no row is made of it.
    rung: Rung | None = None

    @property
    def abandoned_calls(self) -> list[AbandonedCall]:
        """Those of the unserved who gave up."""
        gave_up = AbandonedCall.Reason.ABANDONED
        return [row for row in self.unserved if row.reason == gave_up]


def derive(
    sid: str,
    events: Iterable[WebhookEvent],
    rules: Rules,
    unknown_legs: frozenset[str] = frozenset(),
) -> History:
    """The rows of a leg: the call, its entries, connections, IVR steps and others.

    `events` are those of the leg, those that name it, and those of the operator legs
    that took it. `unknown_legs` are SIDs that Dial actions among them name, but no
    event is about; such an action counts as naming no leg.
    """
    evidence = Evidence(sid, events)
    if evidence.is_no_call:
        return History(None)
    call = _call(evidence, rules)
    derived = History(
        call,
        recordings=recordings_of(call, evidence),
        voicemails=voicemails_of(evidence),
    )
    if call.kind != Call.Kind.CUSTOMER:
        derived.rung = rung_by(evidence)
    if call.kind == Call.Kind.OPERATOR:
        derived.operator_states = derive_states(evidence)
    elif call.kind == Call.Kind.CUSTOMER:
        _derive_customer(derived, call, evidence, rules, unknown_legs)
    call.answered_at = _answered_at(call, evidence)
    return derived


def kind_of_leg(evidence: Evidence, rules: Rules) -> Call.Kind:
    """Whose leg it is (docs/contract.md 8.K1)."""
    own = evidence.own
    if (
        evidence.of_kind(*OPERATOR_PATHS)
        or any(decision.verb is Verb.OPERATOR for decision in evidence.decisions)
        or any(event.kind == Kind.CONNECT for event in evidence.naming)
    ):
        return Call.Kind.OPERATOR
    has_parent = any(
        call_sid(str(event.params.get("ParentCallSid", ""))) for event in own
    )
    is_rung = evidence.direction.startswith("outbound")
    # Somebody may ring a customer into our flow.
    is_in_flow = evidence.called_at or evidence.of_kind(Kind.CONNECT, *OF_ONE_CALL)
    if has_parent or (is_rung and not is_in_flow):
        return Call.Kind.OUTBOUND
    only_its_end = all(event.kind in (*OF_ANY_LEG, Kind.INTERNAL) for event in own)
    if only_its_end and operator_name(evidence.from_raw) in rules.operators:
        return Call.Kind.OPERATOR
    return Call.Kind.CUSTOMER


def _call(evidence: Evidence, rules: Rules) -> Call:
    kind = kind_of_leg(evidence, rules)
    # The caller is the person outside, whoever rang whom.
    outside, ours = evidence.from_raw, evidence.to_raw
    if was_rung(kind, evidence.direction):
        outside, ours = ours, outside
    caller = caller_of(outside)
    end, ended_at = evidence.end, evidence.ended_at
    duration = end.duration_seconds if end else None
    if duration is None and ended_at:
        duration = seconds_between(evidence.started_at, ended_at)
    statuses = (event.params.get("CallStatus") for event in reversed(evidence.own))
    spoken = (one for one in statuses if isinstance(one, str))
    return Call(
        sid=evidence.sid,
        kind=kind,
        direction=evidence.direction,
        from_raw=evidence.from_raw,
        to_raw=evidence.to_raw,
        caller=caller,
        caller_reversed=user_part(caller)[::-1],
        caller_name=evidence.caller_name if kind == Call.Kind.CUSTOMER else "",
        line=line_of(ours, rules.lines),
        status=end.status if end else next(spoken, "")[:20],
        started_at=evidence.started_at,
        ended_at=ended_at,
        duration_seconds=duration,
        heard_at=max(
            (one.received_at for one in evidence.own if not is_from_log(one)),
            default=None,
        ),
        from_log=evidence.from_log,
    )


def _derive_customer(
    derived: History,
    call: Call,
    evidence: Evidence,
    rules: Rules,
    unknown_legs: frozenset[str],
) -> None:
    if evidence.was_never_answered:
        is_rejected = [one.verb for one in evidence.decisions][-1:] == [Verb.REJECT]
        call.outcome = (
            Call.Outcome.REJECTED if is_rejected else Call.Outcome.IVR_ABANDONED
        )
        call.disconnected_by = _disconnected_by(call, [], evidence)
        return
    visits = visits_of(evidence, rules, unknown_legs)
    connects = [connect for visit in visits for connect in visit.connects]
    add_typed_codes(connects, evidence, unknown_legs)
    operators = _operators(evidence)
    derived.entries = [
        derive_entry(
            visit,
            evidence,
            rules,
            caller=call.caller,
            operators=operators,
            has_later_visit=visit is not visits[-1],
        )
        for visit in visits
    ]
    derived.ivr_steps = derive_steps(evidence)
    entries = [one.entry for one in derived.entries]
    connections = [one.connection for one in derived.entries if one.connection]
    call.ivr_path = ivr_path(
        evidence, derived.ivr_steps, [entry.queue for entry in entries]
    )
    call.ivr_step_count = len(derived.ivr_steps)
    call.entry_count = len(entries)
    call.connection_count = len(connections)
    call.wait_seconds = _sum(entry.wait_seconds for entry in entries)
    call.talk_seconds = _sum(connection.talk_seconds for connection in connections)
    call.outcome = _outcome(entries, evidence)
    call.disconnected_by = _disconnected_by(call, entries, evidence)
    # Who waits is in no other conversation of the same call.
    contacts = [
        *rules.contacts,
        *(Contact(one.connected_at, one.connected_at) for one in connections),
        *reached_before_forgotten(evidence.own),
    ]
    derived.unserved = unserved_by(call, derived.entries, derived.voicemails, contacts)


def _answered_at(call: Call, evidence: Evidence) -> datetime | None:
    """When a person answered a call of ours: its end less its length.

    None for a machine or fax, a call of 0 s, and one that went on to our queues: who
    waited there has not spoken with anybody, unless a connection says so.
    """
    if (
        not call.was_rung
        or call.status != "completed"
        or call.ended_at is None
        or call.duration_seconds == 0
        or call.entry_count
        or evidence.is_answered_by_machine
    ):
        return None
    return call.ended_at - timedelta(seconds=call.duration_seconds or 0)


def _operators(evidence: Evidence) -> dict[str, str]:
    """The operator of each other leg, by its first request that says who calls."""
    names: dict[str, str] = {}
    for event in evidence.others:
        if event.kind != Kind.CONNECT:
            name = operator_name(str(event.params.get("From", "")))
            if name:
                names.setdefault(event.call_sid, name)
    return names


def _outcome(entries: list[QueueEntry], evidence: Evidence) -> str:
    """Answered if an entry was, else that of the last entry, else by the decisions.

    Empty while the call is under way, and where only its end is known.
    """
    outcomes = [entry.outcome for entry in entries]
    is_over = evidence.end is not None or any(entry.queue_result for entry in entries)
    if not is_over or (not evidence.decisions and not entries):
        return ""
    if entries:
        last = Outcome.ANSWERED if Outcome.ANSWERED in outcomes else outcomes[-1]
        return "" if last == Outcome.WAITING else last
    verb = evidence.decisions[-1].verb
    if verb in (Verb.MESSAGE, Verb.END):
        return Call.Outcome.SELF_SERVICE
    if verb is Verb.CLOSED:
        return Call.Outcome.CLOSED
    if verb is Verb.REJECT:
        return Call.Outcome.REJECTED
    # Also where the fallback has passed the caller on.
    if evidence.of_kind(Kind.FALLBACK):
        return Call.Outcome.FAILED
    if verb in (Verb.VOICEMAIL, Verb.GOODBYE, Verb.DIAL):
        return Call.Outcome.SELF_SERVICE
    if verb is Verb.MENU:
        return Call.Outcome.IVR_ABANDONED
    return Call.Outcome.FAILED


def _disconnected_by(call: Call, entries: list[QueueEntry], evidence: Evidence) -> str:
    """Who hung up, as far as the requests say so, else empty (docs/twilio.md 3.4).

    After a conversation the exit request comes from the caller's leg: its CallStatus is
    `completed` if the caller has hung up, `in-progress` if the operator has.
    """
    by = Call.DisconnectedBy
    if call.outcome == Call.Outcome.REJECTED:
        return by.SYSTEM
    if call.outcome == Call.Outcome.IVR_ABANDONED:
        return by.CALLER
    if not entries or entries[-1].outcome == Outcome.OVERFLOWED:
        return ""
    if entries[-1].outcome in (Outcome.ABANDONED, Outcome.SHORT_ABANDONED):
        return by.CALLER
    for event in evidence.of_kind(Kind.QUEUE_EXIT):
        if event.visit == entries[-1].visit and event.result in BRIDGED:
            status = evidence.params_of(event).call_status
            return {"completed": by.CALLER, "in-progress": by.OPERATOR}.get(status, "")
    return ""


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of the known values; None if none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
