"""The document that rings somebody outside for an operator. No database."""

from twilio.twiml.voice_response import VoiceResponse

from callcenter.flow import links
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step

POST = "POST"
RINGING_SECONDS = 40


def ring(number: str, step: Step, plan: Plan, action: str = "") -> VoiceResponse:
    """Ring somebody, who sees the number of our line.

    The end of their leg is told to us, so that a caller who gave up is known to have
    been reached. `action` is asked what follows; without it the call ends.
    """
    response = VoiceResponse()
    line = plan.line(step.params.line_raw)
    dial = response.dial(
        action=action or None,
        method=POST if action else None,
        caller_id=line.number if line else None,
        answer_on_bridge=True,
        timeout=RINGING_SECONDS,
    )
    dial.number(
        number,
        status_callback=links.status(),
        status_callback_event="completed",
        status_callback_method=POST,
    )
    return response
