"""The queue entry of each visit: outcome, wait, connection. No database.

The rules are docs/metrics.md 2 to 4, docs/contract.md 8.10 to 8.16 and 8.K2 to 8.K8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.history.evidence import Evidence, seconds_between
from callcenter.history.outcomes import (
    BRIDGED,
    NOT_FINAL,
    SYSTEM_ERROR,
    outcome_of,
    reason_of,
)
from callcenter.history.rules import Rules
from callcenter.history.visits import Connect, Visit
from callcenter.history.wrap_up import wrap_up_of
from callcenter.models import CallbackRequest, Connection, QueueEntry

Outcome = QueueEntry.Outcome
Reason = QueueEntry.OverflowReason

_EARLY_HANG_UP_SECONDS = 2
_HEARTBEAT_TOLERANCE_SECONDS = 5
_QUARTER_SECONDS = 900


@dataclass(slots=True)
class DerivedEntry:
    """An entry with its connection and call-back request, all unsaved."""

    entry: QueueEntry
    # The connect that the connection was derived from.
    connect: Connect | None = None
    connection: Connection | None = None
    callback: CallbackRequest | None = None


@dataclass(slots=True)
class _Verdict:
    """How a queue entry ended, as far as the evidence says."""

    outcome: Outcome
    left_at: datetime | None = None
    wait_seconds: int | None = None
    connect: Connect | None = None
    reason: Reason | None = None
    is_inferred: bool = False
    is_lost_while_connecting: bool = False


def derive_entry(
    visit: Visit,
    evidence: Evidence,
    rules: Rules,
    *,
    caller: str,
    operators: Mapping[str, str],
    has_later_visit: bool,
) -> DerivedEntry:
    """The queue entry of a visit, its connection and its call-back request.

    `caller` is the caller's number, `operators` has the operator of each leg by SID.
    """
    entered_at = visit.entered_at
    verdict = _verdict(visit, evidence, has_later_visit)
    threshold = rules.threshold(visit.queue, entered_at)
    if (
        verdict.outcome == Outcome.ABANDONED
        and not verdict.is_lost_while_connecting
        and verdict.wait_seconds is not None
        and verdict.wait_seconds < threshold.short_abandon_seconds
    ):
        verdict.outcome = Outcome.SHORT_ABANDONED
    waits = visit.waits
    entry = QueueEntry(
        visit=visit.number,
        queue=visit.queue,
        entered_at=entered_at,
        entered_quarter=int(entered_at.timestamp()) // _QUARTER_SECONDS,
        left_at=verdict.left_at and max(verdict.left_at, entered_at),
        wait_seconds=verdict.wait_seconds,
        outcome=verdict.outcome,
        overflow_reason=verdict.reason or "",
        queue_result=visit.exit.result if visit.exit else "",
        position=waits[-1].position if waits else None,
        target_seconds=threshold.target_seconds,
        is_inferred=verdict.is_inferred,
        is_lost_while_connecting=verdict.is_lost_while_connecting,
    )
    derived = DerivedEntry(entry)
    if verdict.outcome == Outcome.ANSWERED and verdict.connect:
        derived.connect = verdict.connect
        derived.connection = _connection(
            verdict.connect, visit, evidence, operators.get(verdict.connect.leg, "")
        )
    if verdict.reason == Reason.CALLBACK:
        asked = waits[-1].received_at if waits else verdict.left_at or entered_at
        derived.callback = CallbackRequest(caller=caller, requested_at=asked)
    return derived


def _verdict(visit: Visit, evidence: Evidence, has_later_visit: bool) -> _Verdict:
    """By the exit, else the Dial action, else the connect, else the call's end."""
    if visit.exit is None:
        return _without_exit(visit, evidence, has_later_visit)
    result, left_at = visit.exit.result, visit.exit.received_at
    if result == NOT_FINAL:
        return _bridging_in_process(visit, evidence)
    connects, outcome = visit.valid_connects, outcome_of(result)
    wait = _wait(visit.exit.queue_time_seconds, visit.entered_at, left_at)
    if outcome == Outcome.ANSWERED:
        connect = _connect_that_talked(connects) or (connects[-1] if connects else None)
        return _answered(connect, visit.entered_at, visit.exit.queue_time_seconds)
    if outcome == Outcome.ABANDONED and connects:
        return _lost_while_connecting(visit, evidence)
    if outcome == Outcome.UNKNOWN:
        return _Verdict(outcome)
    if outcome == Outcome.BLOCKED:
        return _Verdict(outcome, left_at)
    if result == SYSTEM_ERROR and _ended_right_then(evidence, left_at):
        return _Verdict(Outcome.SHORT_ABANDONED, left_at, wait, is_inferred=True)
    if outcome == Outcome.OVERFLOWED:
        return _Verdict(outcome, left_at, wait, reason=_reason(visit, result))
    return _Verdict(outcome, left_at, wait)


