"""Whom an operator's leg rang outside, and what became of it. No database.

Two kinds of legs ring somebody: one to the operator's telephone, begun by a ring-back
(`/twilio/ring-back/`), and one of a browser (`/twilio/client/`).
"""

from dataclasses import dataclass
from datetime import datetime

from callcenter.decision import Decision, Verb
from callcenter.history.ending import tells_the_end
from callcenter.history.evidence import Evidence
from callcenter.history.rules import operator_name
from callcenter.models import FollowUpStep, WebhookEvent
from callcenter.numbers import caller_of
from callcenter.routes import Kind

Result = FollowUpStep.Result
_PLACED_BY_REST = "outbound-api"
_RESULTS = {
    "completed": Result.REACHED,
    "answered": Result.REACHED,
    "busy": Result.BUSY,
    "no-answer": Result.NO_ANSWER,
    # The operator hung up while it rang.
    "canceled": Result.NO_ANSWER,
    "failed": Result.FAILED,
}


@dataclass(frozen=True, slots=True)
class Rung:
    """What is known of it, once the leg or the call that it made is over.

    `operator` is empty unless it is a browser's, `number` where nobody was rung or that
    is not told, and `result` where it is not known.
    """

    at: datetime
    operator: str
    number: str
    was_dialled: bool
    result: str


def rung_by(evidence: Evidence) -> Rung | None:
    """Whom an operator's leg rang; None for a leg that rings nobody, or does so now."""
    dials = list(filter(_dials, evidence.of_kind(Kind.RING_BACK, Kind.CLIENT)))
    done = evidence.of_kind(Kind.RING_BACK_DONE)
    # The leg that the Dial made names this one as its parent.
    ends = list(filter(tells_the_end, evidence.naming))
    to = next((evidence.params_of(one).to_raw for one in ends), "")
    name = operator_name(evidence.from_raw)
    operator = name if name.startswith("client:") else ""
    if done or (dials and ends):
        at, result = _told(evidence, (done or ends)[0])
        return Rung(at, operator, caller_of(to), was_dialled=True, result=result)
    is_ring_back = evidence.of_kind(Kind.RING_BACK) or (
        evidence.direction == _PLACED_BY_REST
    )
    if is_ring_back and evidence.ended_at:
        return Rung(evidence.ended_at, operator, "", bool(dials), "")
    return None


def _dials(event: WebhookEvent) -> bool:
    return Decision.parse(event.decision).verb is Verb.DIAL


def _told(evidence: Evidence, event: WebhookEvent) -> tuple[datetime, str]:
    """When the call to the person outside was over, and what came of it."""
    params = evidence.params_of(event)
    is_done = event.kind == Kind.RING_BACK_DONE
    seconds = params.dial_call_duration if is_done else params.call_duration
    result = _RESULTS.get(event.result, "")
    if result == Result.REACHED and (seconds == 0 or event.is_bridged is False):
        result = Result.NO_ANSWER
    return event.received_at, result
