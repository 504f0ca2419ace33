"""What an operator's leg does next: PIN, next caller, wrap-up, pause, goodbye.

A caller ID can be forged, so it is no proof where a PIN is set (docs/contract.md 8.8).
No database.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from callcenter.decision import Decision, Verb
from callcenter.dialling import may_dial
from callcenter.flow.plan import CLIENT, OperatorPlan, Plan
from callcenter.flow.step import Between, Step
from callcenter.keyed import pin_matches
from callcenter.numbers import e164
from callcenter.params import CODE_KEY

# What operators who are signed in may press between two calls. A wrap-up code is typed
# as CODE_KEY, its digits and the hash key.
NOT_READY_KEY, READY_KEY, SIGN_OFF_KEY = "7", "8", "9"
# So many pauses in a row without a key, and whoever is not ready is signed off.
MOST_PAUSES = 24
MOST_WRONG_PINS = 3
# In place of a proof: of a PIN that is right no longer.
FORMER_PIN = "former"

# Values of DialCallStatus after a conversation.
OVER = frozenset({"completed", "answered"})
# The Dial lasted as long as it may, and no caller came.
NO_CALLER = "no-answer"


def next_call(
    step: Step,
    plan: Plan,
    waiting: Mapping[str, datetime] | None,
    *,
    is_locked: bool = False,
) -> Decision:
    """The PIN where it is still to be given, else the queue to serve next.

    `waiting` and `is_locked` are those of `flow.decide`.
    """
    who = plan.operator(step.params.from_raw)
    if who is None:
        # With an empty plan no operator is known; one who was signed in remains so.
        if not (step.signed_in and plan.is_empty):
            return Decision(Verb.SIGN_OFF)
        return _between_calls(step, plan) or Decision(Verb.WAIT)
    if not step.signed_in and (is_locked or not is_proven(who, step)):
        is_refused = is_locked or wrong_pins(step) >= MOST_WRONG_PINS
        return Decision(Verb.SIGN_OFF if is_refused else Verb.ASK_PIN)
    if key_of(step) != SIGN_OFF_KEY and has_another_pin(who, step):
        return Decision(Verb.ASK_PIN)
    if between := _between_calls(step, plan):
        return between
    queues = served(who, plan)
    if not queues:
        return Decision(Verb.WAIT)
    return Decision(Verb.DIAL, _best(queues, step, plan, waiting))


def after_call(step: Step, plan: Plan) -> Decision:
    """Wrap-up after a conversation, else the same queue again.

    An operator who is no longer in the plan is signed off by the next request.
    """
    who = plan.operator(step.params.from_raw)
    queues = served(who, plan) if who else []
    queue = step.queue or next(iter(queues), "")
    if step.params.dial_call_status in OVER or not queue:
        return Decision(Verb.WRAP_UP)
    return Decision(Verb.DIAL, queue)


def from_browser(step: Step, plan: Plan) -> Decision:
    """What an operator in the browser does: ring a number, or take callers.

    What the browser sends is checked as if anybody had sent it: who the operator is
    says the identity in the token that we signed, and only numbers are dialled that
    begin with an allowed prefix and are no line of ours.
    """
    raw = step.params.from_raw
    if not raw.startswith(CLIENT) or plan.operator(raw) is None:
        return Decision(Verb.SIGN_OFF)
    if not step.params.number:
        return Decision(Verb.OPERATOR)
    number = e164(step.params.number)
    if not number or not may_dial(number) or number in plan.lines:
        return Decision(Verb.APOLOGY)
    return Decision(Verb.DIAL, number)


def served(who: OperatorPlan, plan: Plan) -> list[str]:
    """The queues an operator serves, in the order of the plan."""
    return [slug for slug in plan.queues if slug in who.queues]


def wrong_pins(step: Step) -> int:
    """How many PINs were wrong or missing, this one included."""
    return step.again + bool(step.params.digits)


def needs_pin(who: OperatorPlan, step: Step) -> bool:
    """Whether the operator signs in by a PIN."""
    # The identity of a browser comes from a token that we signed; no PIN is needed.
    return bool(who.pin) and not step.params.from_raw.startswith(CLIENT)


def types_pin(who: OperatorPlan, step: Step) -> bool:
    """Whether a PIN has been typed, to sign in."""
    return not step.signed_in and bool(step.params.digits) and needs_pin(who, step)


def is_proven(who: OperatorPlan, step: Step) -> bool:
    """Whether the operator has given the right PIN, or needs none."""
    if not needs_pin(who, step):
        return True
    digits = step.params.digits
    return bool(digits) and pin_matches(digits, who.pin)


def proof(who: OperatorPlan) -> str:
    """Which PIN an operator has, or that there is none; the PIN cannot be read off it.

    URLs carry it from the sign-in on, so that a new PIN ends the sign-ins with the old.
    """
    return hashlib.sha256(who.pin.encode()).hexdigest()[:8]


def has_another_pin(who: OperatorPlan, step: Step) -> bool:
    """Whether the PIN has been changed since the operator signed in.

    False where the URL does not say which PIN that was: one of an earlier version.
    """
    if not step.signed_in or not needs_pin(who, step):
        return False
    return step.proof not in ("", proof(who))


def key_of(step: Step) -> str:
    """The key that an operator who is signed in has pressed, if it was only one.

    One that is pressed again and again, because it was not heard at once, is one.
    """
    digits = step.params.digits if step.signed_in else ""
    return digits[0] if len(set(digits)) == 1 else ""


def typed_code(step: Step) -> str:
    """What an operator who is signed in has typed as a wrap-up code; else empty."""
    digits = step.params.digits
    return digits[1:] if step.signed_in and digits.startswith(CODE_KEY) else ""


def _between_calls(step: Step, plan: Plan) -> Decision | None:
    """What a key leads to, or a pause without one; None: to the next caller.

    A code that is typed is kept, whatever the operator does at the time, and ends
    nothing. One that is unknown, or any other key, is asked for again.
    """
    if not step.signed_in:
        return None
    key = key_of(step)
    is_not_ready = step.state == Between.NOT_READY
    if key == SIGN_OFF_KEY:
        return Decision(Verb.SIGN_OFF)
    if key == READY_KEY:
        return None
    if code := plan.wrap_up_codes.get(typed_code(step)):
        return Decision(Verb.WRAP_UP, code)
    if is_not_ready and not step.params.digits and step.again >= MOST_PAUSES:
        return Decision(Verb.SIGN_OFF)
    if key == NOT_READY_KEY or is_not_ready:
        return Decision(Verb.NOT_READY)
    is_asked_again = step.state or step.params.digits.startswith(CODE_KEY)
    return Decision(Verb.WRAP_UP) if step.params.digits and is_asked_again else None


def _best(
    queues: Sequence[str],
    step: Step,
    plan: Plan,
    waiting: Mapping[str, datetime] | None,
) -> str:
    """The queue to serve: by priority, then by the oldest waiting caller."""
    if waiting is None and step.queue in queues:
        # Where callers wait is unknown: take turns, so that no queue is forgotten.
        return queues[(queues.index(step.queue) + 1) % len(queues)]
    calling = [slug for slug in queues if slug in (waiting or {})]
    if waiting is None or not calling:
        return queues[0]
    return min(calling, key=lambda slug: (plan.queues[slug].priority, waiting[slug]))
