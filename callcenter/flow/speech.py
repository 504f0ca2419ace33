"""A prompt as TwiML verbs: the audio, then the text in pieces. No database.

Twilio refuses a text of more than 4,500 URL-encoded characters, its Polly voices one of
more than 3,000 characters (docs/twilio.md 5.4), and a document of more than 64 kB.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from urllib.parse import quote

from twilio.twiml.voice_response import Gather, VoiceResponse

from callcenter.flow import prompts
from callcenter.flow.plan import PromptPlan, prompt
from callcenter.flow.prompts import Prompts

LONGEST_ENCODED = 4400
LONGEST = 2900
# The admin accepts only texts of one piece; a longer one was stored in another way.
MOST_PIECES = 3

_UNSPEAKABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # not allowed in XML 1.0
)
_SENTENCE_END = re.compile(r"[。．！？!?\n]|\.(?=\s)")


def say(verb: VoiceResponse | Gather, text: str, sentences: Prompts) -> None:
    """Add the text, in the voice of its language; an empty text adds nothing."""
    for piece in pieces(text):
        verb.say(piece, voice=sentences.voice, language=sentences.tag)


def is_speakable(text: str) -> bool:
    """Whether XML 1.0 allows every character of the text."""
    return not _UNSPEAKABLE.search(text)


def say_prompt(
    verb: VoiceResponse | Gather,
    given: tuple[PromptPlan, ...],
    purpose: str,
    language: str,
    default: str,
) -> None:
    """Add the prompt that the admin gave for this purpose, else the default text."""
    found = prompt(given, purpose, language)
    if found is None or not (found.audio_url or pieces(found.text)):
        say(verb, default, prompts.of(language))
        return
    if found.audio_url:
        verb.play(_UNSPEAKABLE.sub("", found.audio_url))
    say(verb, found.text, prompts.of(found.language))


# The same few prompts are heard in every call.
@lru_cache(maxsize=1000)
def pieces(text: str) -> tuple[str, ...]:
    """The text in pieces short enough for Twilio, cut after a sentence if possible."""
    rest = _UNSPEAKABLE.sub("", text[: MOST_PIECES * LONGEST]).strip()
    found: list[str] = []
    while rest and len(found) < MOST_PIECES:
        end = _fitting(rest)
        if end < len(rest):
            ends = [match.end() for match in _SENTENCE_END.finditer(rest[:end])]
            end = ends[-1] if ends else rest.rfind(" ", 1, end) + 1 or end
        found.append(rest[:end].strip())
        rest = rest[end:].strip()
    return tuple(found)


def _fitting(text: str) -> int:
    """How many characters of the text fit into one piece."""
    most = min(len(text), LONGEST)
    if _encoded(text[:most]) <= LONGEST_ENCODED:
        return most
    # The encoded length grows with the text, so a binary search finds the greatest fit.
    lengths = range(most)
    found = bisect_right(lengths, LONGEST_ENCODED, key=lambda end: _encoded(text[:end]))
    return found - 1


def _encoded(text: str) -> int:
    return len(quote(text, safe=""))
