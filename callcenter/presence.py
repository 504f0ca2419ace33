"""Who waits and who serves at this moment: what a step may have to ask the tables."""

import logging
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error
from django.db.models import Min, Q

from callcenter.flow.plan import Plan
from callcenter.models import OperatorState, QueueEntry

logger = logging.getLogger(__name__)

State = OperatorState.State

# A caller who waits is asked about every few seconds; not heard of for longer, they
# have gone (product.md 8.20).
_STILL_WAITING = timedelta(seconds=60)
# A Dial to a queue lasts 300 s at most and wrap-up less, a conversation four hours
# (reference 3.3); an operator not heard of for longer has gone.
_STILL_READY = timedelta(minutes=10)
_STILL_TALKING = timedelta(hours=4, minutes=10)
_KEPT_FOR = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class _Look:
    """Who was signed in when we last looked; None where the tables did not say."""

    at: datetime
    operators: frozenset[str] | None


_last_look: _Look | None = None


def waiting(queues: Iterable[str], now: datetime) -> dict[str, datetime] | None:
    """When the longest waiting caller of each queue entered; None if unknown."""
    entries = QueueEntry.objects.filter(
        outcome=QueueEntry.Outcome.WAITING,
        queue__in=list(queues),
        call__heard_at__gte=now - _STILL_WAITING,
    )
    oldest = entries.order_by().values_list("queue").annotate(Min("entered_at"))
    try:
        return dict(oldest)
    except Error:
        logger.warning("who waits cannot be read", exc_info=True)
        return None


def staffed(plan: Plan, now: datetime) -> Set[str] | None:
    """The queues that somebody serves; looked at every few seconds; None if unknown."""
    global _last_look
    look = _last_look
    if look is None or not look.at <= now < look.at + _KEPT_FOR:
        look = _last_look = _Look(now, _signed_in(now))
    if look.operators is None:
        return None
    signed_in = [plan.operator(caller) for caller in look.operators]
    return {queue for one in signed_in if one for queue in one.queues}


def forget() -> None:
    """Look again next time: for tests, which sign operators in within a moment."""
    global _last_look
    _last_look = None


def _signed_in(now: datetime) -> frozenset[str] | None:
    talking = Q(state=State.TALKING, call__heard_at__gte=now - _STILL_TALKING)
    ready = Q(
        state__in=[State.READY, State.WRAP_UP],
        call__heard_at__gte=now - _STILL_READY,
    )
    states = OperatorState.objects.filter(talking | ready, ended_at=None)
    try:
        return frozenset(states.order_by().values_list("operator", flat=True))
    except Error:
        logger.warning("who is signed in cannot be read", exc_info=True)
        return None
