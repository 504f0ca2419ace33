"""What the moments of queue entries and of operators' work say. No database."""

from django.utils.translation import gettext

from callcenter.models import QueueEntry
from reports.present import formats
from reports.timeline import kinds
from reports.timeline.words import Words, length, overflow_reason, who_hung_up

Outcome = QueueEntry.Outcome
Sentence = tuple[str, list[str]]


def queued(kind: kinds.Queued, words: Words) -> Sentence:
    """The call enters a queue."""
    queue = {"queue": words.queue(kind.queue)}
    details = []
    if kind.visit > 1:
        visit = {"visit": kind.visit}
        details.append(gettext("Queue entry %(visit)s of this call") % visit)
    if kind.position:
        details.append(gettext("Position %(position)s") % {"position": kind.position})
    return gettext("Enters the queue %(queue)s") % queue, details


def still_waiting(kind: kinds.StillWaiting) -> Sentence:
    """The caller waits on."""
    waited = length(gettext("Wait %(length)s"), kind.waited)
    if kind.input:
        return _key_pressed(kind.input), [waited]
    if kind.position:
        title = gettext("Position announced: %(position)s")
        return title % {"position": kind.position}, [waited]
    return gettext("Still waiting"), [waited]


def let_out(kind: kinds.LetOut) -> Sentence:
    """Our wait document lets the caller go."""
    waited = length(gettext("Wait %(length)s"), kind.waited)
    if kind.input:
        return _key_pressed(kind.input), [waited]
    title = gettext("Sent on from the queue: %(reason)s")
    return title % {"reason": overflow_reason(kind.reason)}, [waited]


def _key_pressed(key: str) -> str:
    return gettext("Presses “%(key)s” while waiting") % {"key": key}


def left(kind: kinds.Left) -> Sentence:
    """The queue entry is over."""
    waited = length(gettext("Wait %(length)s"), kind.waited)
    match kind.outcome:
        case Outcome.ANSWERED:
            talked = length(gettext("Talk %(length)s"), kind.talk)
            return who_hung_up(kind.ended_by) or gettext("Talk ended"), [talked]
        case Outcome.ABANDONED | Outcome.SHORT_ABANDONED:
            title = gettext("Caller hung up while waiting")
            if kind.is_lost_while_connecting:
                title = gettext("Caller hung up while being connected")
            return title, [str(kind.outcome.label), waited]
        case Outcome.OVERFLOWED:
            reason = {"reason": overflow_reason(kind.overflow_reason)}
            return gettext("Left the queue: %(reason)s") % reason, [waited]
        case Outcome.BLOCKED:
            return gettext("The queue was full"), []
        case Outcome.FAILED:
            return gettext("The queue failed"), [kind.queue_result]
        case _:
            return gettext("Left the queue (reason unknown)"), [kind.queue_result]


def no_exit(kind: kinds.NoExit) -> Sentence:
    """The end of the queue entry was not received; what is known of it all the same."""
    outcome = gettext("Outcome: %(outcome)s") % {"outcome": kind.outcome.label}
    talked = length(gettext("Talk %(length)s"), kind.talk)
    waited = length(gettext("Wait %(length)s"), kind.waited)
    return gettext("No exit was received"), [outcome, talked or waited]


def operator_takes(kind: kinds.OperatorTakes, words: Words) -> Sentence:
    """An operator is given the caller."""
    operator = {"operator": words.operator(kind.operator)}
    details = [
        _wait_against_target(kind.waited, kind.target),
        length(gettext("announcement %(length)s"), kind.notice),
        length(gettext("operator ready for %(length)s"), kind.ready),
    ]
    if kind.has_failed:
        details.append(gettext("not connected"))
    if kind.is_by_leg_alone:
        details.append(
            gettext("no connect was received; known from the operator's leg")
        )
    return gettext("%(operator)s takes the caller") % operator, details


def _wait_against_target(waited: int | None, target: int) -> str:
    if waited is None or waited <= target:
        return length(gettext("Wait %(length)s"), waited)
    return gettext("Wait %(length)s (%(over)s s over the target of %(target)s s)") % {
        "length": formats.duration(waited),
        "over": waited - target,
        "target": target,
    }


def operator_done(kind: kinds.OperatorDone, words: Words) -> Sentence:
    """The operator's Dial is over."""
    operator = {"operator": words.operator(kind.operator)}
    answer = words.answer(kind.answer)
    if kind.is_joined is False:
        title = gettext("%(operator)s: not connected to the caller")
        return title % operator, [answer]
    talked = length(gettext("Talk %(length)s"), kind.talk)
    return gettext("%(operator)s: talk ended") % operator, [talked, answer]


def wrap_up_over(kind: kinds.WrapUpOver, words: Words) -> Sentence:
    """The operator does something else after the wrap-up."""
    title = gettext("%(operator)s: %(state)s") % {
        "operator": words.operator(kind.operator),
        "state": kind.state.label,
    }
    return title, [length(gettext("Wrap-up %(length)s"), kind.wrap_up)]
