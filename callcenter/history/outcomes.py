"""Twilio's nine queue results as our eight outcomes. No database.

Metrics reference 3; the order of evidence is product.md 8.11.
"""

from callcenter.models import QueueEntry

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
    """What a final QueueResult says by itself; a word nobody knows says `unknown`."""
    return _OUTCOMES.get(queue_result, Outcome.UNKNOWN)


def reason_of(decision: str) -> Reason | None:
    """Why our wait document let the caller go: `leave:<reason>`; else nothing."""
    verb, _, reason = decision.partition(":")
    if verb != "leave":
        return None
    return Reason(reason) if reason in Reason.values else Reason.OTHER
