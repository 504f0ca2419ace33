"""The webhooks of a ring-back: Twilio rings an operator's telephone, then the caller.

Whom it rings says the database alone. Without it nobody is rung.
"""

from datetime import datetime
from typing import ClassVar

from twilio.twiml.voice_response import VoiceResponse

from callcenter import patience
from callcenter.decision import Decision, Verb
from callcenter.flow import ring_back
from callcenter.flow.decide import APOLOGY, decide
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.flow.twiml import document
from callcenter.followup import ringing
from callcenter.numbers import number_in
from callcenter.routes import Kind
from callcenter.webhooks.base import WebhookView


class RingBackView(WebhookView):
    """The operator has taken the call, or has pressed a key."""

    kind = Kind.RING_BACK
    safe_decision: ClassVar[Decision] = APOLOGY
    # Whom the operator may ring by this request.
    whom = ""

    def decide(self, step: Step, plan: Plan, now: datetime) -> Decision:
        """Decide by whom this ring-back is for, if it is still to be done."""
        params, dials = step.params, ring_back.dials(step)
        self.whom = patience.ask(
            lambda: ringing.whom(
                step.token, params.call_sid, number_in(params.to_raw), dials=dials
            ),
            "",
            # Somebody may be acting on the caller: that says nothing of the database.
            may_give_up=False,
        )
        return decide(step, plan, now, whom=self.whom)

    def document(
        self, decision: Decision, step: Step, plan: Plan, now: datetime
    ) -> VoiceResponse:
        """The document; a repeat that may ring nobody any more says so."""
        return document(decision, step, plan, whom=self.whom)


class RingBackDoneView(WebhookView):
    """The call to the caller is over, or came to nothing."""

    kind = Kind.RING_BACK_DONE
    safe_decision: ClassVar[Decision] = Decision(Verb.GOODBYE)
