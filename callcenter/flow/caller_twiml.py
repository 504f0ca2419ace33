"""The documents that callers hear, one function for each moment. No database."""

from collections.abc import Callable, Mapping, Set

from twilio.twiml.voice_response import Gather, VoiceResponse

from callcenter.flow import links, prompts
from callcenter.flow.decide import (
    Left,
    chosen,
    is_unstaffed,
    language,
    misses,
    offers,
)
from callcenter.flow.plan import Plan
from callcenter.flow.prompts import Prompts
from callcenter.flow.speech import say, say_prompt
from callcenter.flow.step import Step
from callcenter.routes import Kind

POST = "POST"
FORWARDING_SECONDS = 30
VOICEMAIL_SECONDS = 180
# After so much silence a message is over.
SILENCE_SECONDS = 5
# How long a key is waited for after the music.
KEY_SECONDS = 1
# How often the keys are named that a caller who waits may press.
_OFFERED_EVERY_SECONDS = 60
# As long as a wait document takes: Twilio asks again after it.
_DOCUMENT_SECONDS = 20


def menu(slug: str, step: Step, plan: Plan) -> VoiceResponse:
    """Ask for a key: after the greeting, after a wrong key, or from another menu."""
    response = VoiceResponse()
    asked = plan.menus.get(slug)
    spoken = _from_here(step, plan)
    again = misses(step, plan) if step.kind == Kind.MENU else 0
    address = links.menu(step, slug, again=again, language=spoken)
    gather = response.gather(
        action=address,
        method=POST,
        input="dtmf",
        num_digits=1,
        timeout=asked.timeout_seconds if asked else 10,
        # No key ends the input, so that # can be an option too.
        finish_on_key="",
        action_on_empty_result=True,
    )
    if step.kind == Kind.INCOMING:
        _greet(gather, step, plan, spoken)
    elif again and step.params.digits:
        say(gather, prompts.of(spoken).wrong_key, prompts.of(spoken))
    given = asked.prompts if asked else ()
    say_prompt(gather, given, "main", spoken, prompts.of(spoken).menu)
    # Twilio gets here only where it does not post silence to the action.
    response.redirect(address, method=POST)
    return response


def enqueue(queue: str, visit: int, step: Step, plan: Plan) -> VoiceResponse:
    """Put the caller into a queue; the wait document says what is heard there."""
    response = VoiceResponse()
    spoken = _from_here(step, plan)
    if step.kind == Kind.INCOMING:
        _greet(response, step, plan, spoken)
    response.enqueue(
        queue,
        action=links.queue_exit(step, queue, visit, language=spoken),
        method=POST,
        wait_url=links.wait(step, queue, visit, language=spoken),
        wait_url_method=POST,
    )
    # Twilio gets here only where it does not request the action (docs/twilio.md 2.5).
    say(response, prompts.of(spoken).trouble, prompts.of(spoken))
    return response


def message(slug: str, step: Step, plan: Plan) -> VoiceResponse:
    """Read out a message and end the call."""
    response = VoiceResponse()
    spoken = _from_here(step, plan)
    found = plan.messages.get(slug)
    given = found.prompts if found else ()
    say_prompt(response, given, "main", spoken, prompts.of(spoken).message)
    response.hangup()
    return response


def closed(step: Step, plan: Plan) -> VoiceResponse:
    """Say that the line is closed at this hour, and end the call."""
    response = VoiceResponse()
    line, spoken = plan.line(step.params.line_raw), language(step, plan)
    given = line.prompts if line else ()
    say_prompt(response, given, "closed", spoken, prompts.of(spoken).closed)
    response.hangup()
    return response


