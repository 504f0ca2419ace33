"""The webhooks of an operator's leg: sign in, wait for a caller, wrap up, again."""

from datetime import datetime
from typing import ClassVar

from callcenter import presence
from callcenter.flow.decide import decide
from callcenter.flow.operator import served
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.routes import Kind
from callcenter.webhooks.base import WebhookView


class OperatorView(WebhookView):
    """An operator signs in, or is ready for the next caller."""

    kind = Kind.OPERATOR
    safe_decision: ClassVar[str] = "wait"

    def decide(self, step: Step, plan: Plan, now: datetime) -> str:
        """Of several queues the best one, for which it is looked up who waits."""
        operator = plan.operator(step.params.from_raw)
        queues = served(operator, plan) if operator else []
        waiting = presence.waiting(queues, now) if len(queues) > 1 else None
        return decide(step, plan, now, waiting=waiting)


class OperatorDoneView(WebhookView):
    """An operator's conversation is over, or nobody came."""

    kind = Kind.OPERATOR_DONE
    safe_decision: ClassVar[str] = "wrap_up"
