"""How queues performed: by interval and at a glance."""

from abc import abstractmethod
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from callcenter.models import Queue
from reports.definitions.columns import QUEUE
from reports.present import kinds, names
from reports.query.metrics import QUEUE_MEASURES, Tally, measured
from reports.query.periods import Key
from reports.query.selection import Selection
from reports.query.table import Column, Reading, Row, Table
from reports.query.tallies import Tallies, tallies, total_of


class QueueReport(Table):
    """Rows of queues, made from tallies of their entries."""

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; rates and percentiles of the total are made from the sum of all."""
        found = tallies(asked, interval=self._interval(asked))
        keys = [None] * (len(self.columns) - len(QUEUE_MEASURES))
        return Reading(
            self.columns,
            self._rows(asked, found),
            lambda: [*keys, *_measured(total_of(found))],
        )

    def _interval(self, asked: Selection) -> str | None:
        return None

    @abstractmethod
    def _rows(self, asked: Selection, found: Tallies) -> Iterator[Row]:
        """The rows made of these tallies."""


class QueueSummaryReport(QueueReport):
    """One row per queue, idle ones too."""

    slug = "queue-summary"
    title = _("Queues at a glance")
    columns = [QUEUE, *QUEUE_MEASURES]

    def _rows(self, asked: Selection, found: Tallies) -> Iterator[Row]:
        for queue in _queues(asked, found):
            yield [queue, *_measured(found.get((None, queue)))]


class QueueIntervalReport(QueueReport):
    """One row per queue and interval, quiet ones too; the newest interval last."""

    slug = "queue-interval"
    title = _("Queues by interval")
    columns = [
        Column("interval_start", _("Interval"), kinds.INTERVAL, names=names.weekdays),
        QUEUE,
        *QUEUE_MEASURES,
    ]

    def _interval(self, asked: Selection) -> str | None:
        return asked.interval

    def _rows(self, asked: Selection, found: Tallies) -> Iterator[Row]:
        queues = _queues(asked, found)
        starts: Iterator[Key] = asked.period.intervals(asked.interval)
        for start in starts:
            for queue in queues:
                yield [start, queue, *_measured(found.get((start, queue)))]


def _measured(tally: Tally | None) -> list[int | float | None]:
    return list(measured(tally or Tally()).values())


def _queues(asked: Selection, found: Tallies) -> list[str]:
    """The queue asked for; else those in use and those of the period, by name."""
    if asked.queue:
        return [asked.queue]
    seen = {queue for _start, queue in found}
    named = {}
    for slug, name, is_active in Queue.objects.values_list("slug", "name", "is_active"):
        if is_active or slug in seen:
            named[slug] = name
    return sorted(seen | named.keys(), key=lambda slug: (named.get(slug, slug), slug))
