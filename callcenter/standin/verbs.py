"""The simple verbs: what is heard, where the call goes, how it ends."""

from callcenter.standin.legs import Ended
from callcenter.standin.script import Jump, Script
from callcenter.standin.speech import play_seconds, say_seconds, tone_seconds
from callcenter.standin.twiml import Document, Element

ENDLESS = 1000  # what loop="0" means


async def say(script: Script, verb: Element, document: Document) -> None:
    """Speak the text as often as asked."""
    if verb.text:
        seconds = say_seconds(verb.text)
        await _sound(script, verb, verb.text, seconds, verb.get("language"))


async def play(script: Script, verb: Element, document: Document) -> None:
    """Play a file or tones as often as asked."""
    digits = verb.get("digits")
    url = script.resolve(document, verb.text) if verb.text else ""
    if digits:
        await _sound(script, verb, digits, tone_seconds(digits), "")
    elif url:
        await _sound(script, verb, url, play_seconds(url), "")


async def _sound(
    script: Script, verb: Element, text: str, seconds: float, language: str
) -> None:
    times = verb.seconds("loop", 1) or ENDLESS
    script.leg.does("queued" if script.context == "wait" else "listening")
    for _time in range(times):
        script.leg.hear(verb.name, text, seconds, language)
        await script.leg.pause(seconds)


async def pause(script: Script, verb: Element, document: Document) -> None:
    """Wait; as first verb of a call before it is picked up (reference 5.7)."""
    length = verb.seconds("length", 1)
    script.leg.hear("Pause", "", length)
    await script.leg.pause(length)


async def redirect(script: Script, verb: Element, document: Document) -> Jump:
    """Go on with another document."""
    url = script.resolve(document, verb.text)
    kind = script.context or "redirect"
    return Jump(url, verb.get("method", "POST"), script.around(), kind)


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
    """Pass over a verb of Twilio's that the stand-in does not play."""
    script.leg.note(f"{verb.name} is not played by this stand-in")
