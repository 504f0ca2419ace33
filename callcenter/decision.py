"""What was decided to answer a request: one value, written and read here alone.

The text of a decision is a contract (docs/contract.md 8, "Decisions"): it stands in the
event's column, in event files and on pages. Everything else works with the value. No
database.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Verb(StrEnum):
    """What kind of answer was decided; the comment says what the target is."""

    # To callers.
    MENU = "menu"  # slug of the menu that is asked
    ENQUEUE = "enqueue"  # slug of the queue; the visit is numbered
    MESSAGE = "message"  # slug of the message, after which the call ends
    CLOSED = "closed"
    REJECT = "reject"  # blocked: the caller's number; else nothing
    END = "end"
    HOLD = "hold"
    LEAVE = "leave"  # reason: max_wait, closed, key, voicemail, callback
    ANNOUNCE = "announce"
    APOLOGY = "apology"
    VOICEMAIL = "voicemail"  # slug of a queue where a menu leads there
    GOODBYE = "goodbye"
    # To operators.
    OPERATOR = "operator"
    ASK_PIN = "ask_pin"
    # Slug of a queue; on menu, fallback and client paths a number; of a ring-back
    # `caller`.
    DIAL = "dial"
    WAIT = "wait"
    WRAP_UP = "wrap_up"  # a wrap-up code that was typed, which changes no state
    NOT_READY = "not_ready"
    SIGN_OFF = "sign_off"
    # No decision, or a text that is none of these; the target is the whole text.
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verb, what it leads to, and for an enqueued call the number of its visit.

    `str()` gives the text that is stored; `parse` reads it and never fails.
    """

    verb: Verb
    target: str = ""
    visit: int = 0  # from 1; 0 for every verb but `enqueue`

    @staticmethod
    def parse(text: str) -> "Decision":
        """The decision of any text; `str()` of it is the same text again.

        A text of another version or a careless sender becomes `Verb.UNKNOWN`, an
        `enqueue` without a proper visit keeps all that follows the verb as its target.
        """
        return _parse(text)

    def __str__(self) -> str:
        if self.verb is Verb.UNKNOWN:
            return self.target
        has_target = self.target or self.verb in _WITH_TARGET
        text = f"{self.verb}:{self.target}" if has_target else str(self.verb)
        return f"{text}/{self.visit}" if self.visit else text


NOTHING = Decision(Verb.UNKNOWN)

_VERBS = {verb.value: verb for verb in Verb if verb is not Verb.UNKNOWN}
_WITH_TARGET = (Verb.MENU, Verb.ENQUEUE, Verb.MESSAGE, Verb.LEAVE, Verb.DIAL)
_QUEUE_AND_VISIT = re.compile(r"([^/]+)/([1-9][0-9]{0,4})")


# Decisions are few and read often: each event of a call is, at every derivation.
@lru_cache(maxsize=4096)
def _parse(text: str) -> Decision:
    name, colon, target = text.partition(":")
    verb = _VERBS.get(name)
    if verb is None or (not target and bool(colon) != (verb in _WITH_TARGET)):
        return Decision(Verb.UNKNOWN, text)
    if verb is Verb.ENQUEUE:
        match = _QUEUE_AND_VISIT.fullmatch(target)
        if match:
            return Decision(verb, match[1], int(match[2]))
    return Decision(verb, target)
