"""What people call the codes of history, and how a reader sees numbers. No database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from callcenter.decision import Decision, Verb
from callcenter.models import Call
from callcenter.numbers import phone_number
from reports.present import formats
from reports.present.decisions import Places

Names = Mapping[str, StrOrPromise]

# What goes without saying, because it always follows: music, an announcement, the end.
_SILENT = frozenset(
    {
        Verb.UNKNOWN,
        Verb.END,
        Verb.HOLD,
        Verb.LEAVE,
        Verb.ANNOUNCE,
        Verb.OPERATOR,
        Verb.WRAP_UP,
    }
)


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
    messages: Names = field(default_factory=dict)
    operators: Names = field(default_factory=dict)
    lines: Names = field(default_factory=dict)
    wrap_up_codes: Names = field(default_factory=dict)

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

    def wrap_up_code(self, code: str) -> str:
        """A wrap-up code by name and code, by the code alone where it has no name."""
        name = self.wrap_up_codes.get(code)
        return f"{name} ({code})" if name else code

    def line(self, number: str) -> str:
        """A line of ours by number and name; our numbers are shown to every reader."""
        shown = phone_number(number)
        return f"{shown} {self.lines[number]}" if number in self.lines else shown

    def caller(self, call: Call) -> str:
        """The other end of a leg: a number, an address, or that it is withheld."""
        if call.kind == Call.Kind.OPERATOR:
            return phone_number(call.caller) or call.from_raw
        return self.number(call.caller) if call.caller else gettext("Withheld")

    def answer(self, decision: Decision) -> str:
        """What we answered, as it was heard; empty where it goes without saying."""
        if decision.verb in _SILENT:
            return ""
        return gettext("Answer: %(what)s") % {"what": self._places.said(decision)}

    def where(self, led_to: Decision) -> str:
        """Where an input led: a queue or menu by its name, else what was decided."""
        match led_to.verb:
            case Verb.ENQUEUE:
                return self.queue(led_to.target)
            case Verb.MENU:
                return self.menu(led_to.target)
            case _:
                return self._places.said(led_to)

    def path(self, text: str) -> str:
        """A path through menus, by their names."""
        return self._places.path(text)

    @property
    def _places(self) -> Places:
        return Places(
            queues=self.queues,
            menus=self.menus,
            messages=self.messages,
            number=self.number,
            address=self.address,
        )


def length(text: str, seconds: int | None) -> str:
    """A sentence with its `length`, 0:01:23; empty where it is not known."""
    return "" if seconds is None else text % {"length": formats.duration(seconds)}


def wait(seconds: int | None) -> str:
    """How long a caller waited; empty where it is not known."""
    return length(gettext("Wait %(length)s"), seconds)


def talk(seconds: int | None) -> str:
    """How long two talked; empty where it is not known."""
    return length(gettext("Talk %(length)s"), seconds)


def who_hung_up(code: str) -> str:
    """A `Call.DisconnectedBy` as a sentence; empty when it is not known."""
    return {
        "caller": gettext("Caller hung up"),
        "operator": gettext("Operator hung up"),
        "system": gettext("We ended the call"),
    }.get(code, "")