def hold(
    step: Step,
    plan: Plan,
    staffed: Set[str] | None,
    estimate_seconds: int | None = None,
) -> VoiceResponse:
    """Say the caller's position, then play music until Twilio asks again.

    It lasts hardly longer than the music (20 s), because only Twilio's next request
    shows that the caller still waits. Meanwhile a key may be pressed where that is
    offered.
    """
    response = VoiceResponse()
    spoken = language(step, plan)
    sentences = prompts.of(spoken)
    unstaffed = is_unstaffed(step.queue, staffed)
    verb: VoiceResponse | Gather = response
    offered = offers(step, plan)
    if offered:
        verb = response.gather(
            action=links.wait(step, step.queue, step.visit, language=spoken),
            method=POST,
            input="dtmf",
            num_digits=1,
            timeout=KEY_SECONDS,
            finish_on_key="",
        )
    # An operator is promised only where one is signed in.
    if step.params.queue_time == 0 and not unstaffed:
        given = plan.queue(step.queue).prompts
        say_prompt(verb, given, "waiting", spoken, sentences.waiting)
    position = step.params.queue_position
    spoken_now = [sentences.position.format(position=position)] if position else []
    if unstaffed:
        spoken_now.append(sentences.unstaffed)
    elif estimate_seconds is not None:
        minutes = max(1, -(-estimate_seconds // 60))
        spoken_now.append(sentences.estimate.format(minutes=minutes))
    if (step.params.queue_time or 0) % _OFFERED_EVERY_SECONDS < _DOCUMENT_SECONDS:
        spoken_now += [_OFFER[wish](sentences) for wish in offered.values()]
    say(verb, " ".join(spoken_now), sentences)
    verb.play(links.hold_music())
    return response


_OFFER: Mapping[Left, Callable[[Prompts], str]] = {
    Left.CALLBACK: lambda sentences: sentences.offer_callback,
    Left.VOICEMAIL: lambda sentences: sentences.offer_voicemail,
}


def leave() -> VoiceResponse:
    """Take the caller out of the queue; the exit document says why."""
    response = VoiceResponse()
    response.leave()
    return response


def announce(step: Step, plan: Plan) -> VoiceResponse:
    """Announce that an operator takes the call now, and whether it is recorded."""
    response = VoiceResponse()
    spoken = language(step, plan)
    given = plan.queue(step.queue).prompts
    say_prompt(response, given, "connecting", spoken, prompts.of(spoken).connecting)
    if step.is_recorded:
        say_prompt(response, given, "recorded", spoken, prompts.of(spoken).recorded)
    return response


def callback_noted(step: Step, plan: Plan) -> VoiceResponse:
    """Say that the caller will be rung back, and end the call."""
    response = VoiceResponse()
    spoken = language(step, plan)
    given = plan.queue(step.queue).prompts
    say_prompt(response, given, "callback", spoken, prompts.of(spoken).callback_noted)
    response.hangup()
    return response


def voicemail(queue: str, visit: int, step: Step, plan: Plan) -> VoiceResponse:
    """Ask for a message, say that it is recorded, and record it.

    `visit` is 0 where a menu led here, so that no stay in the queue is counted.
    """
    response = VoiceResponse()
    spoken = _from_here(step, plan)
    given = plan.queue(queue).prompts
    say_prompt(response, given, "voicemail", spoken, prompts.of(spoken).voicemail)
    response.record(
        action=links.voicemail(step, queue, visit, language=spoken),
        method=POST,
        max_length=VOICEMAIL_SECONDS,
        timeout=SILENCE_SECONDS,
        finish_on_key="#",
        play_beep=True,
        recording_status_callback=links.recording(step),
        recording_status_callback_method=POST,
    )
    return response


def voicemail_noted(step: Step, plan: Plan) -> VoiceResponse:
    """Say that the message has been taken, and end the call."""
    response = VoiceResponse()
    sentences = prompts.of(language(step, plan))
    say(response, sentences.voicemail_noted, sentences)
    response.hangup()
    return response


def reject() -> VoiceResponse:
    """Do not take the call at all; it costs nothing."""
    response = VoiceResponse()
    response.reject()
    return response


def goodbye(step: Step, plan: Plan) -> VoiceResponse:
    """Say goodbye and end the call."""
    response = VoiceResponse()
    sentences = prompts.of(_from_here(step, plan))
    # A plan without queues means that nothing is set up, so the caller did not choose
    # to end.
    say(response, sentences.goodbye if plan.queues else sentences.trouble, sentences)
    response.hangup()
    return response


def apology(step: Step, plan: Plan) -> VoiceResponse:
    """Say why the caller cannot be served, and end the call."""
    response = VoiceResponse()
    sentences = prompts.of(language(step, plan))
    by_result = {"queue-full": sentences.full, "leave": sentences.left}
    text = by_result.get(step.params.queue_result, sentences.trouble)
    say(response, text, sentences)
    response.hangup()
    return response


def forward(number: str, step: Step, plan: Plan) -> VoiceResponse:
    """Pass the caller on to another number."""
    response = VoiceResponse()
    sentences = prompts.of(language(step, plan))
    say(response, sentences.forwarding, sentences)
    response.dial(timeout=FORWARDING_SECONDS).number(number)
    return response


def _greet(verb: VoiceResponse, step: Step, plan: Plan, spoken: str) -> None:
    line = plan.line(step.params.line_raw)
    given = line.prompts if line else ()
    say_prompt(verb, given, "greeting", spoken, prompts.of(spoken).greeting)


def _from_here(step: Step, plan: Plan) -> str:
    """The language from this step on, which a menu option may have changed."""
    option = chosen(step, plan) if step.kind == Kind.MENU else None
    return (option.language if option else "") or language(step, plan)
