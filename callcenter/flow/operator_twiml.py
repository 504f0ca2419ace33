"""The documents that operators on the telephone hear, one function for each moment.

Each document takes some time before it leads back to us, or the requests would come in
a loop without end. No database.
"""

from dataclasses import replace

from twilio.twiml.voice_response import Gather, VoiceResponse

from callcenter.flow import links, prompts
from callcenter.flow.decide import language
from callcenter.flow.operator import (
    FORMER_PIN,
    NO_CALLER,
    NOT_READY_KEY,
    READY_KEY,
    is_proven,
    key_of,
    proof,
    served,
    typed_code,
    wrong_pins,
)
from callcenter.flow.plan import CLIENT, OperatorPlan, Plan
from callcenter.flow.prompts import Prompts
from callcenter.flow.speech import say
from callcenter.flow.step import Between, Step

POST = "POST"
PIN_SECONDS = 10
# An operator of one queue can wait in it for long; of several queues the best one is
# chosen again and again (docs/contract.md 8.20). No key is heard meanwhile.
ONLY_QUEUE_SECONDS = 120
ONE_OF_SEVERAL_SECONDS = 15
# After a Dial that failed at once, while no queue is assigned, and after a key that
# has no meaning.
PAUSE_SECONDS = 10
# Of an operator who is not ready; together operator.MOST_PAUSES of them are two hours.
NOT_READY_SECONDS = 300
# After a wrap-up code was noted: time to correct it, or to be not ready.
NOTED_SECONDS = 5
KEY_SECONDS = 1
# From one key of a wrap-up code to the next.
CODE_SECONDS = 3


def enter(step: Step) -> VoiceResponse:
    """Lead from the line's number to the operator's loop."""
    response = VoiceResponse()
    response.redirect(links.operator(step, signed_in=False), method=POST)
    return response


def ask_pin(step: Step, plan: Plan) -> VoiceResponse:
    """Ask for the PIN; silence counts as a wrong one."""
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
    """Wait in a queue for its next caller; keys are heard before that."""
    response = VoiceResponse()
    who = plan.operator(step.params.from_raw)
    has_one = who is not None and len(served(who, plan)) == 1
    admitted = _admitted(step, who)
    gather = _key(response, admitted, queue)
    sentences = _sentences(step, plan)
    if not step.signed_in:
        say(gather, sentences.signed_in, sentences)
        _say_keys(gather, step, plan)
    elif key_of(step) == READY_KEY:
        say(gather, sentences.ready, sentences)
    elif has_one and step.queue and not _is_in_browser(step):
        # Once in a while, or nobody would know when a key is heard.
        say(gather, sentences.still_ready, sentences)
    is_recorded = plan.queue(queue).records_conversations
    waiting = response.dial(
        action=links.operator_done(admitted, queue),
        method=POST,
        timeout=ONLY_QUEUE_SECONDS if has_one else ONE_OF_SEVERAL_SECONDS,
        # The page of a desk ends a conversation by it and keeps the leg, for wrap-up.
        hangup_on_star=True if _is_in_browser(step) else None,
        **(_recording(step) if is_recorded else {}),
    )
    address = links.connect(step, queue, is_recorded=is_recorded)
    waiting.queue(queue, url=address, method=POST)
    return response


def wait(step: Step, plan: Plan) -> VoiceResponse:
    """Pause where there is no queue to serve, then look again.

    Also the document after a failure of ours, so it signs nobody in without a PIN.
    """
    response = VoiceResponse()
    who = plan.operator(step.params.from_raw)
    enters = not step.signed_in and who is not None and is_proven(who, step)
    onward = _admitted(step, who) if enters else step
    gather = _key(response, onward)
    if enters:
        sentences = _sentences(step, plan)
        say(gather, sentences.unassigned, sentences)
        if not _is_in_browser(step):
            say(gather, sentences.key_hint, sentences)
    gather.pause(length=PAUSE_SECONDS)
    return _go_on(response, onward)


def wrap_up(step: Step, plan: Plan) -> VoiceResponse:
    """Pause for notes; at least PAUSE_SECONDS where no conversation took place."""
    response = VoiceResponse()
    seconds = plan.queue(step.queue).wrapup_seconds
    if not (step.params.dial_call_duration or step.params.dial_bridged):
        seconds = max(seconds, PAUSE_SECONDS)
    _pause(_keys(response, step, plan, Between.WRAP_UP), seconds, plan)
    return _go_on(response, step)


def wrap_up_again(step: Step, plan: Plan) -> VoiceResponse:
    """Say that nothing came of the keys, and which there are; wrap-up goes on."""
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    gather = _keys(response, step, plan, Between.WRAP_UP)
    unknown = sentences.unknown_code if typed_code(step) else sentences.unknown_key
    say(gather, unknown, sentences)
    if plan.wrap_up_codes:
        say(gather, sentences.code_hint, sentences)
    say(gather, sentences.keys, sentences)
    _pause(gather, PAUSE_SECONDS, plan)
    return _go_on(response, step)


