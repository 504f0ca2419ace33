"""From a decision, its request and the plan to the TwiML document. No database.

The same decision gives the same document whenever it is needed again. A decision that
does not fit the request (of another version, or none) gives whatever serves the person
on the line.
"""

from collections.abc import Set

from twilio.twiml.voice_response import VoiceResponse

from callcenter.decision import Decision, Verb
from callcenter.dialling import is_dialled
from callcenter.flow import caller_twiml, operator_twiml, outside_twiml, ring_back_twiml
from callcenter.flow.decide import BLOCKED
from callcenter.flow.plan import Plan
from callcenter.flow.speech import is_speakable
from callcenter.flow.step import Step
from callcenter.routes import Kind


def document(
    decision: Decision,
    step: Step,
    plan: Plan,
    *,
    staffed: Set[str] | None = None,
    estimate_seconds: int | None = None,
    whom: str = "",
) -> VoiceResponse:
    """The document for Twilio; empty for kinds that expect none.

    `staffed` holds the queues in which an operator is signed in, `estimate_seconds` how
    long the caller will probably wait; None means unknown. `whom` is the number that an
    operator may ring back now, empty for none.

    No number that must not be dialled gets into a document, whatever was decided: this
    is the last gate.
    """
    verb, target = decision.verb, decision.target
    match step.kind:
        case Kind.INCOMING if step.params.is_over:
            # Nobody listens any more.
            return VoiceResponse()
        case Kind.INCOMING | Kind.MENU | Kind.QUEUE_EXIT:
            return _caller(decision, step, plan)
        case Kind.WAIT if verb is Verb.LEAVE:
            return caller_twiml.leave()
        case Kind.WAIT:
            return caller_twiml.hold(step, plan, staffed, estimate_seconds)
        case Kind.CONNECT:
            return caller_twiml.announce(step, plan)
        case Kind.VOICEMAIL:
            return caller_twiml.voicemail_noted(step, plan)
        case Kind.CLIENT if verb is Verb.DIAL and is_dialled(target):
            return outside_twiml.ring(target, step, plan)
        case Kind.CLIENT if verb is Verb.OPERATOR:
            return operator_twiml.enter(step)
        case Kind.CLIENT if verb in (Verb.APOLOGY, Verb.DIAL):
            return operator_twiml.not_dialled(step, plan)
        case Kind.CLIENT:
            return operator_twiml.sign_off(step, plan)
        case Kind.RING_BACK if is_dialled(whom) and verb is Verb.DIAL:
            return ring_back_twiml.ring(whom, step, plan)
        case Kind.RING_BACK if is_dialled(whom) and verb is Verb.ANNOUNCE:
            return ring_back_twiml.announce(whom, step, plan)
        case Kind.RING_BACK if verb is Verb.SIGN_OFF:
            return ring_back_twiml.dropped(step, plan)
        case Kind.RING_BACK:
            return ring_back_twiml.refused(step, plan)
        case Kind.RING_BACK_DONE:
            return ring_back_twiml.over(step, plan)
        case Kind.OPERATOR:
            return _operator(decision, step, plan)
        case Kind.OPERATOR_DONE if verb is Verb.DIAL:
            return operator_twiml.next_dial(step)
        case Kind.OPERATOR_DONE:
            return operator_twiml.wrap_up(step, plan)
        case Kind.FALLBACK if verb is Verb.DIAL and is_dialled(target):
            return caller_twiml.forward(target, step, plan)
        case Kind.FALLBACK:
            return caller_twiml.apology(step, plan)
        case _:
            return VoiceResponse()


def _caller(decision: Decision, step: Step, plan: Plan) -> VoiceResponse:
    target = decision.target
    match decision.verb:
        case Verb.MENU if _is_name(target):
            return caller_twiml.menu(target, step, plan)
        case Verb.ENQUEUE if _is_name(target) and decision.visit:
            return caller_twiml.enqueue(target, decision.visit, step, plan)
        case Verb.MESSAGE:
            return caller_twiml.message(target, step, plan)
        case Verb.CLOSED:
            return caller_twiml.closed(step, plan)
        case Verb.OPERATOR:
            return operator_twiml.enter(step)
        case Verb.VOICEMAIL if step.kind == Kind.QUEUE_EXIT:
            return caller_twiml.voicemail(step.queue, step.visit, step, plan)
        case Verb.VOICEMAIL if _is_name(target):
            return caller_twiml.voicemail(target, 0, step, plan)
        case Verb.DIAL if step.kind == Kind.MENU and is_dialled(target):
            return caller_twiml.forward(target, step, plan)
        case Verb.GOODBYE if step.kind == Kind.QUEUE_EXIT:
            return caller_twiml.callback_noted(step, plan)
        case Verb.REJECT if target == BLOCKED.target:
            return caller_twiml.reject()
        case Verb.END if step.kind == Kind.QUEUE_EXIT:
            # The caller has hung up or has been served: nothing is left to say.
            return VoiceResponse()
        case Verb.END:
            return caller_twiml.goodbye(step, plan)
        case _:
            return caller_twiml.apology(step, plan)


def _operator(decision: Decision, step: Step, plan: Plan) -> VoiceResponse:
    match decision.verb:
        case Verb.ASK_PIN:
            return operator_twiml.ask_pin(step, plan)
        case Verb.DIAL if _is_name(decision.target):
            return operator_twiml.dial(decision.target, step, plan)
        case Verb.WAIT:
            return operator_twiml.wait(step, plan)
        case Verb.NOT_READY:
            return operator_twiml.not_ready(step, plan)
        case Verb.WRAP_UP if decision.target:
            return operator_twiml.code_noted(step, plan)
        case Verb.WRAP_UP:
            return operator_twiml.wrap_up_again(step, plan)
        case Verb.SIGN_OFF:
            return operator_twiml.sign_off(step, plan)
        case _:
            return caller_twiml.apology(step, plan)


def _is_name(text: str) -> bool:
    """Whether the text can stand in a path and in a document, as every slug can."""
    return bool(text.strip()) and "/" not in text and is_speakable(text)
