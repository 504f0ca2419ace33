"""The webhooks of a caller's leg, from the ring to the exit from a queue."""

from collections.abc import Set
from dataclasses import replace
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
from callcenter.webhooks.caller_past import language_of, why_left


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
        place, estimate = step.params.queue_position, None
        if place and plan.queue(step.queue).announces_wait:
            estimate = presence.estimated_wait(step.queue, place, now)
        return document(
            decision,
            step,
            plan,
            staffed=staffed(plan, now),
            estimate_seconds=estimate,
        )


class QueueExitView(WebhookView):
    """The caller has left the queue; the call is over, or goes on."""

    kind = Kind.QUEUE_EXIT

    def decide(self, step: Step, plan: Plan, now: datetime) -> Decision:
        """Decide also by why our wait document took the caller out."""
        left = ""
        if step.params.queue_result == "leave":
            left = why_left(self.event)
        return decide(step, plan, now, left=left)


class VoicemailView(WebhookView):
    """The caller has left a message, or hung up instead."""

    kind = Kind.VOICEMAIL
    safe_decision: ClassVar[Decision] = Decision(Verb.GOODBYE)


class ConnectView(WebhookView):
    """An operator takes the caller, who first hears an announcement."""

    kind = Kind.CONNECT
    safe_decision: ClassVar[Decision] = Decision(Verb.ANNOUNCE)

    def document(
        self, decision: Decision, step: Step, plan: Plan, now: datetime
    ) -> VoiceResponse:
        """The announcement, in the language that the caller has been spoken to."""
        spoken = replace(step, language=step.language or language_of(self.event))
        return document(decision, spoken, plan)


def staffed(plan: Plan, now: datetime) -> Set[str] | None:
    """The queues that an operator of the plan serves now; None if it is unknown."""
    serving = presence.serving(now)
    if serving is None:
        return None
    operators = [plan.operator(name) for name in serving]
    return {queue for one in operators if one for queue in one.queues}
