"""The webhooks of an operator's leg: sign in, wait for a caller, wrap up, again."""

from datetime import datetime
from typing import ClassVar

from callcenter import presence
from callcenter.decision import Decision, Verb
from callcenter.flow.decide import decide
from callcenter.flow.operator import served
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.routes import Kind
from callcenter.webhooks import pin_gate
from callcenter.webhooks.base import WebhookView


class ClientView(WebhookView):
    """An operator calls from the browser: to take callers, or to ring somebody."""

    kind = Kind.CLIENT
    safe_decision: ClassVar[Decision] = Decision(Verb.SIGN_OFF)


class OperatorView(WebhookView):
    """An operator signs in, or is ready for the next caller."""

    kind = Kind.OPERATOR
    safe_decision: ClassVar[Decision] = Decision(Verb.WAIT)

    def decide(self, step: Step, plan: Plan, now: datetime) -> Decision:
        """Decide also by who waits, where the operator serves several queues.

        And by whether a PIN may be tried at all.
        """
        operator = plan.operator(step.params.from_raw)
        queues = served(operator, plan) if operator else []
        waiting = presence.oldest_waiting(queues, now) if len(queues) > 1 else None
        is_locked = operator is not None and pin_gate.is_locked(
            operator, step, self.event
        )
        return decide(step, plan, now, waiting=waiting, is_locked=is_locked)


class OperatorDoneView(WebhookView):
    """An operator's conversation is over, or no caller came."""

    kind = Kind.OPERATOR_DONE
    safe_decision: ClassVar[Decision] = Decision(Verb.WRAP_UP)
