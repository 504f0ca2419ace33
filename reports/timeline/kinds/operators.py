"""Operators take callers, talk with them, and change their state. No database."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.decision import Decision
from callcenter.models import Call, OperatorState
from callcenter.models.states import reason_name
from reports.present import formats
from reports.timeline.moment_kind import MomentKind, Plain, Says
from reports.timeline.words import Words, length, talk, wait

# An operator took the caller, and no request says who.
NO_CONNECT = Plain(
    "no-connect",
    _("No connect was received"),
    _("An operator took the caller; which one is not known."),
)


@dataclass(frozen=True)
class OperatorTakes(MomentKind):
    """An operator's leg was given the caller.

    `notice` is how long the announcement lasted, `ready` how long the operator had been
    ready. Of a caller who did not get through to the operator `has_failed` is true.
    """

    code = "connect"
    operator: str
    leg_sid: str
    waited: int | None
    target: int
    notice: int | None = None
    ready: int | None = None
    has_failed: bool = False
    # The connect request was lost; a request of the operator's leg speaks of it.
    is_by_leg_alone: bool = False

    def says(self, call: Call, words: Words) -> Says:
        by_leg = gettext("no connect was received; known from the operator's leg")
        operator = {"operator": words.operator(self.operator)}
        return (
            gettext("%(operator)s takes the caller") % operator,
            self._wait_against_target(),
            length(gettext("announcement %(length)s"), self.notice),
            length(gettext("operator ready for %(length)s"), self.ready),
            gettext("not connected") if self.has_failed else "",
            by_leg if self.is_by_leg_alone else "",
        )

    def _wait_against_target(self) -> str:
        if self.waited is None or self.waited <= self.target:
            return wait(self.waited)
        text = gettext("Wait %(length)s (%(over)s s over the target of %(target)s s)")
        over = self.waited - self.target
        waited = formats.duration(self.waited)
        return text % {"length": waited, "over": over, "target": self.target}


@dataclass(frozen=True)
class TalkBegins(MomentKind):
    """The announcement is over and the two are joined."""

    code = "talk"
    operator: str

    def says(self, call: Call, words: Words) -> Says:
        return gettext("Talk begins"), words.operator(self.operator)


@dataclass(frozen=True)
class OperatorDone(MomentKind):
    """The operator's Dial is over; `is_joined` as Twilio says it."""

    code = "done"
    operator: str
    is_joined: bool | None
    talk: int | None
    answer: Decision

    def says(self, call: Call, words: Words) -> Says:
        title, talked = gettext("%(operator)s: talk ended"), talk(self.talk)
        if self.is_joined is False:
            title, talked = gettext("%(operator)s: not connected to the caller"), ""
        operator = {"operator": words.operator(self.operator)}
        return title % operator, talked, words.answer(self.answer)


@dataclass(frozen=True)
class WrapUpOver(MomentKind):
    """What the operator of a call did when the wrap-up after it was over."""

    code = "state"
    after: OperatorState
    wrap_up: int | None

    def says(self, call: Call, words: Words) -> Says:
        operator = words.operator(self.after.operator)
        state = {"operator": operator, "state": self.after.get_state_display()}
        lasted = length(gettext("Wrap-up %(length)s"), self.wrap_up)
        return gettext("%(operator)s: %(state)s") % state, lasted


@dataclass(frozen=True)
class StateBegins(MomentKind):
    """The operator's state changed; `lasted` is empty while it lasts."""

    code = "state"
    state: OperatorState.State
    lasted: int | None
    reason: str

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("For %(length)s"), self.lasted)
        return capfirst(str(self.state.label)), reason_name(self.reason), lasted


@dataclass(frozen=True)
class TakesCaller(MomentKind):
    """The operator takes a caller from a queue."""

    code = "state"
    caller: Call
    queue: str
    talk: int | None

    def says(self, call: Call, words: Words) -> Says:
        caller, queue = words.caller(self.caller), words.queue(self.queue)
        title = gettext("Takes %(caller)s from %(queue)s")
        return title % {"caller": caller, "queue": queue}, talk(self.talk)
