"""Gather: keys or words, and when no result is sent (docs/twilio.md 5.1)."""

from callcenter.standin.calls.script import Jump, Script
from callcenter.standin.calls.verbs import sound, times
from callcenter.standin.twiml.document import Document, Element

TIMEOUT = 5
STABILITY = "0.9"
CONFIDENCE = "0.9"


async def gather(script: Script, verb: Element, document: Document) -> Jump | None:
    """Ask; give the action's request, None where the next verb follows.

    Keys pressed before the Gather began are lost.
    """
    leg = script.leg
    leg.forget_input()
    leg.set_doing("queued" if script.context == "wait" else "menu")
    await _prompt(script, verb, document)
    leg.set_doing("queued" if script.context == "wait" else "menu")
    digits, finished, words = await _listen(script, verb, document)
    alone = finished and script.exchange.choices.finish_key_alone_is_empty
    is_empty = not digits and not words and (not finished or alone)
    if is_empty and not verb.is_true("actionOnEmptyResult"):
        return None
    script.digits = digits or script.digits
    form = {"msg": "Gather End"}
    if words:
        form |= {"SpeechResult": words, "Confidence": CONFIDENCE}
    else:
        form |= {"Digits": digits, "FinishedOnKey": finished}
    url = script.resolve(document, verb.get("action"))
    extra = script.context_form() | form
    return Jump(url, verb.get("method", "POST"), extra, "gather")


def _inputs(verb: Element) -> list[str]:
    return verb.get("input", "dtmf").split()


def _is_wanted(script: Script, verb: Element) -> bool:
    """Whether there is input of a kind that is asked for; other input is dropped."""
    leg, inputs = script.leg, _inputs(verb)
    if "dtmf" not in inputs:
        leg.keys = ""
    if "speech" not in inputs:
        leg.spoken = ""
    return bool(leg.keys or leg.spoken)


async def _prompt(script: Script, verb: Element, document: Document) -> None:
    """Play the nested prompts until a key or, with bargeIn, a word."""
    leg = script.leg
    for nested in verb.children:
        text, seconds, language = sound(script, nested, document)
        for _time in range(times(nested)):
            leg.hear(nested.name, text, seconds, language)
            end = script.exchange.clock.seconds() + seconds
            while (left := end - script.exchange.clock.seconds()) > 1e-6:
                if not await leg.wait_for_input(left) or not _is_wanted(script, verb):
                    continue
                if leg.keys or verb.is_true("bargeIn", default=True):
                    return


async def _listen(
    script: Script, verb: Element, document: Document
) -> tuple[str, str, str]:
    """Give the keys, the one that finished, and the words."""
    leg = script.leg
    digits = ""
    finish = verb.get("finishOnKey", "#")
    most = verb.seconds("numDigits", 0)
    timeout = verb.seconds("timeout", TIMEOUT)
    while True:
        if _is_wanted(script, verb) and leg.spoken:
            return "", "", await _words(script, verb, document)
        while leg.keys:
            key, leg.keys = leg.keys[0], leg.keys[1:]
            if key == finish:
                return digits, key, ""
            digits += key
            if most and len(digits) >= most:
                return digits, "", ""
        if not await leg.wait_for_input(timeout):
            return digits, "", ""


async def _words(script: Script, verb: Element, document: Document) -> str:
    """Wait until the caller has been silent for speechTimeout; give what was said."""
    leg, clock = script.leg, script.exchange.clock
    silence = verb.seconds("speechTimeout", verb.seconds("timeout", TIMEOUT))
    partial = verb.get("partialResultCallback")
    told = 0
    while True:
        if partial:
            script.send(
                "partial",
                script.resolve(document, partial),
                verb.get("partialResultCallbackMethod", "POST"),
                {
                    "UnstableSpeechResult": leg.spoken,
                    "Stability": STABILITY,
                    "SequenceNumber": str(told),
                },
                is_callback=True,
            )
            told += 1
        left = leg.speaks_until + silence - clock.seconds()
        if not await leg.wait_for_input(max(0.0, left)):
            return leg.spoken
