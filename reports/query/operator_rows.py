"""Adds up the connections, talk and states of operators themselves.

For what the stored sums of days cannot answer, and to count those. Talk and states are
cut at the ends of the period, and last from one full second to another, so that
neighbouring periods add up. Rows that lie within the period are added up by the
database; the few that cross its ends are cut here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum

from callcenter.models import Connection, OperatorState, QueueEntry
from callcenter.models.states import LONGEST_LEG
from callcenter.presence import READY_LIMIT, TALKING_LIMIT
from reports.query.quarters import Second
from reports.query.selection import Selection

State = OperatorState.State

# The states that last; that of signing out never ends.
STATES = (State.READY, State.TALKING, State.WRAP_UP, State.NOT_READY)

# By the operator, as history names them: the number of "connections", and of "talks",
# those of known length; and the seconds of "talk" and of the STATES.
OperatorSums = dict[str, Counter[str]]


def sums_of_rows(asked: Selection) -> OperatorSums:
    """What the operators who are asked for did in the period, without open states.

    Five queries, however many operators and rows there are.
    """
    found: OperatorSums = defaultdict(Counter)
    for operator, counts in _connections(asked):
        found[operator].update(counts)
    for operator, seconds in _talks(asked):
        found[operator]["talk"] += seconds
    for operator, state, seconds in _states(asked):
        found[operator][state] += seconds
    return found


def sums_of_open_states(asked: Selection, now: datetime) -> OperatorSums:
    """How long the states that are open have lasted in the period. One query."""
    start, end = asked.period.bounds()
    states = _of_operators(asked, OperatorState).filter(
        ended_at=None, state__in=STATES, started_at__lt=end
    )
    found: OperatorSums = defaultdict(Counter)
    for operator, state, began_at, heard_at in states.values_list(
        "operator", "state", "started_at", "call__heard_at"
    ):
        until = end_of_open(state, began_at, heard_at, now)
        if seconds := _overlap(began_at, until, start, end):
            found[operator][state] += seconds
    return found


def end_of_open(
    state: str, began_at: datetime, heard_at: datetime | None, now: datetime
) -> datetime:
    """Until when a state without an end lasted: now, if its leg may still be there.

    The request that ends a state may be lost, and it stays open for ever. Then the last
    thing heard of the leg is all that is known of its end. Who is not ready at a desk
    has no leg, and is signed out by the worker once the page is gone.
    """
    if state == State.NOT_READY and heard_at is None:
        return min(now, began_at + LONGEST_LEG)
    heard = max(began_at, heard_at or began_at)
    limit = TALKING_LIMIT if state == State.TALKING else READY_LIMIT
    until = now if now <= heard + limit else heard
    return min(until, began_at + LONGEST_LEG)


def _connections(asked: Selection) -> Iterable[tuple[str, dict[str, int]]]:
    """How often each operator took an entry of the period."""
    entries = asked.of_period(QueueEntry.objects.all(), "entered_at")
    taken = Q(connections__isnull=False)
    if asked.operators:
        taken &= Q(connections__operator__in=asked.operators)
    groups = (
        entries.filter(taken)
        .order_by()
        .values_list("connections__operator")
        .annotate(Count("connections"), Count("connections__talk_seconds"))
    )
    for operator, count, known in groups:
        yield operator, {"connections": count, "talks": known}


def _talks(asked: Selection) -> Iterable[tuple[str, int]]:
    """Seconds of talk in the period, where its length is known."""
    start, end = asked.period.bounds()
    talks = _of_operators(asked, Connection).filter(
        connected_at__gte=start - LONGEST_LEG,
        connected_at__lt=end,
        talk_seconds__isnull=False,
    )
    within = _within("connected_at", start, end)
    yield from (
        talks.filter(within).values_list("operator").annotate(Sum("talk_seconds"))
    )
    crossing = talks.exclude(within).filter(Q(ended_at=None) | Q(ended_at__gt=start))
    for operator, began_at, ended_at, seconds in crossing.values_list(
        "operator", "connected_at", "ended_at", "talk_seconds"
    ):
        talk = timedelta(seconds=seconds)
        until = min(ended_at or began_at + talk, began_at + LONGEST_LEG)
        # The announcement comes first, so a talk is shorter than its connection. What
        # is said to be longer counts where the connection began.
        begun = max(until - talk, began_at)
        spoken = _overlap(begun, until, start, end)
        if start <= began_at:
            spoken += seconds - _overlap(begun, until, begun, until)
        yield operator, spoken


def _states(asked: Selection) -> Iterable[tuple[str, str, int]]:
    """For how many seconds each operator was in each state within the period."""
    start, end = asked.period.bounds()
    states = _of_operators(asked, OperatorState).filter(
        started_at__gte=start - LONGEST_LEG,
        started_at__lt=end,
        ended_at__gt=start,
        state__in=STATES,
    )
    within = _within("started_at", start, end)
    sums = (
        states.filter(within)
        .values_list("operator", "state")
        .annotate(seconds=Sum(Second("ended_at") - Second("started_at")))
    )
    for operator, state, seconds in sums:
        yield operator, state, int(seconds)
    for operator, state, began_at, ended_at in states.exclude(within).values_list(
        "operator", "state", "started_at", "ended_at"
    ):
        until = min(ended_at, began_at + LONGEST_LEG)
        yield operator, state, _overlap(began_at, until, start, end)


def _within(beginning: str, start: datetime, end: datetime) -> Q:
    """What begins and ends in the period, and does not last longer than any leg."""
    lasts_a_leg = Q(ended_at__lte=F(beginning) + LONGEST_LEG)
    return Q((f"{beginning}__gte", start), ended_at__lte=end) & lasts_a_leg


def _overlap(since: datetime, until: datetime, start: datetime, end: datetime) -> int:
    """For how many seconds both spans last at once, from one full one to another."""
    begun, ended = max(since, start), min(until, end)
    return max(int(ended.timestamp()) - int(begun.timestamp()), 0)


def _of_operators(asked: Selection, model: Any) -> Any:
    rows = model.objects.order_by()
    if asked.operators:
        rows = rows.filter(operator__in=asked.operators)
    return rows
