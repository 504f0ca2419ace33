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
SERVING = (State.READY, State.TALKING, State.WRAP_UP)

# Twilio asks about a waiting caller every few seconds (docs/contract.md 8.20).
WAITING_LIMIT = timedelta(seconds=60)
# A ready operator's Dial to the queue lasts 120 s at most, and a pause 300 s.
READY_LIMIT = timedelta(minutes=10)
# Twilio ends a conversation after four hours (docs/twilio.md 3.3).
TALKING_LIMIT = timedelta(hours=4, minutes=10)
# The page of a desk asks every few seconds; in the background perhaps once a minute.
DESK_LIMIT = timedelta(seconds=90)
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


def is_away(now: datetime) -> Q:
    """The condition that an operator is there and not ready, at a desk or by key."""
    is_there = Q(desk__heard_at__gte=now - DESK_LIMIT)
    is_there |= Q(call__heard_at__gte=now - READY_LIMIT)
    return is_there & Q(state=State.NOT_READY, ended_at=None)


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
    """The operators who are ready, talking, wrapping up or not ready, by state.

    An operator is named as in `OperatorState.operator`. A state nobody is in is empty.
    """
    rows = OperatorState.objects.filter(is_serving(now) | is_away(now))
    found: dict[str, set[str]] = {state: set() for state in (*SERVING, State.NOT_READY)}
    for state, operator in rows.order_by().values_list("state", "operator"):
        found[state].add(operator)
    return found


def state_of(operator: str, now: datetime) -> OperatorState | None:
    """The state an operator is in, who is named as in `OperatorState.operator`.

    None for whoever is signed out, and where the last state has long been silent.
    """
    at_desk = Q(state=State.NOT_READY, ended_at=None, desk__isnull=False)
    lasts = is_serving(now) | is_away(now) | at_desk
    rows = OperatorState.objects.filter(lasts, operator=operator)
    rows = rows.select_related("call")
    return rows.order_by("-started_at", "-pk").first()


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
    found = operators(now)
    return set().union(*(found[state] for state in SERVING))


def forget() -> None:
    """Read again next time: for tests, in which operators sign in within a moment."""
    global _last_look
    _last_look = None
