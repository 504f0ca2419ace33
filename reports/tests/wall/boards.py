"""Boards of made-up queues, for what the wall makes of them. No database."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callcenter.models import OperatorState
from reports.query.tally import Tally
from reports.wall.board import Board, QueueNow

State = OperatorState.State
NOW = datetime(2026, 11, 24, 14, 32, tzinfo=ZoneInfo("Asia/Tokyo"))


def queue(
    name: str = "Support",
    *,
    callers: int = 0,
    waits: int | None = None,
    ready: int = 1,
    talking: int = 0,
    within: int = 0,
    offered: int = 0,
    target: int | None = 80,
) -> QueueNow:
    """A queue whose first caller has waited so many seconds; its day until now."""
    day = Tally(
        answered=within, answered_within=within, abandoned=max(offered - within, 0)
    )
    return QueueNow(
        slug=name,
        name=name,
        callers=callers,
        since=None if waits is None else NOW - timedelta(seconds=waits),
        ready={f"operator {number}" for number in range(ready)},
        talking=talking,
        today=day,
        interval=day,
        target=target,
        threshold_seconds=20,
    )


def board(*queues: QueueNow, ring_back: int = 0, hours: int = 2) -> Board:
    """All queues at NOW, with so many callers who are to be rung back."""
    operators: dict[str, set[str]] = {
        state: set()
        for state in (State.READY, State.TALKING, State.WRAP_UP, State.NOT_READY)
    }
    operators[State.READY].update(*(one.ready for one in queues))
    since = NOW - timedelta(hours=hours)
    callers = {f"caller {number}": since for number in range(ring_back)}
    slug = queues[0].slug if queues else ""
    return Board(
        at=NOW,
        queues=list(queues),
        operators=operators,
        ring_back={slug: callers} if callers else {},
    )
