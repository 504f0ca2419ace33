"""The documents an operator on the telephone hears, one function a moment. No database.

No document of these comes back at once: a loop without a pause would spin.
"""

from dataclasses import replace

from twilio.twiml.voice_response import Gather, VoiceResponse

from callcenter.flow import links, prompts
from callcenter.flow.decide import language
from callcenter.flow.operator import RANG_OUT, is_proven, served, wrong_pins
from callcenter.flow.plan import Plan
from callcenter.flow.prompts import Prompts
from callcenter.flow.speech import say
from callcenter.flow.step import Step

POST = "POST"
PIN_SECONDS = 10
# In the only queue nothing else is missed; of several the choice is made anew.
ONLY_QUEUE_SECONDS = 300
ONE_OF_SEVERAL_SECONDS = 15
# After a Dial that came to nothing at once, and while no queue is assigned.
PAUSE_SECONDS = 10
KEY_SECONDS = 1


def enter(step: Step) -> VoiceResponse:
    """From the line's number to the operator's loop."""
    response = VoiceResponse()
    response.redirect(links.operator(step, signed_in=False), method=POST)
    return response


def ask_pin(step: Step, plan: Plan) -> VoiceResponse:
    """Ask for the PIN; silence counts like a wrong one."""
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    tried = wrong_pins(step)
    gather = response.gather(
        action=links.operator(step, signed_in=False, again=tried),
        method=POST,
        input="dtmf",
        timeout=PIN_SECONDS,
        finish_on_key="#",
    )
    wrong = bool(step.params.digits)
    say(gather, sentences.wrong_pin if wrong else sentences.pin, sentences)
    silent = links.operator(step, signed_in=False, again=tried + 1)
    response.redirect(silent, method=POST)
    return response


def dial(queue: str, step: Step, plan: Plan) -> VoiceResponse:
    """Wait in a queue for its next caller; a key pressed before that signs off."""
    response = VoiceResponse()
    gather = _key(response, _admitted(step), queue)
    if not step.signed_in:
        sentences = _sentences(step, plan)
        say(gather, sentences.signed_in, sentences)
    who = plan.operator(step.params.from_raw)
    has_one = who is not None and len(served(who, plan)) == 1
    waiting = response.dial(
        action=links.operator_done(step, queue),
        method=POST,
        timeout=ONLY_QUEUE_SECONDS if has_one else ONE_OF_SEVERAL_SECONDS,
    )
    waiting.queue(queue, url=links.connect(step, queue), method=POST)
    return response


def wait(step: Step, plan: Plan) -> VoiceResponse:
    """Signed in, but without a queue to serve: look again in a while.

    Also what stands when a bug keeps us from deciding: it lets nobody in unproven.
    """
    response = VoiceResponse()
    who = plan.operator(step.params.from_raw)
    enters = not step.signed_in and who is not None and is_proven(who, step)
    onward = _admitted(step) if enters else step
    gather = _key(response, onward)
    if enters:
        sentences = _sentences(step, plan)
        say(gather, sentences.unassigned, sentences)
    gather.pause(length=PAUSE_SECONDS)
    return _go_on(response, onward)


def wrap_up(step: Step, plan: Plan) -> VoiceResponse:
    """Time for notes; longer where nobody has talked, which may happen at once."""
    response = VoiceResponse()
    seconds = plan.queue(step.queue).wrapup_seconds
    if not (step.params.dial_call_duration or step.params.dial_bridged):
        seconds = max(seconds, PAUSE_SECONDS)
    gather = _key(response, step)
    if seconds:
        gather.pause(length=seconds)
    return _go_on(response, step)


def next_dial(step: Step) -> VoiceResponse:
    """On after a Dial without a caller; not at once if it did not even ring out."""
    response = VoiceResponse()
    if step.params.dial_call_status != RANG_OUT:
        _key(response, step).pause(length=PAUSE_SECONDS)
    return _go_on(response, step, step.queue)


def sign_off(step: Step, plan: Plan) -> VoiceResponse:
    """Goodbye: to one who leaves, and to one who is not let in."""
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    refused = sentences.pin_refused
    if plan.operator(step.params.from_raw) is None:
        refused = sentences.goodbye
    say(response, sentences.signed_off if step.signed_in else refused, sentences)
    response.hangup()
    return response


def _sentences(step: Step, plan: Plan) -> Prompts:
    return prompts.of(language(step, plan))


def _admitted(step: Step) -> Step:
    """The step of an operator whose proof has just been accepted, or was before."""
    return replace(step, signed_in=True)


def _key(response: VoiceResponse, step: Step, queue: str = "") -> Gather:
    """Listens for the key that signs off; without one the document goes on."""
    return response.gather(
        action=links.operator(step, signed_in=step.signed_in, queue=queue),
        method=POST,
        input="dtmf",
        num_digits=1,
        timeout=KEY_SECONDS,
        finish_on_key="",
    )


def _go_on(response: VoiceResponse, step: Step, queue: str = "") -> VoiceResponse:
    address = links.operator(step, signed_in=step.signed_in, queue=queue)
    response.redirect(address, method=POST)
    return response
