"""The webhooks of a caller's leg, from the ring to the exit from a queue."""

from collections.abc import Set
from datetime import datetime
from typing import ClassVar

from twilio.twiml.voice_response import VoiceResponse

from callcenter import presence
from callcenter.decision import Decision, Verb
from callcenter.flow.decide import decide
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.flow.twiml import document
from callcenter.routes import Kind
from callcenter.webhooks.base import WebhookView


class IncomingView(WebhookView):
    """A number of ours is called, by a customer or by an operator who signs in."""

    kind = Kind.INCOMING


class MenuView(WebhookView):
    """The caller has pressed a key, or none in time."""

    kind = Kind.MENU


class WaitView(WebhookView):
    """The caller waits; Twilio asks again after each document."""

    kind = Kind.WAIT
    safe_decision: ClassVar[Decision] = Decision(Verb.HOLD)

    def decide(self, step: Step, plan: Plan, now: datetime) -> Decision:
        """Decide also by whether an operator is signed in for the queue."""
        return decide(step, plan, now, staffed=staffed(plan, now))

    def document(
        self, decision: Decision, step: Step, plan: Plan, now: datetime
    ) -> VoiceResponse:
        """The wait document; it says so where no operator is signed in."""
        return document(decision, step, plan, staffed=staffed(plan, now))


class QueueExitView(WebhookView):
    """The caller has left the queue; the call is over, or goes on."""

    kind = Kind.QUEUE_EXIT


class ConnectView(WebhookView):
    """An operator takes the caller, who first hears an announcement."""

    kind = Kind.CONNECT
    safe_decision: ClassVar[Decision] = Decision(Verb.ANNOUNCE)


def staffed(plan: Plan, now: datetime) -> Set[str] | None:
    """The queues that an operator of the plan serves now; None if it is unknown."""
    serving = presence.serving(now)
    if serving is None:
        return None
    operators = [plan.operator(name) for name in serving]
    return {queue for one in operators if one for queue in one.queues}
