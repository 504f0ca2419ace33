"""A trial call: what a caller of a line hears, and where each key leads. No database.

No call is made. Every answer is the flow's own: its decision, its document, and the
address in that document for the next request.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import QueryDict
from django.urls import get_script_prefix, resolve
from twilio.twiml.voice_response import VoiceResponse

from callcenter.decision import Decision, Verb
from callcenter.flow import links
from callcenter.flow.decide import KEYS, chosen, decide
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.flow.twiml import document
from callcenter.models import MenuOption
from callcenter.params import VoiceParams, whole_number
from callcenter.routes import Kind

SILENCE, HANG_UP = "s", "h"
INPUTS = KEYS | {SILENCE, HANG_UP}

# The caller withholds the number, so that the flow takes none for an operator.
_CALLER = VoiceParams(call_sid=f"CA{'0' * 32}", call_status="ringing")
_NOBODY: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing heard: a text with the language of its voice, a file, or hold music."""

    text: str = ""
    language: str = ""
    audio_url: str = ""
    is_music: bool = False


@dataclass(frozen=True, slots=True)
class InQueue:
    """What a caller hears in a queue, by what happens there."""

    queue: str
    max_wait_seconds: int
    waiting: tuple[Heard, ...]
    unstaffed: tuple[Heard, ...]
    connecting: tuple[Heard, ...]
    overflowed: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of ours: to which input, what was decided, what is heard."""

    input: str  # empty where the call begins
    decision: Decision
    heard: tuple[Heard, ...]
    in_queue: InQueue | None = None
    # Where the next input is sent; empty when none is asked for.
    address: str = ""
    # A queue that is off, if callers were led there and go to another one instead.
    missed: str = ""


@dataclass(frozen=True, slots=True)
class TrialCall:
    """A whole trial call, from its start to where the inputs have led."""

    answers: Sequence[Answer]
    # Without those that came after the end of the call.
    inputs: str
    is_hung_up: bool = False

    @property
    def menu(self) -> str:
        """The menu that waits for a key now; empty when none does."""
        last = self.answers[-1]
        return last.decision.target if last.address and not self.is_hung_up else ""


def try_call(number: str, plan: Plan, now: datetime, inputs: str) -> TrialCall:
    """A call to a line of the plan at a moment; `inputs` are some of INPUTS."""
    caller = replace(_CALLER, to_raw=number)
    answers = [_answer("", Step(Kind.INCOMING, caller), plan, now)]
    done = ""
    for each in inputs:
        address = answers[-1].address
        if not address:
            break
        done += each
        if each == HANG_UP:
            return TrialCall(answers, done, is_hung_up=True)
        digits = "" if each == SILENCE else each
        step = _step(address, replace(caller, digits=digits))
        answers.append(_answer(each, step, plan, now))
    return TrialCall(answers, done)


def _answer(given: str, step: Step, plan: Plan, now: datetime) -> Answer:
    decision = decide(step, plan, now)
    answer = document(decision, step, plan)
    gather = _verb(answer, "Gather")
    enqueue = _verb(answer, "Enqueue")
    return Answer(
        input=given,
        decision=decision,
        # What follows an Enqueue is heard only where Twilio ignores its action.
        heard=_heard(answer, until=enqueue),
        in_queue=_in_queue(enqueue, step, plan, now) if enqueue else None,
        address=gather.attrs["action"] if gather else "",
        missed=_missed(decision, step, plan),
    )


def _missed(decision: Decision, step: Step, plan: Plan) -> str:
    """The queue that was meant where the caller enters another one; else empty."""
    if decision.verb != Verb.ENQUEUE:
        return ""
    option = chosen(step, plan) if step.kind == Kind.MENU else None
    line = plan.line(step.params.line_raw)
    meant = line.queue if line else ""
    if option is not None and option.action == MenuOption.Action.QUEUE:
        meant = option.target
    return "" if meant in plan.queues else meant


def _in_queue(enqueue: VoiceResponse, step: Step, plan: Plan, now: datetime) -> InQueue:
    """What is heard in a queue at each event, as if no other had happened before."""
    first = replace(step.params, queue_time=0, queue_position=1)
    wait = _step(enqueue.attrs["waitUrl"], first)
    queue = plan.queue(wait.queue)
    connect = Step(
        Kind.CONNECT,
        step.params,
        queue=queue.slug,
        is_recorded=queue.records_conversations,
    )
    out = replace(step.params, queue_result="leave")
    left = _step(enqueue.attrs["action"], out)

    def answer(asked: Step, staffed: Set[str] | None = None) -> VoiceResponse:
        decision = decide(asked, plan, now, staffed=staffed)
        return document(decision, asked, plan, staffed=staffed)

    alone = answer(wait, _NOBODY)
    return InQueue(
        queue=queue.slug,
        max_wait_seconds=queue.max_wait_seconds,
        waiting=_heard(answer(wait)),
        unstaffed=_heard(answer(left) if _verb(alone, "Leave") else alone),
        connecting=_heard(answer(connect)),
        overflowed=_heard(answer(left)),
    )


def _step(address: str, params: VoiceParams) -> Step:
    """The request that Twilio would send to one of our addresses."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    # Behind a proxy the address has a prefix that our paths do not have.
    for prefix in (urlsplit(settings.PUBLIC_BASE_URL).path, get_script_prefix()):
        path = f"/{path.removeprefix(prefix.rstrip('/')).lstrip('/')}"
    match, query = resolve(path), QueryDict(parts.query)

    def number(text: str) -> int:
        return whole_number(text) or 0

    visit = number(match.kwargs.get("visit", ""))
    return Step(
        kind=match.url_name or "",
        params=replace(params, call_status="in-progress"),
        queue=match.kwargs.get("queue", ""),
        visit=visit,
        menu=match.kwargs.get("menu", ""),
        step=number(query.get("step", "")),
        visits=visit or number(query.get("visits", "")),
        again=number(query.get("again", "")),
        language=query.get("lang", ""),
    )


def _verb(answer: VoiceResponse, name: str) -> VoiceResponse | None:
    return next((verb for verb in answer.verbs if verb.name == name), None)


def _heard(
    answer: VoiceResponse, until: VoiceResponse | None = None
) -> tuple[Heard, ...]:
    """What a document says and plays before a verb, in order, also inside a Gather."""
    found: list[Heard] = []
    for verb in answer.verbs:
        if verb is until:
            break
        if verb.name == "Say":
            language = str(verb.attrs.get("language", "")).partition("-")[0]
            found.append(Heard(text=verb.value, language=language))
        elif verb.name == "Play" and verb.value == links.hold_music():
            # Its address contains the password of the webhooks, which no page may show.
            found.append(Heard(is_music=True))
        elif verb.name == "Play":
            found.append(Heard(audio_url=verb.value))
        elif verb.name == "Gather":
            found += _heard(verb)
    return tuple(found)
