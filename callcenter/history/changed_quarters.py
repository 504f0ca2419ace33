"""Marks the quarter hours whose sums are not as they were counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callcenter.models import ChangedQuarter, Connection, OperatorState
from callcenter.models.states import LONGEST_LEG

About = ChangedQuarter.About

QUARTER_SECONDS = 900
# Every local day that a time touches has a mark: none is shorter than this.
_STEP = timedelta(hours=12) // timedelta(seconds=QUARTER_SECONDS)

Quarters = set[int]


@dataclass(slots=True)
class ChangedQuarters:
    """The quarter hours that one transaction changes, gathered to be marked at once."""

    of_queues: Quarters = field(default_factory=set)
    of_operators: Quarters = field(default_factory=set)

    def mark(self) -> None:
        """Store a mark on each, in one statement."""
        ChangedQuarter.objects.bulk_create(
            [
                ChangedQuarter(about=about, quarter=quarter)
                for about, quarters in (
                    (About.QUEUES, self.of_queues),
                    (About.OPERATORS, self.of_operators),
                )
                for quarter in sorted(quarters)
            ]
        )


def of_state(row: OperatorState) -> Quarters:
    """Where the sums of operators have this state: not while it is open."""
    if row.ended_at is None or row.state == OperatorState.State.SIGNED_OUT:
        return set()
    return set(_between(row.started_at, row.ended_at))


def of_connection(row: Connection) -> Quarters:
    """Where the sums of operators have this talk; that of unknown length nowhere."""
    if row.talk_seconds is None:
        return set()
    until = row.ended_at or row.connected_at + timedelta(seconds=row.talk_seconds)
    return set(_between(row.connected_at, until))


def _between(since: datetime, until: datetime) -> Iterator[int]:
    start, end = _quarter(since), _quarter(min(until, since + LONGEST_LEG))
    yield from range(start, end, _STEP)
    yield end


def _quarter(at: datetime) -> int:
    return int(at.timestamp()) // QUARTER_SECONDS
