"""The webhooks a caller goes through: answered, asked, waiting, connected, gone on."""

from datetime import datetime
from typing import ClassVar

from twilio.twiml.voice_response import VoiceResponse

from callcenter import presence
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
    """The caller has pressed a key, or kept silent."""

    kind = Kind.MENU


class WaitView(WebhookView):
    """The caller waits: what they hear until Twilio asks again."""

    kind = Kind.WAIT
    safe_decision: ClassVar[str] = "hold"

    def decide(self, step: Step, plan: Plan, now: datetime) -> str:
        """Also by whether somebody serves the queue, which is looked up at times."""
        return decide(step, plan, now, staffed=presence.staffed(plan, now))

    def document(
        self, decision: str, step: Step, plan: Plan, now: datetime
    ) -> VoiceResponse:
        """Tells a caller whom nobody serves that this is so."""
        return document(decision, step, plan, staffed=presence.staffed(plan, now))


class QueueExitView(WebhookView):
    """The caller has left the queue: it is over, or something follows."""

    kind = Kind.QUEUE_EXIT


class ConnectView(WebhookView):
    """An operator takes the caller, who hears an announcement first."""

    kind = Kind.CONNECT
    safe_decision: ClassVar[str] = "announce"
