"""What can happen on a leg: each kind of moment with its facts and its words.

A kind carries exactly the facts that its sentence needs: mypy finds a wording that
reads another, and a kind without words cannot be made. Lengths of time are whole
seconds; None is not known. No database.
"""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from callcenter.decision import NOTHING, Decision, Verb
from callcenter.models import Call, OperatorState, QueueEntry
from callcenter.models.events import KIND_LABELS
from callcenter.models.states import reason_name
from callcenter.routes import Kind
from reports.present import formats
from reports.present.decisions import overflow_reason
from reports.timeline.moment_kind import MomentKind, Plain, Says
from reports.timeline.words import Words, length, who_hung_up

Outcome = QueueEntry.Outcome

# The call must have come in, and no such request was received.
NO_RING = Plain(
    "no-ring",
    _("No incoming call was received"),
    _("The start is calculated from later requests."),
)
# Whom we called answered.
WAS_ANSWERED = Plain("taken", _("Was answered"))
# The leg must be over, and no end of it was received.
NO_END = Plain(
    "no-end",
    _("No end of the call was received"),
    _("This is the last request that was received."),
)
UNDER_WAY = Plain("under-way", _("Under way"))
# An operator took the caller, and no request says who.
NO_CONNECT = Plain(
    "no-connect",
    _("No connect was received"),
    _("An operator took the caller; which one is not known."),
)
CALLBACK_ASKED = Plain("callback", _("Asks for a callback"))


@dataclass(frozen=True)
class Rang(MomentKind):
    """The call came in; a menu that it was answered with has its own moment."""

    code = "rang"
    answer: Decision = NOTHING

    def says(self, call: Call, words: Words) -> Says:
        return (
            gettext("Incoming call"),
            _who_rang(call, words),
            words.answer(self.answer),
        )


class DialledIn(MomentKind):
    """An operator called us."""

    code = "dialled-in"

    def says(self, call: Call, words: Words) -> Says:
        return gettext("Dialled in"), _who_rang(call, words)


class DialledOut(MomentKind):
    """We called somebody."""

    code = "dialled-out"

    def says(self, call: Call, words: Words) -> Says:
        return (gettext("Dialled %(number)s") % {"number": words.caller(call)},)


@dataclass(frozen=True)
class Ended(MomentKind):
    """The leg is over.

    `difference` is between its length by our moments and by Twilio's word.
    """

    code = "ended"
    difference: int | None
    had_entries: bool

    def says(self, call: Call, words: Words) -> Says:
        details = [
            call.status if call.status != "completed" else "",
            length(gettext("Whole call %(length)s"), call.duration_seconds),
        ]
        off = self.difference
        if off and off > 1:
            differs = ngettext(
                "our record differs by %(seconds)s s",
                "our record differs by %(seconds)s s",
                off,
            )
            details.append(differs % {"seconds": off})
        if call.outcome == Call.Outcome.IVR_ABANDONED:
            return gettext("Caller hung up in the menu"), *details
        if self.had_entries:  # the end of the last entry says who hung up
            return gettext("End of the call confirmed"), *details
        return who_hung_up(call.disconnected_by) or gettext("Call ended"), *details


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


@dataclass(frozen=True)
class Queued(MomentKind):
    """The call entered a queue."""

    code = "queued"
    queue: str
    visit: int
    position: int | None

    def says(self, call: Call, words: Words) -> Says:
        visit = gettext("Queue entry %(visit)s of this call") % {"visit": self.visit}
        position = gettext("Position %(position)s") % {"position": self.position}
        return (
            gettext("Enters the queue %(queue)s") % {"queue": words.queue(self.queue)},
            visit if self.visit > 1 else "",
            position if self.position else "",
        )


@dataclass(frozen=True)
class StillWaiting(MomentKind):
    """The caller waits on and hears the place; `input` is a key pressed meanwhile."""

    code = "position"
    position: int | None
    waited: int | None
    input: str

    def says(self, call: Call, words: Words) -> Says:
        title = gettext("Still waiting")
        if self.input:
            title = _key_pressed(self.input)
        elif self.position:
            title = gettext("Position announced: %(position)s")
            title %= {"position": self.position}
        return title, _wait(self.waited)


@dataclass(frozen=True)
class LetOut(MomentKind):
    """Our wait document let the caller go; `reason` as the decision says it."""

    code = "leaving"
    reason: str
    waited: int | None
    input: str

    def says(self, call: Call, words: Words) -> Says:
        title = gettext("Sent on from the queue: %(reason)s")
        title %= {"reason": overflow_reason(self.reason)}
        return _key_pressed(self.input) if self.input else title, _wait(self.waited)


