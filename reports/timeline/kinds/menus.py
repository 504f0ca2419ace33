"""Menus are played, and callers answer them or not. No database."""

from dataclasses import dataclass

from django.utils.translation import gettext

from callcenter.decision import Decision, Verb
from callcenter.models import Call
from reports.timeline.moment_kind import MomentKind, Says
from reports.timeline.words import Words, length


@dataclass(frozen=True)
class MenuAsked(MomentKind):
    """A menu is played."""

    code = "asked"
    menu: str

    def says(self, call: Call, words: Words) -> Says:
        return (gettext("%(menu)s is played") % {"menu": words.menu(self.menu)},)


@dataclass(frozen=True)
class MenuStep(MomentKind):
    """A menu and its answer by the stored step alone: the request is gone.

    A key was pressed, or time ran out, which is an empty `input`.
    """

    code = "step"
    menu: str
    input: str
    led_to: Decision

    def says(self, call: Call, words: Words) -> Says:
        where = words.where(self.led_to)
        is_again = self.led_to == Decision(Verb.MENU, self.menu)
        values = {"menu": words.menu(self.menu), "key": self.input, "where": where}
        if not self.input:
            title = gettext("%(menu)s: no input")
        elif is_again or not where:
            title = gettext("%(menu)s: “%(key)s”")
        else:
            title = gettext("%(menu)s: “%(key)s” → %(where)s")
        detail = ""
        if is_again:
            detail = gettext("Asked once more")
        elif not self.input and where:
            detail = gettext("Goes on to %(where)s") % values
        return title % values, detail


@dataclass(frozen=True)
class MenuAnswered(MenuStep):
    """The answer to a menu; `after` is the time since the menu was asked."""

    code = "key"
    after: int | None

    def says(self, call: Call, words: Words) -> Says:
        after = length(gettext("After %(length)s"), self.after or None)
        if self.after and self.after < 60:
            after = gettext("After %(seconds)s s") % {"seconds": self.after}
        return *super().says(call, words), after


@dataclass(frozen=True)
class NoMenuAnswer(MomentKind):
    """The call went on after a menu, and the answer to it was not received."""

    code = "no-answer"
    menu: str

    def says(self, call: Call, words: Words) -> Says:
        went_on = gettext("The call went on, so a key was pressed or time ran out.")
        title = gettext("No answer to %(menu)s was received")
        return title % {"menu": words.menu(self.menu)}, went_on
