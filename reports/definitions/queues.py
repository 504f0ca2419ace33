"""How queues performed: by interval and at a glance."""

from abc import abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from callcenter.models import Queue
from reports.definitions.changes import (
    BEFORE,
    Value,
    compared_columns,
    with_changes,
)
from reports.definitions.columns import QUEUE
from reports.definitions.counting import FORMULA, EntryCounts
from reports.present import kinds, names
from reports.query.comparison import compared_to, counterpart, counterparts
from reports.query.metrics import QUEUE_MEASURES, by_formula, measured, sums
from reports.query.periods import MINUTES, OF_DAYS, WEEKDAY, Key
from reports.query.selection import Selection
from reports.query.table import Behind, Column, Reading, Row
from reports.query.tallies import Tallies, Time, queue_tallies, sum_tallies, total_of
from reports.query.tally import Tally

INTERVAL_START = Column(
    "interval_start", _("Interval"), kinds.INTERVAL, names=names.times
)


# A time (None where a report has none) and a queue: of what a tally and a row are.
Place = tuple[Key | None, str]


class QueueReport(EntryCounts):
    """Rows of queues, made from tallies of their entries.

    Compared with another period, some measures are followed by what they were then and
    by the change.
    """

    fields = (*EntryCounts.fields, *FORMULA, "compare")

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; rates and percentiles of the total are made from the sum of all."""
        found = self._tallies(asked)
        # Made only where it is asked for: it takes as long as the rows of a year.
        total = cache(lambda: total_of(found))
        columns = by_formula(self.columns, asked.formula)
        # The values before them say which row it is.
        head, measures = columns[: self._heads], columns[self._heads :]
        # Most rows of a night have no entries.
        of_none = measured(Tally(), measures)

        def values(tally: Tally | None) -> Mapping[str, Value]:
            return measured(tally, measures) if tally else of_none

        earlier = compared_to(asked) if asked.compare else None
        if earlier is None:
            return Reading(
                columns,
                (
                    [*self._head(place), *values(found.get(place)).values()]
                    for place in self._places(asked, found)
                ),
                lambda: [*[None] * self._heads, *values(total()).values()],
                sums=lambda: sums(total(), asked.formula),
            )
        then = self._tallies(earlier)
        times = self._times(asked, earlier)

        def compared(place: Place) -> Iterator[Value]:
            time, queue = place
            before = values(then.get((times[time], queue))) if time in times else None
            return with_changes(values(found.get(place)), before)

        return Reading(
            [*head, *compared_columns(measures)],
            (
                [*self._head(place), *compared(place)]
                for place in self._places(asked, {**then, **found})
            ),
            lambda: [
                *[None] * self._heads,
                *with_changes(values(total()), values(total_of(then))),
            ],
            sums=lambda: sums(total(), asked.formula),
        )

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The queue entries of a count, also of the period that it is compared with."""
        if not code.endswith(BEFORE):
            return super().behind(asked, row, code)
        earlier, counted = compared_to(asked), code.removesuffix(BEFORE)
        if earlier is None:
            return None
        if row is None:
            return super().behind(earlier, None, counted)
        time, queue = (None, *row[: self._heads])[-2:]
        then = None if time is None else counterpart(asked, earlier, time)
        if then is None and time is not None:
            return None
        of_then = self._head((then, queue or ""))
        return super().behind(earlier, of_then, counted)

    def _tallies(self, asked: Selection) -> Tallies[Key]:
        """By time and queue; of all queues together under an empty name."""
        found = queue_tallies(asked, self._time(asked))
        if not asked.together:
            return found
        merged: Tallies[Key] = defaultdict(Tally)
        for (time, _queue), tally in found.items():
            merged[time, ""].add_tally(tally)
        return dict(merged)

    @property
    def _heads(self) -> int:
        """How many values of a row say what it is of."""
        return len(self.columns) - len(QUEUE_MEASURES)

    def _head(self, place: Place) -> Row:
        """The values of a row that say what it is of."""
        time, queue = place
        return (time, queue or None)[-self._heads :]

    def _narrowed(self, asked: Selection, row: Row | None, code: str) -> Selection:
        return asked if row is None else self._of_row(asked, row)

    def _of_row(self, asked: Selection, row: Row) -> Selection:
        """What is asked for, of a row."""
        return replace(asked, queue=row[0])

    def _time(self, asked: Selection) -> Time[Key] | None:
        return None

    def _times(
        self, asked: Selection, earlier: Selection
    ) -> Mapping[Key | None, Key | None]:
        """What each time of this period is compared to in the earlier one."""
        return {None: None}

    @abstractmethod
    def _places(self, asked: Selection, found: Iterable[Place]) -> Iterator[Place]:
        """Of what the rows are, in their order; `found` are those with entries."""


class QueueSummaryReport(QueueReport):
    """One row per queue, idle ones too."""

    slug = "queue-summary"
    title = _("Queues at a glance")
    columns = [QUEUE, *QUEUE_MEASURES]

    def _places(self, asked: Selection, found: Iterable[Place]) -> Iterator[Place]:
        for queue in queues_of(asked, {queue for _time, queue in found}):
            yield None, queue


class QueueIntervalReport(QueueReport):
    """One row per queue and interval, quiet ones too; the newest interval last."""

    slug = "queue-interval"
    drawn = "interval"
    title = _("Queues by interval")
    has_together = True
    columns = [
        INTERVAL_START,
        replace(QUEUE, nothing=_("All queues")),
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

    def _times(
        self, asked: Selection, earlier: Selection
    ) -> Mapping[Key | None, Key | None]:
        return counterparts(asked, earlier)

    def entered_before(
        self, asked: Selection, earlier: Selection
    ) -> dict[Key | None, int]:
        """How many entered then, in all queues, by the intervals of this period."""
        counts: Counter[Key | None] = Counter()
        for (time, _queue), tally in sum_tallies(earlier, self._time(earlier)).items():
            counts[time] += tally.entered
        return {key: counts[then] for key, then in counterparts(asked, earlier).items()}

    def _of_row(self, asked: Selection, row: Row) -> Selection:
        return of_interval(asked, row[0], queue=row[1] or "")

    def _places(self, asked: Selection, found: Iterable[Place]) -> Iterator[Place]:
        queues = queues_of(asked, {queue for _time, queue in found})
        if asked.together:
            queues = [""]
        for start in asked.period.intervals(asked.interval):
            for queue in queues:
                yield start, queue


def of_interval(asked: Selection, key: Key, **more: Any) -> Selection:
    """What is asked for, in one interval of it; with other values of more fields."""
    if not isinstance(key, datetime):
        if asked.interval == WEEKDAY:
            return replace(asked, weekday=key, **more)
        weekday, _dash, hour = key.rpartition("-")
        return replace(asked, weekday=weekday or asked.weekday, hour=int(hour), **more)
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
