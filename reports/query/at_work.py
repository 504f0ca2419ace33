"""How many operators of each queue were at work, by quarter hour.

At work is who is signed in and not on a break: ready, talking or wrapping up.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from callcenter.models import OperatorQueue, OperatorState
from callcenter.models.states import LONGEST_LEG
from reports.query.operator_rows import end_of_open
from reports.query.periods import QUARTER_SECONDS
from reports.query.selection import Selection

State = OperatorState.State
AT_WORK = (State.READY, State.TALKING, State.WRAP_UP)

# Seconds that operators of a queue worked, by queue and quarter hour (epoch // 900).
Worked = Counter[tuple[str, int]]


def worked_seconds(
    asked: Selection, quarters: Collection[int], now: datetime
) -> Worked:
    """The work of operators in these quarter hours of the period, in two queries.

    Which queues an operator serves is what the setup says now: history does not keep
    it. Whoever serves several queues works for each of them.
    """
    served = queues_by_operator(asked.queue)
    start, end = asked.period.bounds()
    states = (
        OperatorState.objects.filter(
            Q(ended_at=None) | Q(ended_at__gt=start),
            state__in=AT_WORK,
            started_at__gte=start - LONGEST_LEG,
            started_at__lt=end,
        )
        .order_by()
        .values_list("operator", "state", "started_at", "ended_at", "call__heard_at")
    )
    found: Worked = Counter()
    for operator, state, began_at, ended_at, heard_at in states.iterator():
        if operator not in served:
            continue
        until = ended_at or end_of_open(state, began_at, heard_at, now)
        for quarter, seconds in _by_quarter(max(began_at, start), min(until, end)):
            if quarter in quarters:
                for queue in served[operator]:
                    found[queue, quarter] += seconds
    return found


def queues_by_operator(queue: str = "") -> dict[str, list[str]]:
    """The queues that each operator serves, all or one, under the names of history."""
    rows = OperatorQueue.objects.order_by("queue__slug")
    if queue:
        rows = rows.filter(queue__slug=queue)
    found: dict[str, list[str]] = defaultdict(list)
    for slug, number, identity in rows.values_list(
        "queue__slug", "operator__number", "operator__client_identity"
    ):
        for name in (number, identity and f"client:{identity}"):
            if name:
                found[name].append(slug)
    return found


def _by_quarter(since: datetime, until: datetime) -> list[tuple[int, int]]:
    """The quarter hours that a time touches, and the seconds in each."""
    begin, end = (int(at.timestamp()) for at in (since, until))
    found = []
    while begin < end:
        quarter = begin // QUARTER_SECONDS
        stop = min((quarter + 1) * QUARTER_SECONDS, end)
        found.append((quarter, stop - begin))
        begin = stop
    return found
