"""What operators did in a period: connections, talk and states, in seconds.

Talk and states are cut at the ends of the period, so that neighbouring periods add up.
Rows that lie within it are added up by the database; the few that cross its ends, or
are open, are cut here. Five queries, however many operators and rows there are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum

from callcenter.models import Connection, OperatorState, QueueEntry
from callcenter.presence import READY_LIMIT, TALKING_LIMIT
from reports.query.selection import Selection

State = OperatorState.State

# No leg lasts longer (docs/twilio.md 3.3), and no talk or state longer than its leg.
LONGEST_LEG = timedelta(hours=24)

# By the operator, as history names them, the sums by name: those of `_connections`,
# "talk", and the states.
Times = dict[str, Counter[str]]


def times(asked: Selection, now: datetime) -> Times:
    """What the operators who are asked for did in the period, until now at most."""
    found: Times = defaultdict(Counter)
    for operator, counts in _connections(asked):
        found[operator].update(counts)
    for operator, seconds in _talks(asked):
        found[operator]["talk"] += seconds
    lengths: dict[tuple[str, str], timedelta] = defaultdict(timedelta)
    for operator, state, length in _states(asked, now):
        lengths[operator, state] += length
    for (operator, state), length in lengths.items():
        found[operator][state] += int(length.total_seconds())
    return found


def _connections(asked: Selection) -> Iterable[tuple[str, dict[str, int]]]:
    """How often each operator took an entry of the period.

    `talks` are the connections whose length is known.
    """
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
    """Seconds of talk in the period. A talk whose length is not known is left out."""
    start, end = asked.period.bounds()
    talks = _of_operators(asked, Connection).filter(
        connected_at__gte=start - LONGEST_LEG,
        connected_at__lt=end,
        talk_seconds__isnull=False,
    )
    within = Q(connected_at__gte=start, ended_at__lte=end)
    yield from (
        talks.filter(within).values_list("operator").annotate(Sum("talk_seconds"))
    )
    crossing = talks.exclude(within).filter(Q(ended_at=None) | Q(ended_at__gt=start))
    for operator, began_at, ended_at, seconds in crossing.values_list(
        "operator", "connected_at", "ended_at", "talk_seconds"
    ):
        talk = timedelta(seconds=seconds)
        # The announcement comes first, so a talk is shorter than its connection.
        until = ended_at or began_at + talk
        spoken = _overlap(until - talk, until, start, end)
        yield operator, int(spoken.total_seconds())


def _states(asked: Selection, now: datetime) -> Iterable[tuple[str, str, timedelta]]:
    """How long each operator was in each state within the period, signed in."""
    start, end = asked.period.bounds()
    states = _of_operators(asked, OperatorState).filter(
        started_at__gte=start - LONGEST_LEG, started_at__lt=end
    )
    # That of signing out never ends.
    states = states.exclude(state=State.SIGNED_OUT)
    within = Q(started_at__gte=start, ended_at__lte=end)
    length = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
    yield from (
        states.filter(within)
        .values_list("operator", "state")
        .annotate(length=Sum(length))
    )
    crossing = states.exclude(within).filter(Q(ended_at=None) | Q(ended_at__gt=start))
    for operator, state, began_at, ended_at, heard_at in crossing.values_list(
        "operator", "state", "started_at", "ended_at", "call__heard_at"
    ):
        until = ended_at or end_of_open(state, began_at, heard_at, now)
        yield operator, state, _overlap(began_at, until, start, end)


def end_of_open(
    state: str, began_at: datetime, heard_at: datetime | None, now: datetime
) -> datetime:
    """Until when a state without an end lasted: now, if its leg may still be there.

    The request that ends a state may be lost, and it stays open for ever. Then the last
    thing heard of the leg is all that is known of its end.
    """
    heard = max(began_at, heard_at or began_at)
    limit = TALKING_LIMIT if state == State.TALKING else READY_LIMIT
    return now if now <= heard + limit else heard


def _overlap(
    since: datetime, until: datetime, start: datetime, end: datetime
) -> timedelta:
    """How long both spans last at once."""
    return max(min(until, end) - max(since, start), timedelta())


def _of_operators(asked: Selection, model: Any) -> Any:
    rows = model.objects.order_by()
    if asked.operators:
        rows = rows.filter(operator__in=asked.operators)
    return rows
