"""The figures of the wall: read once a moment, however many screens look on."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.utils import timezone

from callcenter import presence
from callcenter.flow.plan import CLIENT
from callcenter.models import (
    AbandonedCall,
    OperatorQueue,
    OperatorState,
    Queue,
    QueueThreshold,
)
from reports.kept import Kept
from reports.query.entry_tallies import entry_tallies
from reports.query.selection import Selection
from reports.query.tally import Tally
from reports.query.targets import Targets

State = OperatorState.State
INTERVAL_MINUTES = 30
# Nobody works through more, and the screen stays fast.
MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One queue at this moment, and its day until now."""

    slug: str
    name: str
    callers: int
    # When the first of them entered.
    since: datetime | None
    # Who of its operators is ready: for other queues too, perhaps.
    ready: Set[str]
    talking: int
    today: Tally
    # What entered within this half hour.
    interval: Tally
    target: int | None
    threshold_seconds: int


@dataclass(frozen=True, slots=True)
class Board:
    """All queues and operators at one moment."""

    at: datetime
    queues: list[QueueNow]
    operators: Mapping[str, Set[str]]
    # Who is to be rung back, by queue: each caller, and since when.
    ring_back: Mapping[str, Mapping[str, datetime]]


def read(now: datetime) -> Board:
    """The board at a moment, in a fixed number of queries."""
    day = now.date()
    asked = Selection(first=day, last=day)
    entries = asked.entries()
    today = _by_queue(entry_tallies(entries))
    interval = _by_queue(entry_tallies(entries.filter(entered_at__gte=begin(now))))
    waiting = presence.waiting(now)
    operators = presence.operators(now)
    serving = _serving()
    targets, thresholds = Targets(), _thresholds(now)
    queues = []
    for queue in Queue.objects.filter(is_active=True):
        here = waiting.get(queue.slug)
        who = serving[queue.slug]
        queues.append(
            QueueNow(
                slug=queue.slug,
                name=queue.name,
                callers=here.callers if here else 0,
                since=here.since if here else None,
                ready=who & operators[State.READY],
                talking=len(who & operators[State.TALKING]),
                today=today.get(queue.slug, Tally()),
                interval=interval.get(queue.slug, Tally()),
                target=targets.of(queue.slug, day),
                threshold_seconds=thresholds.get(queue.slug, 20),
            )
        )
    return Board(
        at=now,
        queues=queues,
        operators=operators,
        ring_back=_ring_back(),
    )


def begin(now: datetime) -> datetime:
    """When the half hour of a moment began."""
    minute = now.minute // INTERVAL_MINUTES * INTERVAL_MINUTES
    return now.replace(minute=minute, second=0, microsecond=0)


def _by_queue(found: Mapping[tuple[object, str], Tally]) -> dict[str, Tally]:
    return {queue: tally for (_time, queue), tally in found.items()}


def _ring_back() -> dict[str, dict[str, datetime]]:
    rows = AbandonedCall.all_reasons.to_ring_back().order_by()
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    for queue, caller, at in rows.values_list("queue", "caller").annotate(
        Min("abandoned_at")
    )[:MOST_CALLERS]:
        found[queue][caller] = at
    return found


def _serving() -> defaultdict[str, set[str]]:
    """The operators of each queue, named as their states are."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    rows = OperatorQueue.objects.filter(operator__is_active=True)
    for queue, number, client in rows.values_list(
        "queue__slug", "operator__number", "operator__client_identity"
    ):
        found[queue] |= {number or "", CLIENT + client if client else ""} - {""}
    return found


def _thresholds(now: datetime) -> dict[str, int]:
    """T of each queue today."""
    rows = QueueThreshold.objects.filter(valid_from__lte=now.date())
    return dict(
        rows.order_by("valid_from").values_list("queue__slug", "target_seconds")
    )


_kept = Kept(read)
forget = _kept.forget


def current() -> Board:
    """The board, at most a second old. Raises django.db.Error."""
    return _kept.at(timezone.localtime(timezone=timezone.get_default_timezone()))
