"""How queues performed: by interval and at a glance."""

from abc import abstractmethod
from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from callcenter.models import Queue
from reports.definitions.columns import QUEUE
from reports.definitions.counting import FORMULA, EntryCounts
from reports.present import kinds, names
from reports.query.metrics import QUEUE_MEASURES, by_formula, measured, sums
from reports.query.periods import MINUTES, OF_DAYS, WEEKDAY, Key
from reports.query.selection import Selection
from reports.query.table import Column, Reading, Row
from reports.query.tallies import Tallies, Time, queue_tallies, sum_tallies, total_of
from reports.query.tally import Tally

INTERVAL_START = Column(
    "interval_start", _("Interval"), kinds.INTERVAL, names=names.weekdays
)


class QueueReport(EntryCounts):
    """Rows of queues, made from tallies of their entries."""

    fields = (*EntryCounts.fields, *FORMULA)

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; rates and percentiles of the total are made from the sum of all."""
        found = queue_tallies(asked, self._time(asked))
        # Made only where it is asked for: it takes as long as the rows of a year.
        total = cache(lambda: total_of(found))
        columns = by_formula(self.columns, asked.formula)
        # The values before them say which row it is.
        measures = columns[-len(QUEUE_MEASURES) :]
        keys = [None] * (len(columns) - len(measures))

        # Most rows of a night have no entries.
        of_none = list(measured(Tally(), measures).values())

        def values(tally: Tally | None) -> list[int | float | None]:
            return list(measured(tally, measures).values()) if tally else of_none

        return Reading(
            columns,
            ([*key, *values(tally)] for key, tally in self._tallied(asked, found)),
            lambda: [*keys, *values(total())],
            sums=lambda: sums(total(), asked.formula),
        )

    def _narrowed(self, asked: Selection, row: Row | None, code: str) -> Selection:
        return asked if row is None else self._of_row(asked, row)

    def _of_row(self, asked: Selection, row: Row) -> Selection:
        """What is asked for, of a row."""
        return replace(asked, queue=row[0])

    def _time(self, asked: Selection) -> Time[Key] | None:
        return None

    @abstractmethod
    def _tallied(
        self, asked: Selection, found: Tallies[Key]
    ) -> Iterator[tuple[Row, Tally | None]]:
        """The first values of each row, which say what it is of, and its tally."""


class QueueSummaryReport(QueueReport):
    """One row per queue, idle ones too."""

    slug = "queue-summary"
    title = _("Queues at a glance")
    columns = [QUEUE, *QUEUE_MEASURES]

    def _tallied(
        self, asked: Selection, found: Tallies[Key]
    ) -> Iterator[tuple[Row, Tally | None]]:
        for queue in queues_of(asked, {queue for _time, queue in found}):
            yield [queue], found.get((None, queue))


class QueueIntervalReport(QueueReport):
    """One row per queue and interval, quiet ones too; the newest interval last."""

    slug = "queue-interval"
    drawn = "interval"
    title = _("Queues by interval")
    columns = [
        INTERVAL_START,
        QUEUE,
        *QUEUE_MEASURES,
    ]

    fields = ("queue", "interval", *QueueReport.fields[1:])
    hides_quiet = True

    def _time(self, asked: Selection) -> Time[Key]:
        period, interval = asked.period, asked.interval
        return Time(
            lambda quarter: period.interval_of(quarter, interval),
            is_of_days=interval in OF_DAYS,
        )

    def entered(self, asked: Selection) -> list[tuple[Key, int]]:
        """How many entered in each interval, in all queues; quiet intervals too."""
        counts = dict.fromkeys(asked.period.intervals(asked.interval), 0)
        for (key, _queue), tally in sum_tallies(asked, self._time(asked)).items():
            if key is not None:
                counts[key] += tally.entered
        return list(counts.items())

    def _of_row(self, asked: Selection, row: Row) -> Selection:
        return of_interval(asked, row[0], queue=row[1])

    def _tallied(
        self, asked: Selection, found: Tallies[Key]
    ) -> Iterator[tuple[Row, Tally | None]]:
        queues = queues_of(asked, {queue for _time, queue in found})
        starts: Iterator[Key] = asked.period.intervals(asked.interval)
        for start in starts:
            for queue in queues:
                yield [start, queue], found.get((start, queue))


def of_interval(asked: Selection, key: Key, **more: Any) -> Selection:
    """What is asked for, in one interval of it; with other values of more fields."""
    if not isinstance(key, datetime):
        if asked.interval == WEEKDAY:
            return replace(asked, weekday=key, **more)
        return replace(asked, hour=int(key), **more)
    if asked.interval in MINUTES:
        end = asked.period.end_of(key, asked.interval)
        return replace(asked, since=key, until=end, **more)
    first, last = asked.period.days_of(key, asked.interval)
    return replace(asked, first=first, last=last, **more)


def queues_of(asked: Selection, seen: Set[str]) -> list[str]:
    """The queue asked for; else those in use and those that were seen, by name."""
    if asked.queue:
        return [asked.queue]
    named = {}
    for slug, name, is_active in Queue.objects.values_list("slug", "name", "is_active"):
        if is_active or slug in seen:
            named[slug] = name
    return sorted(seen | named.keys(), key=lambda slug: (named.get(slug, slug), slug))
