"""Callers enter queues, wait in them and leave them. No database."""

from dataclasses import dataclass

from django.utils.translation import gettext

from callcenter.decision import Decision
from callcenter.models import Call, QueueEntry
from reports.present.decisions import overflow_reason
from reports.timeline.moment_kind import MomentKind, Says
from reports.timeline.words import Words, talk, wait, who_hung_up

Outcome = QueueEntry.Outcome


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
        return title, wait(self.waited)


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
        return _key_pressed(self.input) if self.input else title, wait(self.waited)


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
                return title, talk(self.talk)
            case Outcome.ABANDONED | Outcome.SHORT_ABANDONED as outcome:
                title = gettext("Caller hung up while waiting")
                if entry.is_lost_while_connecting:
                    title = gettext("Caller hung up while being connected")
                return title, str(outcome.label), wait(entry.wait_seconds)
            case Outcome.OVERFLOWED:
                reason = {"reason": overflow_reason(entry.overflow_reason)}
                title = gettext("Left the queue: %(reason)s") % reason
                return title, wait(entry.wait_seconds)
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
        lasted = talk(self.talk) or wait(self.entry.wait_seconds)
        return gettext("No exit was received"), outcome, lasted


@dataclass(frozen=True)
class AnotherExit(MomentKind):
    """A queue entry has a second exit, which does not count."""

    code = "exit-again"
    queue_result: str

    def says(self, call: Call, words: Words) -> Says:
        return gettext("Another exit was received"), self.queue_result


def _key_pressed(key: str) -> str:
    return gettext("Presses “%(key)s” while waiting") % {"key": key}
