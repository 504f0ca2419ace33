"""What people call the codes of history, and how a reader sees numbers. No database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.decision import Decision, Verb
from callcenter.models import Call, QueueEntry
from callcenter.numbers import phone_number
from reports.present import formats

Names = Mapping[str, StrOrPromise]

# Not what always follows: music, an announcement, wrap-up, the end.
_ANSWERS = {
    Verb.CLOSED: _("Answer: we are closed"),
    Verb.REJECT: _("Answer: rejected"),
    Verb.APOLOGY: _("Answer: apology"),
    Verb.VOICEMAIL: _("Answer: asked for a message"),
    Verb.GOODBYE: _("Answer: thanks and goodbye"),
    Verb.ASK_PIN: _("Answer: asked for the PIN"),
    Verb.SIGN_OFF: _("Answer: signed off"),
    Verb.WAIT: _("Answer: asked to wait"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Names by code, and how this reader sees a number.

    `number` shows a caller's number, `address` a text that may hold one.
    """

    number: Callable[[str], str]
    address: Callable[[str], str]
    sees_names_of_callers: bool = False
    queues: Names = field(default_factory=dict)
    menus: Names = field(default_factory=dict)
    operators: Names = field(default_factory=dict)
    lines: Names = field(default_factory=dict)

    def queue(self, slug: str) -> str:
        """A queue's name, its slug where it has none any more."""
        return str(self.queues.get(slug, slug))

    def menu(self, slug: str) -> str:
        """A menu's name, its slug where it has none any more."""
        return str(self.menus.get(slug, slug))

    def operator(self, code: str) -> str:
        """An operator's name, else the number or identity of the leg."""
        if not code:
            return gettext("an operator")
        # Operators' numbers are shown to every reader.
        return str(self.operators.get(code) or phone_number(code))

    def line(self, number: str) -> str:
        """A line of ours by number and name; our numbers are shown to every reader."""
        shown = phone_number(number)
        return f"{shown} {self.lines[number]}" if number in self.lines else shown

    def caller(self, call: Call) -> str:
        """The other end of a leg: a number, an address, or that it is withheld."""
        if call.kind == Call.Kind.OPERATOR:
            return phone_number(call.caller) or call.from_raw
        return self.number(call.caller) if call.caller else gettext("Number withheld")

    def answer(self, decision: Decision) -> str:
        """What we answered, as it was heard; empty where it goes without saying."""
        target = decision.target
        match decision.verb:
            case Verb.MENU:
                return gettext("Answer: %(menu)s") % {"menu": self.menu(target)}
            case Verb.ENQUEUE:
                queue = {"queue": self.queue(target)}
                return gettext("Answer: into the queue %(queue)s") % queue
            case Verb.MESSAGE:
                return gettext("Answer: message “%(message)s”") % {"message": target}
            case Verb.DIAL if target.startswith(("+", "client:", "sip:")):
                shown = self.number if target[0] == "+" else self.address
                number = {"number": shown(target)}
                return gettext("Answer: passed on to %(number)s") % number
            case Verb.DIAL:
                queue = {"queue": self.queue(target)}
                return gettext("Answer: next caller of %(queue)s") % queue
            case verb:
                return str(_ANSWERS.get(verb, ""))

    def where(self, led_to: Decision) -> str:
        """Where an input led: a queue, menu or message, else the decision as kept."""
        match led_to.verb:
            case Verb.ENQUEUE:
                return self.queue(led_to.target)
            case Verb.MENU:
                return self.menu(led_to.target)
            case Verb.MESSAGE:
                return gettext("message “%(message)s”") % {"message": led_to.target}
            case Verb.END:
                return gettext("goodbye")
            case _:
                return str(led_to)


def length(text: str, seconds: int | None) -> str:
    """A sentence with its `length`, 0:01:23; empty where it is not known."""
    return "" if seconds is None else text % {"length": formats.duration(seconds)}


def overflow_reason(code: str) -> str:
    """Why a caller left a queue still connected, by its label."""
    reasons = QueueEntry.OverflowReason
    return str(reasons(code).label) if code in reasons.values else code


def who_hung_up(code: str) -> str:
    """A `Call.DisconnectedBy` as a sentence; empty when it is not known."""
    return {
        "caller": gettext("Caller hung up"),
        "operator": gettext("Operator hung up"),
        "system": gettext("We ended the call"),
    }.get(code, "")