@dataclass(frozen=True)
class Left(MomentKind):
    """The queue entry is over, as its exit says; `talk` with the last operator."""

    code = "left"
    entry: QueueEntry
    talk: int | None
    # Call.DisconnectedBy; empty where the call went on.
    ended_by: str
    answer: Decision

    def says(self, call: Call, words: Words) -> Says:
        return *self._how(), words.answer(self.answer)

    def _how(self) -> Says:
        entry = self.entry
        match Outcome(entry.outcome):
            case Outcome.ANSWERED:
                title = who_hung_up(self.ended_by) or gettext("Talk ended")
                return title, _talk(self.talk)
            case Outcome.ABANDONED | Outcome.SHORT_ABANDONED as outcome:
                title = gettext("Caller hung up while waiting")
                if entry.is_lost_while_connecting:
                    title = gettext("Caller hung up while being connected")
                return title, str(outcome.label), _wait(entry.wait_seconds)
            case Outcome.OVERFLOWED:
                reason = {"reason": overflow_reason(entry.overflow_reason)}
                title = gettext("Left the queue: %(reason)s") % reason
                return title, _wait(entry.wait_seconds)
            case Outcome.BLOCKED:
                return (gettext("The queue was full"),)
            case Outcome.FAILED:
                return gettext("The queue failed"), entry.queue_result
            case _:
                return gettext("Left the queue (reason unknown)"), entry.queue_result


@dataclass(frozen=True)
class NoExit(MomentKind):
    """The queue entry must be over, and no exit of it was received."""

    code = "no-exit"
    entry: QueueEntry
    talk: int | None

    def says(self, call: Call, words: Words) -> Says:
        label = Outcome(self.entry.outcome).label
        outcome = gettext("Outcome: %(outcome)s") % {"outcome": label}
        lasted = _talk(self.talk) or _wait(self.entry.wait_seconds)
        return gettext("No exit was received"), outcome, lasted


@dataclass(frozen=True)
class AnotherExit(MomentKind):
    """A queue entry has a second exit, which does not count."""

    code = "exit-again"
    queue_result: str

    def says(self, call: Call, words: Words) -> Says:
        return gettext("Another exit was received"), self.queue_result


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
            return _wait(self.waited)
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
        title, talked = gettext("%(operator)s: talk ended"), _talk(self.talk)
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
        return _capitalised(str(self.state.label)), reason_name(self.reason), lasted


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
        return title % {"caller": caller, "queue": queue}, _talk(self.talk)


@dataclass(frozen=True)
class MessageLeft(MomentKind):
    """The caller left a message."""

    code = "voicemail"
    length: int | None
    answer: Decision

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("Length %(length)s"), self.length)
        return gettext("A message was left"), lasted, words.answer(self.answer)


@dataclass(frozen=True)
class Recorded(MomentKind):
    """The conversation is recorded from here on."""

    code = "recorded"
    length: int | None

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("Length %(length)s"), self.length)
        return gettext("The recording begins"), lasted


@dataclass(frozen=True)
class RecordingReady(MomentKind):
    """A recording of the call can be heard."""

    code = "recording"
    length: int | None

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("Length %(length)s"), self.length)
        return gettext("The recording is ready"), lasted


# The code and title of requests whose kind's own label would say too little.
_REQUESTS = {
    Kind.FALLBACK: (
        "fallback",
        _("Twilio could not get an answer and used the fallback"),
    ),
    Kind.STATUS: ("status", _("State of the call")),
    Kind.RECORDING: ("recording-state", _("State of the recording")),
    Kind.INTERNAL: (
        "internal",
        pgettext_lazy("event", "Checked and settled by MiniCC"),
    ),
}


@dataclass(frozen=True)
class OtherRequest(MomentKind):
    """A request of which no row speaks."""

    kind: Kind
    input: str
    result: str
    answer: Decision

    @property
    def code(self) -> str:
        return _REQUESTS[self.kind][0] if self.kind in _REQUESTS else "request"

    def says(self, call: Call, words: Words) -> Says:
        said = "" if self.kind == Kind.FALLBACK else self.input or self.result
        title = str(KIND_LABELS[self.kind])
        if self.kind in _REQUESTS:
            title = str(_REQUESTS[self.kind][1])
        return _capitalised(title), said, words.answer(self.answer)


def _who_rang(call: Call, words: Words) -> str:
    caller = words.caller(call)
    if not call.line:
        return gettext("From %(caller)s") % {"caller": caller}
    line = words.line(call.line)
    return gettext("From %(caller)s to %(line)s") % {"caller": caller, "line": line}


def _key_pressed(key: str) -> str:
    return gettext("Presses “%(key)s” while waiting") % {"key": key}


def _wait(seconds: int | None) -> str:
    return length(gettext("Wait %(length)s"), seconds)


def _talk(seconds: int | None) -> str:
    return length(gettext("Talk %(length)s"), seconds)


def _capitalised(label: str) -> str:
    return label[:1].upper() + label[1:]
