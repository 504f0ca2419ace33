"""Decision, request and plan -> document. No database.

The same decision gives the document again whenever it is needed; one that does not fit
the request (of another version, or none) gives what serves whoever is on the line.
"""

from collections.abc import Set

from twilio.twiml.voice_response import VoiceResponse

from callcenter.flow import caller_twiml, operator_twiml
from callcenter.flow.plan import Plan
from callcenter.flow.speech import is_speakable
from callcenter.flow.step import Step


def document(
    decision: str, step: Step, plan: Plan, *, staffed: Set[str] | None = None
) -> VoiceResponse:
    """What Twilio is answered; empty where it asks nothing.

    `staffed` says in which queues somebody is signed in; None where nobody knows.
    """
    code, _, rest = decision.partition(":")
    match step.kind:
        case "incoming" | "menu" | "queue-exit":
            return _caller(code, rest, step, plan)
        case "wait" if code == "leave":
            return caller_twiml.leave()
        case "wait":
            return caller_twiml.hold(step, plan, staffed)
        case "connect":
            return caller_twiml.announce(step, plan)
        case "operator":
            return _operator(code, rest, step, plan)
        case "operator-done" if code == "dial":
            return operator_twiml.next_dial(step)
        case "operator-done":
            return operator_twiml.wrap_up(step, plan)
        case "fallback" if code == "dial" and _is_name(rest):
            return caller_twiml.forward(rest, step, plan)
        case "fallback":
            return caller_twiml.apology(step, plan)
        case _:
            return VoiceResponse()


def _caller(code: str, rest: str, step: Step, plan: Plan) -> VoiceResponse:
    queue, _, visit = rest.rpartition("/")
    match code:
        case "menu" if _is_name(rest):
            return caller_twiml.menu(rest, step, plan)
        case "enqueue" if _is_name(queue) and visit.isdecimal():
            return caller_twiml.enqueue(queue, int(visit), step, plan)
        case "message":
            return caller_twiml.message(rest, step, plan)
        case "closed":
            return caller_twiml.closed(step, plan)
        case "operator":
            return operator_twiml.enter(step)
        case "end" if step.kind == "queue-exit":
            # The caller has gone, or talked already: nothing more to say.
            return VoiceResponse()
        case "end":
            return caller_twiml.goodbye(step, plan)
        case _:
            return caller_twiml.apology(step, plan)


def _is_name(text: str) -> bool:
    """Whether it can stand in a path and a document of ours, as every code can."""
    return bool(text.strip()) and "/" not in text and is_speakable(text)


def _operator(code: str, rest: str, step: Step, plan: Plan) -> VoiceResponse:
    match code:
        case "ask_pin":
            return operator_twiml.ask_pin(step, plan)
        case "dial" if _is_name(rest):
            return operator_twiml.dial(rest, step, plan)
        case "wait":
            return operator_twiml.wait(step, plan)
        case "sign_off":
            return operator_twiml.sign_off(step, plan)
        case _:
            return caller_twiml.apology(step, plan)
