"""The documents of a ring-back: what the operator hears, and whom Twilio rings then.

No database.
"""

from twilio.twiml.voice_response import VoiceResponse

from callcenter.flow import links, outside_twiml, prompts
from callcenter.flow.decide import language
from callcenter.flow.operator import OVER
from callcenter.flow.plan import Plan
from callcenter.flow.prompts import Prompts
from callcenter.flow.speech import say
from callcenter.flow.step import Step
from callcenter.numbers import phone_number

POST = "POST"
KEY_SECONDS = 10


def announce(whom: str, step: Step, plan: Plan) -> VoiceResponse:
    """Say who is to be rung back, and ask for the key; without it the call ends."""
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    gather = response.gather(
        action=links.ring_back_key(step),
        method=POST,
        input="dtmf",
        num_digits=1,
        timeout=KEY_SECONDS,
        finish_on_key="",
    )
    say(gather, sentences.ring_back.format(number=_spoken(whom)), sentences)
    say(response, sentences.ring_back_dropped, sentences)
    response.hangup()
    return response


def ring(whom: str, step: Step, plan: Plan) -> VoiceResponse:
    """Ring the caller; what became of it is told to us."""
    return outside_twiml.ring(whom, step, plan, links.ring_back_done(step))


def dropped(step: Step, plan: Plan) -> VoiceResponse:
    """Say that nobody is rung, as the operator wishes."""
    sentences = _sentences(step, plan)
    return _said(sentences.ring_back_dropped, sentences)


def refused(step: Step, plan: Plan) -> VoiceResponse:
    """Say that nobody can be rung now."""
    sentences = _sentences(step, plan)
    return _said(sentences.ring_back_refused, sentences)


def over(step: Step, plan: Plan) -> VoiceResponse:
    """Say that the caller did not answer; after a conversation nothing."""
    sentences = _sentences(step, plan)
    has_talked = step.params.dial_call_status in OVER
    return _said("" if has_talked else sentences.ring_back_unanswered, sentences)


def _said(text: str, sentences: Prompts) -> VoiceResponse:
    response = VoiceResponse()
    say(response, text, sentences)
    response.hangup()
    return response


def _spoken(number: str) -> str:
    """A number in digits, with a pause after each group."""
    return ", ".join(" ".join(group) for group in phone_number(number).split("-"))


def _sentences(step: Step, plan: Plan) -> Prompts:
    return prompts.of(language(step, plan))