def code_noted(step: Step, plan: Plan) -> VoiceResponse:
    """Say that a wrap-up code is noted; then what the operator did before goes on."""
    if step.state == Between.NOT_READY:
        return not_ready(step, plan, is_noted=True)
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    gather = _keys(response, step, plan, Between.WRAP_UP)
    say(gather, sentences.code_noted, sentences)
    _pause(gather, NOTED_SECONDS, plan)
    return _go_on(response, step)


def not_ready(step: Step, plan: Plan, *, is_noted: bool = False) -> VoiceResponse:
    """Say how to be ready again, and pause; then ask what is next.

    `is_noted` says that a wrap-up code has been typed and is noted.
    """
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    gather = _keys(response, step, plan, Between.NOT_READY)
    if is_noted:
        say(gather, sentences.code_noted, sentences)
    elif typed_code(step):
        say(gather, sentences.unknown_code, sentences)
    elif step.params.digits and key_of(step) != NOT_READY_KEY:
        say(gather, sentences.unknown_key, sentences)
    say(gather, sentences.not_ready, sentences)
    _pause(gather, NOT_READY_SECONDS, plan)
    is_silent = step.state == Between.NOT_READY and not step.params.digits
    onward = links.operator(
        step,
        signed_in=step.signed_in,
        again=step.again + 1 if is_silent else 1,
        state=Between.NOT_READY,
    )
    response.redirect(onward, method=POST)
    return response


def next_dial(step: Step) -> VoiceResponse:
    """Dial again after no caller came; after a pause if the Dial ended early."""
    response = VoiceResponse()
    if step.params.dial_call_status != NO_CALLER:
        _key(response, step).pause(length=PAUSE_SECONDS)
    return _go_on(response, step, step.queue)


def not_dialled(step: Step, plan: Plan) -> VoiceResponse:
    """Say that this number must not be rung, and end the call."""
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    say(response, sentences.not_dialled, sentences)
    response.hangup()
    return response


def sign_off(step: Step, plan: Plan) -> VoiceResponse:
    """Say goodbye to an operator who signs off or is refused, and end the call."""
    response = VoiceResponse()
    sentences = _sentences(step, plan)
    refused = sentences.pin_refused
    if plan.operator(step.params.from_raw) is None:
        refused = sentences.goodbye
    say(response, sentences.signed_off if step.signed_in else refused, sentences)
    response.hangup()
    return response


def _is_in_browser(step: Step) -> bool:
    return step.params.from_raw.startswith(CLIENT)


def _say_keys(gather: Gather, step: Step, plan: Plan) -> None:
    """Say which keys there are; the page of a desk has buttons instead."""
    if _is_in_browser(step):
        return
    sentences = _sentences(step, plan)
    say(gather, sentences.key_hint, sentences)
    if plan.wrap_up_codes:
        say(gather, sentences.code_hint, sentences)


def _sentences(step: Step, plan: Plan) -> Prompts:
    return prompts.of(language(step, plan))


def _admitted(step: Step, who: OperatorPlan | None) -> Step:
    """The step as one of an operator who is signed in, now or before.

    A request that is repeated after the PIN was changed is answered as the first time.
    It proves the former PIN, which the next request is not believed.
    """
    given = step.proof
    if who and not step.signed_in:
        given = proof(who) if is_proven(who, step) else FORMER_PIN
    return replace(step, signed_in=True, proof=given)


def _recording(step: Step) -> dict[str, str]:
    """The attributes of a Dial that records the conversation, from the answer on."""
    return {
        "record": "record-from-answer",
        "recording_status_callback": links.recording(step),
        "recording_status_callback_method": POST,
    }


def _keys(response: VoiceResponse, step: Step, plan: Plan, state: Between) -> Gather:
    """Listen for a key between two calls, and for wrap-up codes if there are any.

    A code has several digits, so then a key counts after a while, or at once with hash.
    """
    if not plan.wrap_up_codes:
        return _key(response, step, state=state)
    return response.gather(
        action=links.operator(step, signed_in=step.signed_in, state=state),
        method=POST,
        input="dtmf",
        timeout=CODE_SECONDS,
        finish_on_key="#",
    )


def _pause(gather: Gather, seconds: int, plan: Plan) -> None:
    """Let so many seconds pass, and KEY_SECONDS in which keys are waited for."""
    if plan.wrap_up_codes:
        seconds -= CODE_SECONDS - KEY_SECONDS
    if seconds > 0:
        gather.pause(length=seconds)


def _key(
    response: VoiceResponse, step: Step, queue: str = "", *, state: str = ""
) -> Gather:
    """Listen for one key; without a key the document goes on."""
    return response.gather(
        action=links.operator(step, signed_in=step.signed_in, queue=queue, state=state),
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