def _without_exit(visit: Visit, evidence: Evidence, has_later_visit: bool) -> _Verdict:
    connects, entered_at = visit.valid_connects, visit.entered_at
    if connects:
        connect = _connect_that_talked(connects)
        if connect:
            return _answered(connect, entered_at, None)
        return _lost_while_connecting(visit, evidence)
    if not (evidence.end or has_later_visit):
        return _Verdict(Outcome.WAITING)
    last = visit.waits[-1] if visit.waits else None
    reason = reason_of(last) if last else None
    if last and reason:
        wait = _wait(last.queue_time_seconds, entered_at, last.received_at)
        return _Verdict(
            Outcome.OVERFLOWED, last.received_at, wait, reason=reason, is_inferred=True
        )
    if last and evidence.settlings and evidence.end and not has_later_visit:
        silence = evidence.end.at - last.received_at
        if abs(silence) <= timedelta(seconds=_HEARTBEAT_TOLERANCE_SECONDS):
            wait = seconds_between(entered_at, evidence.end.at)
            return _Verdict(Outcome.ABANDONED, evidence.end.at, wait, is_inferred=True)
    return _Verdict(Outcome.UNKNOWN)


def _bridging_in_process(visit: Visit, evidence: Evidence) -> _Verdict:
    """For a result that is not final: by the Dial action, the connect, or the end."""
    connects = visit.valid_connects
    bridged = [connect for connect in connects if connect.is_bridged]
    if bridged:
        return _answered(bridged[-1], visit.entered_at, None)
    if connects:
        return _lost_while_connecting(visit, evidence)
    if visit.exit and evidence.end:
        left_at = visit.exit.received_at
        wait = _wait(visit.exit.queue_time_seconds, visit.entered_at, left_at)
        return _Verdict(Outcome.ABANDONED, left_at, wait, is_inferred=True)
    return _Verdict(Outcome.WAITING)


def _answered(
    connect: Connect | None, entered_at: datetime, exit_queue_time: int | None
) -> _Verdict:
    """Answered at the connect; the exit comes only when the conversation is over."""
    if connect:
        wait = _wait(connect.queue_time, entered_at, connect.at)
    elif exit_queue_time is not None:
        wait = exit_queue_time
    else:
        return _Verdict(Outcome.ANSWERED)
    left_at = entered_at + timedelta(seconds=wait)
    return _Verdict(Outcome.ANSWERED, left_at, wait, connect)


def _lost_while_connecting(visit: Visit, evidence: Evidence) -> _Verdict:
    """Abandoned while an operator was being connected, however short the wait was."""
    last = visit.valid_connects[-1]
    if visit.exit:
        left_at: datetime | None = visit.exit.received_at
    elif last.action:
        left_at = last.action.received_at
    else:
        left_at = evidence.ended_at
    queue_times = [
        visit.exit.queue_time_seconds if visit.exit else None,
        last.queue_time,
        seconds_between(visit.entered_at, last.at),
    ]
    return _Verdict(
        Outcome.ABANDONED,
        left_at,
        next(seconds for seconds in queue_times if seconds is not None),
        is_lost_while_connecting=True,
    )


def _connect_that_talked(connects: list[Connect]) -> Connect | None:
    """The last connect that was bridged by its Dial action, else the last possible."""
    bridged = [connect for connect in connects if connect.is_bridged]
    possible = [connect for connect in connects if connect.is_bridged is not False]
    return next(reversed(bridged or possible), None)


def _connection(
    connect: Connect, visit: Visit, evidence: Evidence, operator: str
) -> Connection:
    """The connection, with the length of the conversation and the source of that."""
    exit_ = visit.exit if visit.exit and visit.exit.result in BRIDGED else None
    dialled: int | None = None
    if connect.action:
        dialled = evidence.params_of(connect.action).dial_call_duration
        ended_at: datetime | None = connect.action.received_at
    elif exit_:
        ended_at = exit_.received_at
    else:
        ended_at = evidence.ended_at
    talk, source = dialled, Connection.TalkSource.DIAL
    if dialled is None and exit_:
        talk = seconds_between(connect.at, exit_.received_at)
        source = Connection.TalkSource.EXIT
    code, note = wrap_up_of(connect, evidence)
    return Connection(
        operator_call_sid=connect.leg,
        operator=operator,
        connected_at=connect.at,
        ended_at=ended_at and max(ended_at, connect.at),
        talk_seconds=talk,
        talk_source=source if talk is not None else "",
        wrap_up_code=code,
        note=note,
    )


def _reason(visit: Visit, result: str) -> Reason:
    """Why the caller left the queue: what our wait document decided, else `other`."""
    if result == "redirected":
        return Reason.EXTERNAL
    decided = reason_of(visit.waits[-1]) if visit.waits else None
    return decided or Reason.OTHER


def _ended_right_then(evidence: Evidence, left_at: datetime) -> bool:
    return evidence.end is not None and abs(evidence.end.at - left_at) <= timedelta(
        seconds=_EARLY_HANG_UP_SECONDS
    )


def _wait(queue_time: int | None, entered_at: datetime, left_at: datetime) -> int:
    """Seconds: Twilio's QueueTime if there is one, else between the two moments."""
    if queue_time is not None:
        return queue_time
    return seconds_between(entered_at, left_at)
