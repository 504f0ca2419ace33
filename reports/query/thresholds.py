"""Which thresholds counted in a period: each queue's, with the day they began."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from callcenter.history.rules import DEFAULT
from callcenter.models import Queue, QueueThreshold
from reports.query.selection import Selection


@dataclass(frozen=True, slots=True)
class Used:
    """The thresholds of one queue, in seconds; `since` is empty for the usual ones."""

    queue: str
    target_seconds: int
    short_abandon_seconds: int
    since: date | None = None
    # Of the service level, in per cent.
    service_level_target: int | None = None


def thresholds_used(asked: Selection) -> list[Used]:
    """The thresholds valid at some time of the period, in two queries.

    The service level threshold is another one where that is asked for. Of a queue that
    was deleted nobody knows them any more.
    """
    queues = Queue.objects.order_by("name", "pk")
    queues = queues.filter(slug=asked.queue) if asked.queue else queues
    rows = QueueThreshold.objects.order_by("queue", "valid_from").values_list(
        *("queue", "valid_from", "target_seconds", "short_abandon_seconds"),
        "service_level_target",
    )
    by_queue = {
        queue: [row[1:] for row in of_queue]
        for queue, of_queue in groupby(rows, key=lambda row: row[0])
    }
    return [
        Used(
            name,
            seconds if asked.threshold is None else asked.threshold,
            short,
            since,
            target,
        )
        for pk, name in queues.values_list("pk", "name")
        for since, seconds, short, target in _valid(by_queue.get(pk, []), asked)
    ]


def threshold_by_queue(asked: Selection) -> dict[str, int]:
    """The service level threshold of each queue on the last day of the period.

    Seconds; the usual one of a queue without one, or that was deleted; another one
    where that is asked for.
    """
    usual = DEFAULT.target_seconds if asked.threshold is None else asked.threshold
    found: dict[str, int] = defaultdict(lambda: usual)
    if asked.threshold is None:
        rows = QueueThreshold.objects.filter(valid_from__lte=asked.period.last)
        found |= rows.order_by("valid_from").values_list(
            "queue__slug", "target_seconds"
        )
    return found


def _valid(
    rows: list[tuple[date, int, int, int | None]], asked: Selection
) -> Iterator[tuple[date | None, int, int, int | None]]:
    """The thresholds of a queue that begin in the period, and those before them."""
    period = asked.period
    within = [row for row in rows if period.first < row[0] <= period.last]
    before = [row for row in rows if row[0] <= period.first]
    if before:
        yield before[-1]
    else:
        yield None, DEFAULT.target_seconds, DEFAULT.short_abandon_seconds, None
    yield from within
