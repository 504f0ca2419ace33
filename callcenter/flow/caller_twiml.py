"""The documents that callers hear, one function for each moment. No database."""

from collections.abc import Set

from twilio.twiml.voice_response import VoiceResponse

from callcenter.flow import links, prompts
from callcenter.flow.decide import chosen, is_unstaffed, language, misses
from callcenter.flow.plan import Plan
from callcenter.flow.speech import say, say_prompt
from callcenter.flow.step import Step
from callcenter.routes import Kind

POST = "POST"
FORWARDING_SECONDS = 30


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


def hold(step: Step, plan: Plan, staffed: Set[str] | None) -> VoiceResponse:
    """Say the caller's position, then play music until Twilio asks again.

    It lasts hardly longer than the music (20 s), because only Twilio's next request
    shows that the caller still waits.
    """
    response = VoiceResponse()
    spoken = language(step, plan)
    sentences = prompts.of(spoken)
    unstaffed = is_unstaffed(step.queue, staffed)
    # An operator is promised only where one is signed in.
    if step.params.queue_time == 0 and not unstaffed:
        given = plan.queue(step.queue).prompts
        say_prompt(response, given, "waiting", spoken, sentences.waiting)
    position = step.params.queue_position
    spoken_now = [sentences.position.format(position=position)] if position else []
    spoken_now += [sentences.unstaffed] if unstaffed else []
    say(response, " ".join(spoken_now), sentences)
    response.play(links.hold_music())
    return response


def leave() -> VoiceResponse:
    """Take the caller out of the queue; the exit document says why."""
    response = VoiceResponse()
    response.leave()
    return response


def announce(step: Step, plan: Plan) -> VoiceResponse:
    """Announce to the caller that an operator takes the call now."""
    response = VoiceResponse()
    spoken = language(step, plan)
    given = plan.queue(step.queue).prompts
    say_prompt(response, given, "connecting", spoken, prompts.of(spoken).connecting)
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
    """Pass the caller on to the line's fallback number."""
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
