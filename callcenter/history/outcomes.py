"""The outcome that a final QueueResult means by itself. No database.

`entries` weighs it with all other evidence.

The table is docs/metrics.md 3, the order of evidence docs/contract.md 8.11.
"""

from callcenter.decision import Decision, Verb
from callcenter.models import QueueEntry, WebhookEvent

Outcome = QueueEntry.Outcome
Reason = QueueEntry.OverflowReason

BRIDGED = frozenset({"bridged", "redirected-from-bridged"})
NOT_FINAL = "bridging-in-process"
SYSTEM_ERROR = "system-error"

_OUTCOMES = {
    "bridged": Outcome.ANSWERED,
    "redirected-from-bridged": Outcome.ANSWERED,
    "hangup": Outcome.ABANDONED,
    "leave": Outcome.OVERFLOWED,
    "redirected": Outcome.OVERFLOWED,
    "queue-full": Outcome.BLOCKED,
    "error": Outcome.FAILED,
    SYSTEM_ERROR: Outcome.FAILED,
}


def outcome_of(queue_result: str) -> Outcome:
    """The outcome by a final QueueResult alone; UNKNOWN for a result we do not know."""
    return _OUTCOMES.get(queue_result, Outcome.UNKNOWN)


def reason_of(wait: WebhookEvent) -> Reason | None:
    """Why our wait document took the caller out of the queue; None if it did not."""
    decision = Decision.parse(wait.decision)
    if decision.verb is not Verb.LEAVE:
        return None
    reason = decision.target
    return Reason(reason) if reason in Reason.values else Reason.OTHER
