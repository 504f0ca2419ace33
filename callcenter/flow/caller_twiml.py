"""The documents a caller hears, one function a moment. No database."""

from collections.abc import Set

from twilio.twiml.voice_response import VoiceResponse

from callcenter.flow import links, prompts
from callcenter.flow.decide import chosen, is_unstaffed, language, misses
from callcenter.flow.plan import Plan
from callcenter.flow.speech import say, say_prompt
from callcenter.flow.step import Step

POST = "POST"
FORWARDING_SECONDS = 30


def menu(slug: str, step: Step, plan: Plan) -> VoiceResponse:
    """Ask for a key: after a greeting, after a wrong key, or from another menu."""
    response = VoiceResponse()
    asked = plan.menus.get(slug)
    spoken = _from_here(step, plan)
    again = misses(step, plan) if step.kind == "menu" else 0
    address = links.menu(step, slug, again=again, language=spoken)
    gather = response.gather(
        action=address,
        method=POST,
        input="dtmf",
        num_digits=1,
        timeout=asked.timeout_seconds if asked else 10,
        # None ends the input, so that # is a key like any other.
        finish_on_key="",
        action_on_empty_result=True,
    )
    if step.kind == "incoming":
        _greet(gather, step, plan, spoken)
    elif again and step.params.digits:
        say(gather, prompts.of(spoken).wrong_key, prompts.of(spoken))
    given = asked.prompts if asked else ()
    say_prompt(gather, given, "main", spoken, prompts.of(spoken).menu)
    # Reached only where silence is not posted: the same request, as silence.
    response.redirect(address, method=POST)
    return response


def enqueue(queue: str, visit: int, step: Step, plan: Plan) -> VoiceResponse:
    """Into a queue; what is heard there is the wait document's."""
    response = VoiceResponse()
    spoken = _from_here(step, plan)
    if step.kind == "incoming":
        _greet(response, step, plan, spoken)
    response.enqueue(
        queue,
        action=links.queue_exit(step, queue, visit, language=spoken),
        method=POST,
        wait_url=links.wait(step, queue, visit, language=spoken),
        wait_url_method=POST,
    )
    # Reached only if Twilio does not ask the action what follows (reference 2.5).
    say(response, prompts.of(spoken).trouble, prompts.of(spoken))
    return response


def message(slug: str, step: Step, plan: Plan) -> VoiceResponse:
    """Tell something; the call ends after it."""
    response = VoiceResponse()
    spoken = _from_here(step, plan)
    told = plan.messages.get(slug)
    given = told.prompts if told else ()
    say_prompt(response, given, "main", spoken, prompts.of(spoken).message)
    response.hangup()
    return response


def closed(step: Step, plan: Plan) -> VoiceResponse:
    """Say that nobody is there at this hour."""
    response = VoiceResponse()
    line, spoken = plan.line(step.params.to_raw), language(step, plan)
    given = line.prompts if line else ()
    say_prompt(response, given, "closed", spoken, prompts.of(spoken).closed)
    response.hangup()
    return response


def hold(step: Step, plan: Plan, staffed: Set[str] | None) -> VoiceResponse:
    """Tell a waiting caller their place, then play music until Twilio asks again.

    Not much longer than the music: the requests are also how we know who still waits.
    """
    response = VoiceResponse()
    spoken = language(step, plan)
    sentences = prompts.of(spoken)
    unstaffed = is_unstaffed(step.queue, staffed)
    # Nobody can be announced where nobody is.
    if step.params.queue_time == 0 and not unstaffed:
        given = plan.queue(step.queue).prompts
        say_prompt(response, given, "waiting", spoken, sentences.waiting)
    position = step.params.queue_position
    told = [sentences.position.format(position=position)] if position else []
    told += [sentences.unstaffed] if unstaffed else []
    say(response, " ".join(told), sentences)
    response.play(links.hold_music())
    return response


def leave() -> VoiceResponse:
    """Out of the queue; the exit document says why."""
    response = VoiceResponse()
    response.leave()
    return response


def announce(step: Step, plan: Plan) -> VoiceResponse:
    """Tell a caller that an operator is coming on the line."""
    response = VoiceResponse()
    spoken = language(step, plan)
    given = plan.queue(step.queue).prompts
    say_prompt(response, given, "connecting", spoken, prompts.of(spoken).connecting)
    return response


def goodbye(step: Step, plan: Plan) -> VoiceResponse:
    """End the call with a word."""
    response = VoiceResponse()
    sentences = prompts.of(_from_here(step, plan))
    # Without any queue this is no way out of a menu but trouble of ours.
    say(response, sentences.goodbye if plan.queues else sentences.trouble, sentences)
    response.hangup()
    return response


def apology(step: Step, plan: Plan) -> VoiceResponse:
    """Say what is in the way, and end the call."""
    response = VoiceResponse()
    sentences = prompts.of(language(step, plan))
    by_result = {"queue-full": sentences.full, "leave": sentences.left}
    text = by_result.get(step.params.queue_result, sentences.trouble)
    say(response, text, sentences)
    response.hangup()
    return response


def forward(number: str, step: Step, plan: Plan) -> VoiceResponse:
    """To the number that answers when we cannot."""
    response = VoiceResponse()
    sentences = prompts.of(language(step, plan))
    say(response, sentences.forwarding, sentences)
    response.dial(timeout=FORWARDING_SECONDS).number(number)
    return response


def _greet(verb: VoiceResponse, step: Step, plan: Plan, spoken: str) -> None:
    line = plan.line(step.params.to_raw)
    given = line.prompts if line else ()
    say_prompt(verb, given, "greeting", spoken, prompts.of(spoken).greeting)


def _from_here(step: Step, plan: Plan) -> str:
    """What is spoken after this step: an option may change it."""
    option = chosen(step, plan) if step.kind == "menu" else None
    return (option.language if option else "") or language(step, plan)
