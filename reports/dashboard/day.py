"""The day on the first page: its chart, and how each queue fares now and on that day.

Before the first call of a day it is the last day that had any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString

from callcenter import presence
from callcenter.models import QueueEntry
from reports.definitions.queues import QueueIntervalReport, QueueSummaryReport
from reports.pages import chart, intervals
from reports.pages.report_page import CHARTS, beside
from reports.present import formats, names
from reports.present.links import list_url, report_url
from reports.present.meters import meter
from reports.query.periods import Key
from reports.query.selection import Selection, default_zone
from reports.query.table import Behind, Column
from reports.query.targets import Targets

INTERVAL = "30"
# What the table says of a queue's day.
MEASURES = ("entered", "answered", "abandoned", "service_level", "abandonment_rate")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number, and the list that it opens."""

    text: str
    url: str = ""
    # A service level beside its target.
    meter: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue: who waits in it now, and its day."""

    name: str
    waiting: Cell
    longest: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Day:
    """A day as the first page shows it."""

    day: date
    is_today: bool
    chart: dict[str, Any] | None
    heads: list[str]
    queues: list[QueueLine]
    report_url: str


def latest(now: datetime, targets: Targets) -> Day | None:
    """Today if anybody has entered a queue, else the last day on which somebody did.

    None where nobody ever has.
    """
    newest = QueueEntry.objects.order_by("-entered_at").values_list("entered_at")[:1]
    entered = next((at for (at,) in newest), None)
    if entered is None:
        return None
    zone = default_zone()
    today = now.astimezone(zone).date()
    # An entry from the future, by a clock that is wrong, is of today too.
    day = min(entered.astimezone(zone).date(), today)
    asked = Selection(first=day, last=day, interval=INTERVAL)
    columns = {column.code: column for column in QueueSummaryReport().columns}
    return Day(
        day,
        day == today,
        _chart(asked, now, targets),
        [columns[code].heading for code in MEASURES],
        _queues(asked, now, columns, targets),
        f"{report_url('queue-interval')}?first={day}&last={day}",
    )


def _chart(asked: Selection, now: datetime, targets: Targets) -> dict[str, Any] | None:
    if not finders.find(CHARTS):
        return None
    report, period = QueueIntervalReport(), asked.period
    reading = report.read(asked)
    rows = list(reading.rows())

    def label(key: Key) -> str:
        if not isinstance(key, datetime):
            raise TypeError("half hours begin at a moment")
        return intervals.tick(period, key, INTERVAL)

    def is_unfinished(key: Key) -> bool:
        return isinstance(key, datetime) and key <= now < period.end_of(key, INTERVAL)

    queues = {row[1] for row in rows}
    return chart.by_interval(
        *(reading.columns, rows, label, is_unfinished, beside(report, asked)),
        lambda _key: targets.shared(queues, period.last),
    )


def _queues(
    asked: Selection, now: datetime, columns: Mapping[str, Column], targets: Targets
) -> list[QueueLine]:
    report = QueueSummaryReport()
    reading = report.read(asked)
    codes = [column.code for column in reading.columns]
    waiting = presence.waiting(now)
    named = names.queues()
    lines = []
    for row in reading.rows():
        cells, queue = [], row[0]
        target = targets.of(queue, asked.period.last)
        for code in MEASURES:
            value = row[codes.index(code)]
            behind = report.behind(asked, row, code) if value else None
            drawn = meter(value, target) if code == "service_level" else ""
            cells.append(Cell(columns[code].shown(value), _url(behind), drawn))
        here = waiting.get(queue)
        lines.append(
            QueueLine(
                str(named.get(queue, queue)),
                Cell(
                    formats.count(here.callers if here else 0),
                    list_url(QueueEntry, Selection(queue=queue, now=True))
                    if here
                    else "",
                ),
                formats.duration(int((now - here.since).total_seconds())) or ""
                if here
                else "",
                cells,
            )
        )
    return lines


def _url(behind: Behind | None) -> str:
    return list_url(behind.model, behind.asked) if behind else ""
