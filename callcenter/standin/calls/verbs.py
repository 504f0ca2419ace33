"""The simple verbs: Say, Play, Pause, Redirect, Hangup, Reject."""

from callcenter.standin.calls.legs import Ended
from callcenter.standin.calls.script import Jump, Script
from callcenter.standin.twiml.document import Document, Element
from callcenter.standin.twiml.speech import play_seconds, say_seconds, tone_seconds

ENDLESS = 1000  # what loop="0" means


async def say(script: Script, verb: Element, document: Document) -> None:
    """Speak the text, or play the file or tones, as often as asked."""
    text, seconds, language = sound(script, verb, document)
    if not text:
        return
    script.leg.set_doing("queued" if script.context == "wait" else "listening")
    for _time in range(times(verb)):
        script.leg.hear(verb.name, text, seconds, language)
        await script.leg.pause(seconds)


def sound(script: Script, verb: Element, document: Document) -> tuple[str, float, str]:
    """Give the text of a Say, Play or Pause, its seconds, and its language."""
    if verb.name == "Say":
        return verb.text, say_seconds(verb.text), verb.get("language")
    if verb.name == "Pause":
        return "", verb.seconds("length", 1), ""
    digits = verb.get("digits")
    if digits:
        return digits, tone_seconds(digits), ""
    url = script.resolve(document, verb.text) if verb.text else ""
    return url, play_seconds(url), ""


def times(verb: Element) -> int:
    """Give how often a sound is repeated; 0 means up to 1000 (docs/twilio.md 5.4)."""
    return verb.seconds("loop", 1) or ENDLESS


async def pause(script: Script, verb: Element, document: Document) -> None:
    """Wait; as first verb of a call before it is picked up (docs/twilio.md 5.7)."""
    length = verb.seconds("length", 1)
    script.leg.hear("Pause", "", length)
    await script.leg.pause(length)


async def redirect(script: Script, verb: Element, document: Document) -> Jump:
    """Go on with another document."""
    url = script.resolve(document, verb.text)
    kind = script.context or "redirect"
    return Jump(url, verb.get("method", "POST"), script.context_form(), kind)


async def hangup(script: Script, verb: Element, document: Document) -> None:
    """End the call."""
    script.leg.end("system")
    raise Ended


async def reject(script: Script, verb: Element, document: Document) -> None:
    """Refuse the call; unanswered only where it is the first verb."""
    leg = script.leg
    if leg.answered_at is None:
        leg.status = "busy" if verb.get("reason") == "busy" else "no-answer"
    leg.end("system")
    raise Ended


async def unknown(script: Script, verb: Element, document: Document) -> None:
    """Skip a verb of Twilio's that the stand-in does not execute."""
    script.leg.note(f"{verb.name} is not played by this stand-in")
