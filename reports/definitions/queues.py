"""How queues performed: by interval and at a glance."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from callcenter.models import Queue, QueueEntry
from reports.definitions.columns import QUEUE
from reports.present import formats, names
from reports.query import metrics
from reports.query.forms import ReportForm
from reports.query.metrics import Tally, Unit
from reports.query.periods import Key
from reports.query.table import Column, Report, Row, Totals

# Where a row keeps what it was made from, so that totals are made from sums.
TALLY = "tally"

# By interval, if rows have one, and by queue.
Tallies = dict[tuple[Key | None, str], Tally]

_FORMATS = {
    Unit.COUNT: formats.count,
    Unit.FRACTION: formats.percent,
    Unit.SECONDS: formats.duration,
    Unit.MEAN_SECONDS: formats.mean_duration,
}

_MEASURES = [
    Column(
        measure.code,
        measure.label,
        _FORMATS[measure.unit],
        explanation=measure.explanation,
    )
    for measure in metrics.QUEUE_MEASURES
]


class QueueTotals(Totals):
    """Adds the tallies of rows up; rates and percentiles are made from the sum."""

    def __init__(self, columns: Iterable[Column]) -> None:
        super().__init__(columns)
        self._tally = Tally()

    def add(self, row: Row) -> None:
        """Count one row in."""
        self._tally.add_tally(row[TALLY])

    def row(self) -> Row:
        """The total row."""
        return super().row() | metrics.measured(self._tally)


class QueueReport(Report):
    """Rows of queues, made from tallies of their entries."""

    def totals(self) -> QueueTotals:
        """An empty total for rows to be counted into as they are read."""
        return QueueTotals(self.columns)


class QueueSummaryReport(QueueReport):
    """One row a queue, idle ones too."""

    slug = "queue-summary"
    title = _("Queues at a glance")
    columns = [QUEUE, *_MEASURES]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows by queue name."""
        tallies = _tallies(form, interval=None)
        for queue in _queues(form, tallies):
            yield {"queue": queue} | _measured(tallies.get((None, queue)))


class QueueIntervalReport(QueueReport):
    """One row a queue and interval, quiet ones too."""

    slug = "queue-interval"
    title = _("Queues by interval")
    columns = [
        Column("interval_start", _("Interval"), formats.interval, names=names.weekdays),
        QUEUE,
        *_MEASURES,
    ]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows by interval, the newest last, and by queue name."""
        kind = form.cleaned_data["interval"]
        tallies = _tallies(form, interval=kind)
        queues = _queues(form, tallies)
        for start in form.period.intervals(kind):
            for queue in queues:
                row = {"interval_start": start, "queue": queue}
                yield row | _measured(tallies.get((start, queue)))


def _measured(tally: Tally | None) -> Row:
    tally = tally or Tally()
    return metrics.measured(tally) | {TALLY: tally}


def _queues(form: ReportForm, tallies: Tallies) -> list[str]:
    """The queue asked for; else those in use and those of the period, by name."""
    if queue := form.cleaned_data["queue"]:
        return [queue]
    seen = {queue for _start, queue in tallies}
    named = {}
    for slug, name, is_active in Queue.objects.values_list("slug", "name", "is_active"):
        if is_active or slug in seen:
            named[slug] = name
    return sorted(seen | named.keys(), key=lambda slug: (named.get(slug, slug), slug))


def _tallies(form: ReportForm, *, interval: str | None) -> Tallies:
    """Tallies by interval and queue: three queries, however long the period is."""
    tallies: Tallies = defaultdict(Tally)

    @cache
    def key(quarter: int | None) -> Key | None:
        if interval is None or quarter is None:
            return None
        return form.period.interval_of(quarter, interval)

    def tally(group: dict[str, Any]) -> Tally:
        return tallies[key(group.pop("of_quarter", None)), group.pop("of_queue")]

    def grouped(rows: QuerySet[Any], prefix: str = "") -> QuerySet[Any, dict[str, Any]]:
        by = {"of_queue": F(f"{prefix}queue")}
        if interval is not None:
            by["of_quarter"] = F(f"{prefix}entered_quarter")
        return rows.order_by().values(**by)

    entries = form.entries().whole()
    for sums in grouped(entries).annotate(**metrics.ENTRY_SUMS).iterator():
        tally(sums).add(**sums)

    answered = entries.filter(
        outcome=QueueEntry.Outcome.ANSWERED, wait_seconds__isnull=False
    )
    # The single waits, for percentiles: few values, each with its number of entries.
    waits = grouped(answered).annotate(of_wait=F("wait_seconds"), entries=Count("pk"))
    for wait in waits.iterator():
        tally(wait).waits[wait["of_wait"]] += wait["entries"]

    talks = grouped(form.connections().whole(), "entry__").annotate(**metrics.TALK_SUMS)
    for sums in talks.iterator():
        tally(sums).add(**sums)
    return tallies
