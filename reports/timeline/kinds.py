"""What can happen on a leg: a class for each kind of moment. No database.

A kind carries exactly the facts that its sentence needs. `code` is its short name, for
style sheets and tests. Lengths of time are whole seconds; None is not known.
"""

from dataclasses import dataclass
from typing import ClassVar

from callcenter.decision import NOTHING, Decision
from callcenter.models import Call, OperatorState, QueueEntry
from callcenter.routes import Kind


@dataclass(frozen=True, slots=True)
class Rang:
    """The call came in; a menu that it was answered with has its own moment."""

    code: ClassVar[str] = "rang"
    answer: Decision = NOTHING


@dataclass(frozen=True, slots=True)
class NoRing:
    """The call must have come in, and no such request was received."""

    code: ClassVar[str] = "no-ring"


@dataclass(frozen=True, slots=True)
class DialledIn:
    """An operator called us."""

    code: ClassVar[str] = "dialled-in"


@dataclass(frozen=True, slots=True)
class DialledOut:
    """We called somebody."""

    code: ClassVar[str] = "dialled-out"


@dataclass(frozen=True, slots=True)
class WasAnswered:
    """Whom we called answered."""

    code: ClassVar[str] = "taken"


@dataclass(frozen=True, slots=True)
class Ended:
    """The leg is over.

    `difference` is between its length by our moments and by Twilio's word.
    """

    code: ClassVar[str] = "ended"
    status: str
    duration: int | None
    difference: int | None
    outcome: str
    had_entries: bool
    # Call.DisconnectedBy; empty where an earlier moment says who hung up.
    ended_by: str


@dataclass(frozen=True, slots=True)
class NoEnd:
    """The leg must be over, and no end of it was received."""

    code: ClassVar[str] = "no-end"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The leg goes on."""

    code: ClassVar[str] = "under-way"


@dataclass(frozen=True, slots=True)
class MenuAsked:
    """A menu is played."""

    code: ClassVar[str] = "asked"
    menu: str


@dataclass(frozen=True, slots=True)
class MenuAnswered:
    """A key was pressed in a menu, or time ran out, which is an empty `input`.

    `after` is the time since the menu was asked.
    """

    code: ClassVar[str] = "key"
    menu: str
    input: str
    led_to: Decision
    after: int | None


@dataclass(frozen=True, slots=True)
class MenuStep:
    """A menu and its answer by the stored step alone: the request is gone."""

    code: ClassVar[str] = "step"
    menu: str
    input: str
    led_to: Decision


@dataclass(frozen=True, slots=True)
class NoMenuAnswer:
    """The call went on after a menu, and the answer to it was not received."""

    code: ClassVar[str] = "no-answer"
    menu: str


@dataclass(frozen=True, slots=True)
class Queued:
    """The call entered a queue."""

    code: ClassVar[str] = "queued"
    queue: str
    visit: int
    position: int | None


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """The caller waits on and hears the place; `input` is a key pressed meanwhile."""

    code: ClassVar[str] = "position"
    position: int | None
    waited: int | None
    input: str


@dataclass(frozen=True, slots=True)
class LetOut:
    """Our wait document let the caller go; `reason` as the decision says it."""

    code: ClassVar[str] = "leaving"
    reason: str
    waited: int | None
    input: str


@dataclass(frozen=True, slots=True)
class Left:
    """The queue entry is over, as its exit says; `talk` with the last operator."""

    code: ClassVar[str] = "left"
    outcome: QueueEntry.Outcome
    overflow_reason: str
    queue_result: str
    waited: int | None
    talk: int | None
    is_lost_while_connecting: bool
    # Call.DisconnectedBy; empty where the call went on.
    ended_by: str
    answer: Decision


@dataclass(frozen=True, slots=True)
class NoExit:
    """The queue entry must be over, and no exit of it was received."""

    code: ClassVar[str] = "no-exit"
    outcome: QueueEntry.Outcome
    waited: int | None
    talk: int | None


@dataclass(frozen=True, slots=True)
class AnotherExit:
    """A queue entry has a second exit, which does not count."""

    code: ClassVar[str] = "exit-again"
    queue_result: str


@dataclass(frozen=True, slots=True)
class OperatorTakes:
    """An operator's leg was given the caller.

    `notice` is how long the announcement lasted, `ready` how long the operator had been
    ready. Of a caller who did not get through to the operator `has_failed` is true.
    """

    code: ClassVar[str] = "connect"
    operator: str
    leg_sid: str
    waited: int | None
    target: int
    notice: int | None = None
    ready: int | None = None
    has_failed: bool = False
    # The connect request was lost; a request of the operator's leg speaks of it.
    is_by_leg_alone: bool = False


@dataclass(frozen=True, slots=True)
class NoConnect:
    """An operator took the caller, and no request says who."""

    code: ClassVar[str] = "no-connect"


@dataclass(frozen=True, slots=True)
class TalkBegins:
    """The announcement is over and the two are joined."""

    code: ClassVar[str] = "talk"
    operator: str


@dataclass(frozen=True, slots=True)
class OperatorDone:
    """The operator's Dial is over; `is_joined` as Twilio says it."""

    code: ClassVar[str] = "done"
    operator: str
    is_joined: bool | None
    talk: int | None
    answer: Decision


@dataclass(frozen=True, slots=True)
class WrapUpOver:
    """What the operator of a call did when the wrap-up after it was over."""

    code: ClassVar[str] = "state"
    operator: str
    state: OperatorState.State
    wrap_up: int | None


@dataclass(frozen=True, slots=True)
class StateBegins:
    """The operator's state changed; `lasted` is empty while it lasts."""

    code: ClassVar[str] = "state"
    state: OperatorState.State
    lasted: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class TakesCaller:
    """The operator takes a caller from a queue."""

    code: ClassVar[str] = "state"
    caller: Call
    queue: str
    talk: int | None


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """The caller left a message."""

    code: ClassVar[str] = "voicemail"
    length: int | None
    answer: Decision


@dataclass(frozen=True, slots=True)
class RecordingReady:
    """A recording of the call can be heard."""

    code: ClassVar[str] = "recording"
    length: int | None


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """The caller wishes to be rung back."""

    code: ClassVar[str] = "callback"


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """A request of which no row speaks."""

    kind: Kind
    input: str
    result: str
    answer: Decision

    @property
    def code(self) -> str:
        return {
            Kind.FALLBACK: "fallback",
            Kind.STATUS: "status",
            Kind.RECORDING: "recording-state",
            Kind.INTERNAL: "internal",
        }.get(self.kind, "request")


MomentKind = (
    Rang
    | NoRing
    | DialledIn
    | DialledOut
    | WasAnswered
    | Ended
    | NoEnd
    | UnderWay
    | MenuAsked
    | MenuAnswered
    | MenuStep
    | NoMenuAnswer
    | Queued
    | StillWaiting
    | LetOut
    | Left
    | NoExit
    | AnotherExit
    | OperatorTakes
    | NoConnect
    | TalkBegins
    | OperatorDone
    | WrapUpOver
    | StateBegins
    | TakesCaller
    | MessageLeft
    | RecordingReady
    | CallbackAsked
    | OtherRequest
)
