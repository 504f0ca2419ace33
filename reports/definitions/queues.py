"""How queues performed: by interval and at a glance."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from callcenter.models import Queue, QueueEntry
from reports.definitions.columns import QUEUE
from reports.present import kinds, names
from reports.query.counted import COUNTED
from reports.query.metrics import QUEUE_MEASURES, Tally, measured
from reports.query.periods import MINUTES, WEEKDAY, Key
from reports.query.selection import Selection
from reports.query.table import DAYS_BY_THE_CLOCK, Behind, Column, Reading, Row, Table
from reports.query.tallies import Tallies, tallies, total_of

Outcome = QueueEntry.Outcome


class QueueReport(Table):
    """Rows of queues, made from tallies of their entries."""

    unit = _("Counts queue entries: one call may enter several times.")
    fields: Sequence[str] = ("queue", "line", "operator", *DAYS_BY_THE_CLOCK)

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; rates and percentiles of the total are made from the sum of all."""
        found = tallies(asked, interval=self._interval(asked))
        total = total_of(found)
        keys = [None] * (len(self.columns) - len(QUEUE_MEASURES))
        return Reading(
            self.columns,
            self._rows(asked, found),
            lambda: [*keys, *_measured(total)],
            sums=lambda: {name: getattr(total, name) for name in _PARTS},
        )

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The queue entries of a count; the connections of the talk time."""
        if code not in COUNTED:
            return None
        if row is not None:
            asked = self._narrowed(asked, row)
        if code in Outcome.values:
            return Behind(QueueEntry, replace(asked, outcome=code))
        return Behind(QueueEntry, replace(asked, counted=code))

    def _narrowed(self, asked: Selection, row: Row) -> Selection:
        """What is asked for, of a row."""
        return replace(asked, queue=row[0])

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

    fields = ("queue", "interval", *QueueReport.fields[1:])

    def _interval(self, asked: Selection) -> str | None:
        return asked.interval

    def _narrowed(self, asked: Selection, row: Row) -> Selection:
        return replace(of_interval(asked, row[0]), queue=row[1])

    def _rows(self, asked: Selection, found: Tallies) -> Iterator[Row]:
        queues = _queues(asked, found)
        starts: Iterator[Key] = asked.period.intervals(asked.interval)
        for start in starts:
            for queue in queues:
                yield [start, queue, *_measured(found.get((start, queue)))]


# The sums that rates and means of a tally are made of.
_PARTS = sorted({part for each in QUEUE_MEASURES for part in each.parts or ()})


def of_interval(asked: Selection, key: Key) -> Selection:
    """What is asked for, in one interval of it."""
    if not isinstance(key, datetime):
        if asked.interval == WEEKDAY:
            return replace(asked, weekday=key)
        return replace(asked, hour=int(key))
    if asked.interval in MINUTES:
        end = asked.period.end_of(key, asked.interval)
        return replace(asked, since=key, until=end)
    first, last = asked.period.days_of(key, asked.interval)
    return replace(asked, first=first, last=last)


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
