"""Who waits and who serves now: the one rule for the flow, the dashboard and the desk.

A queue entry or an operator's state stays open in the tables when the request that ends
it is lost. So each counts only while its leg has been heard of lately enough.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from callcenter import patience
from callcenter.models import OperatorState, QueueEntry

State = OperatorState.State
_SERVING = (State.READY, State.TALKING, State.WRAP_UP)

# Twilio asks about a waiting caller every few seconds (docs/contract.md 8.20).
WAITING_LIMIT = timedelta(seconds=60)
# A ready operator's Dial to the queue lasts 120 s at most, and wrap-up less.
READY_LIMIT = timedelta(minutes=10)
# Twilio ends a conversation after four hours (docs/twilio.md 3.3).
TALKING_LIMIT = timedelta(hours=4, minutes=10)
# What is estimated by the answers of so long; and by fewer answers nothing.
ESTIMATED_BY = timedelta(minutes=30)
FEWEST_ANSWERS = 3
LONGEST_ESTIMATE = timedelta(hours=1)
# For so long the flow uses what it has read about operators.
_KEPT_FOR = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The callers who wait in one queue: how many, and when the first one entered."""

    callers: int
    since: datetime


@dataclass(frozen=True, slots=True)
class _Look:
    """Which operators served at a moment; None if the database did not answer."""

    at: datetime
    operators: Set[str] | None


_last_look: _Look | None = None


def is_waiting(now: datetime) -> Q:
    """The condition that the caller of a queue entry waits."""
    return Q(
        outcome=QueueEntry.Outcome.WAITING, call__heard_at__gte=now - WAITING_LIMIT
    )


def is_serving(now: datetime) -> Q:
    """The condition that an operator's state lasts, other than signed out or away."""
    in_conversation = Q(state=State.TALKING, call__heard_at__gte=now - TALKING_LIMIT)
    between = Q(
        state__in=(State.READY, State.WRAP_UP), call__heard_at__gte=now - READY_LIMIT
    )
    return (in_conversation | between) & Q(ended_at=None)


def waiting(now: datetime, queues: Iterable[str] | None = None) -> dict[str, Waiting]:
    """The queues in which somebody waits, by slug; of all queues or of those given."""
    entries = QueueEntry.objects.filter(is_waiting(now))
    if queues is not None:
        entries = entries.filter(queue__in=list(queues))
    rows = (
        entries.order_by().values_list("queue").annotate(Count("pk"), Min("entered_at"))
    )
    return {queue: Waiting(callers, since) for queue, callers, since in rows}


def operators(now: datetime) -> dict[str, set[str]]:
    """The operators who are ready, talking or wrapping up, by state.

    An operator is named as in `OperatorState.operator`. A state nobody is in is empty.
    """
    rows = OperatorState.objects.filter(is_serving(now))
    found: dict[str, set[str]] = {state: set() for state in _SERVING}
    for state, operator in rows.order_by().values_list("state", "operator"):
        found[state].add(operator)
    return found


def estimated_wait(queue: str, position: int, now: datetime) -> int | None:
    """How many seconds the caller at a position, from 1, will probably wait.

    By how often the queue was answered in the last half hour: the position times the
    mean time between two answers. None with fewer than three answers, for more than an
    hour, and where the database does not say.
    """
    answered = patience.ask(lambda: _answered_lately(queue, now), 0)
    if answered < FEWEST_ANSWERS:
        return None
    seconds = round(position * ESTIMATED_BY.total_seconds() / answered)
    return seconds if seconds <= LONGEST_ESTIMATE.total_seconds() else None


def _answered_lately(queue: str, now: datetime) -> int:
    # Whoever was answered in the last half hour has entered not much earlier.
    entered = QueueEntry.objects.filter(
        queue=queue, entered_at__gte=now - 2 * ESTIMATED_BY
    )
    return entered.filter(
        outcome=QueueEntry.Outcome.ANSWERED, left_at__range=(now - ESTIMATED_BY, now)
    ).count()


def oldest_waiting(queues: Iterable[str], now: datetime) -> dict[str, datetime] | None:
    """When the first caller of each queue entered; None if it cannot be known."""
    served = list(queues)
    found = patience.ask(lambda: waiting(now, served), None)
    if found is None:
        return None
    return {queue: one.since for queue, one in found.items()}


def serving(now: datetime) -> Set[str] | None:
    """The operators of all states, as `operators` names them; None if unknown.

    Waiting callers ask for it every few seconds, so it may be three seconds old.
    """
    global _last_look
    look = _last_look
    if look is None or not look.at <= now < look.at + _KEPT_FOR:
        found = patience.ask(lambda: _all_operators(now), None)
        look = _last_look = _Look(now, found)
    return look.operators


def _all_operators(now: datetime) -> Set[str]:
    return set().union(*operators(now).values())


def forget() -> None:
    """Read again next time: for tests, in which operators sign in within a moment."""
    global _last_look
    _last_look = None
