"""What an operator's leg does next: PIN, next caller, wrap-up, goodbye. No database.

A caller ID can be forged, so it lets nobody in where a PIN is set (product.md 8.8).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.hashers import check_password

from callcenter.flow.plan import CLIENT, OperatorPlan, Plan
from callcenter.flow.step import Step

SIGN_OFF_KEY = "9"
MOST_WRONG_PINS = 3

# Dial results after which a conversation, or the attempt at one, is over.
OVER = frozenset({"completed", "answered"})
RANG_OUT = "no-answer"


def next_call(step: Step, plan: Plan, waiting: Mapping[str, datetime] | None) -> str:
    """Asks for the PIN, else serves the queue where a caller has the best claim."""
    who = plan.operator(step.params.from_raw)
    if who is None:
        # Without any setup nobody can be recognised: who was in stays in.
        return "wait" if step.signed_in and plan.is_empty else "sign_off"
    if not step.signed_in and not is_proven(who, step):
        return "sign_off" if wrong_pins(step) >= MOST_WRONG_PINS else "ask_pin"
    if step.signed_in and step.params.digits == SIGN_OFF_KEY:
        return "sign_off"
    queues = served(who, plan)
    return f"dial:{_best(queues, step, plan, waiting)}" if queues else "wait"


def after_call(step: Step, plan: Plan) -> str:
    """Wrap-up after a conversation; after a Dial that gave no caller, on to the next.

    The next request signs off whoever may not be here (any more).
    """
    who = plan.operator(step.params.from_raw)
    queues = served(who, plan) if who else []
    queue = step.queue or next(iter(queues), "")
    if step.params.dial_call_status in OVER or not queue:
        return "wrap_up"
    return f"dial:{queue}"


def served(who: OperatorPlan, plan: Plan) -> list[str]:
    """The queues an operator serves, in the order of the plan."""
    return [slug for slug in plan.queues if slug in who.queues]


def wrong_pins(step: Step) -> int:
    """How many PINs were wrong or not given, this one included."""
    return step.again + bool(step.params.digits)


def is_proven(who: OperatorPlan, step: Step) -> bool:
    """Whether this request says who it comes from: by the PIN, or where none is set."""
    # A browser's identity stands in a token that we signed; it needs no PIN.
    if not who.pin or step.params.from_raw.startswith(CLIENT):
        return True
    digits = step.params.digits
    return bool(digits) and check_password(digits, who.pin)


def _best(
    queues: Sequence[str],
    step: Step,
    plan: Plan,
    waiting: Mapping[str, datetime] | None,
) -> str:
    if waiting is None and step.queue in queues:
        # Nobody knows who waits where: take turns, so that no queue is forgotten.
        return queues[(queues.index(step.queue) + 1) % len(queues)]
    calling = [slug for slug in queues if slug in (waiting or {})]
    if waiting is None or not calling:
        return queues[0]
    return min(calling, key=lambda slug: (plan.queues[slug].priority, waiting[slug]))
