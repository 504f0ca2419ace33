"""What the daily report says: read once, for its page and for its sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from callcenter.days import midnight
from callcenter.models import AbandonedCall, Connection
from reports.daily.spans import Span
from reports.definitions.queues import (
    QueueIntervalReport,
    QueueSummaryReport,
    of_interval,
)
from reports.models import DayNote
from reports.present import formats, kinds, masking, names
from reports.query.comparison import judgement
from reports.query.measures import rate
from reports.query.metrics import QUEUE_MEASURES
from reports.query.periods import DAY, Key
from reports.query.selection import Selection, default_zone
from reports.query.table import Behind, Column, Row
from reports.query.targets import Targets

# Measures of the whole period, and those of each queue and interval.
FIGURES = (
    "entered",
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "overflowed",
    "waiting",
    "unknown",
    "service_level",
    "answer_rate",
    "abandonment_rate",
    "asa_seconds",
    "longest_wait_seconds",
    "average_abandon_seconds",
    "average_talk_seconds",
)
# Seldom any, and then the balance needs them.
_UNLESS_NONE = ("waiting", "unknown")
OF_QUEUES = (
    "entered",
    "answered",
    "abandoned",
    "service_level",
    "abandonment_rate",
    "asa_seconds",
)
OF_INTERVALS = ("entered", "answered", "abandoned", "service_level")
_COLUMNS = {column.code: column for column in QUEUE_MEASURES}
_OPERATOR_COLUMNS = (
    Column("operator", _("Operator"), kinds.PHONE_NUMBER, names=names.operators),
    Column("connections", _("Conversations"), kinds.COUNT),
    Column("talk_seconds", _("Talk time"), kinds.SECONDS),
    Column("average_talk_seconds", _("Average talk time (ATT)"), kinds.MEAN_SECONDS),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of the period, beside that of the period before."""

    column: Column
    value: Any
    before: Any

    @property
    def difference(self) -> float | None:
        """How much more it is now; None where one of them is not known."""
        if self.value is None or self.before is None:
            return None
        difference: float = self.value - self.before
        return difference

    @property
    def judgement(self) -> str:
        """`better`, `worse`, or empty where it says nothing of the kind."""
        return judgement(self.column.code, self.difference)


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the report: raw values under its columns.

    `behind` gives what a number of a row counts, by the code of its column.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    behind: Callable[[Row, str], Behind | None]


@dataclass(slots=True)
class Lost:
    """A caller who gave up and whom nobody has reached since; of the last such call."""

    abandoned_at: datetime
    caller: str
    queue: str
    wait_seconds: int | None
    # How often they gave up in the period, and how often somebody tried to ring back.
    times: int = 1
    attempts: int = 0

    @property
    def shown_wait(self) -> str:
        """The wait as the page writes it."""
        return formats.duration(self.wait_seconds) or ""


@dataclass(slots=True)
class Daily:
    """The whole report."""

    span: Span
    asked: Selection
    figures: list[Figure]
    queues: Part
    intervals: Part
    operators: Part
    # The service level target of the last day, where all queues have the same.
    target: int | None = None
    # Callers who are still to be reached.
    lost: list[Lost] = field(default_factory=list)
    notes: list[DayNote] = field(default_factory=list)


def daily(span: Span, user: User | AnonymousUser) -> Daily:
    """The report of a period, in a fixed number of queries."""
    asked, before = (_selection(one) for one in (span, span.compared))
    queues, now = _of_queues(asked)
    _before_rows, then = _of_queues(before)
    found = Daily(
        span,
        asked,
        _beside(now, then),
        queues,
        _of_intervals(asked),
        _of_operators(span),
    )
    used = {row[0] for row in queues.rows if any(row[1:])}
    found.target = Targets().shared(used, span.last)
    if user.has_perm("callcenter.view_abandonedcall"):
        found.lost = _lost(span, user)
    found.notes = list(
        DayNote.objects.filter(day__range=(span.first, span.last)).order_by("day", "pk")
    )
    return found


def figures(asked: Selection, before: Selection) -> list[Figure]:
    """The measures of the entries of a selection, beside those of another."""
    (_rows, now), (_before_rows, then) = _of_queues(asked), _of_queues(before)
    return _beside(now, then)


def _beside(now: dict[str, Any], then: dict[str, Any]) -> list[Figure]:
    return [
        Figure(_COLUMNS[code], now[code], then[code])
        for code in FIGURES
        if now[code] or code not in _UNLESS_NONE
    ]


def _selection(span: Span) -> Selection:
    return Selection(first=span.first, last=span.last, interval=span.interval)


def _of_queues(asked: Selection) -> tuple[Part, dict[str, Any]]:
    """The rows of the queues, and the measures of all together."""
    reading = QueueSummaryReport().read(asked)
    codes = [column.code for column in reading.columns]
    places = [codes.index(code) for code in OF_QUEUES]
    rows = [[row[0], *(row[place] for place in places)] for row in reading.rows()]
    columns = [reading.columns[0], *(_COLUMNS[code] for code in OF_QUEUES)]
    totals = dict(zip(codes, reading.totals(), strict=True))
    report = QueueSummaryReport()
    return Part(columns, rows, partial(report.behind, asked)), totals


def _of_intervals(asked: Selection) -> Part:
    """The sums of all queues by interval, from the first with entries to the last."""
    reading = QueueIntervalReport().read(asked)
    codes = [column.code for column in reading.columns]
    wanted = ("entered", "answered", "abandoned", "answered_within", "offered")
    places = [codes.index(code) for code in wanted]
    sums: dict[Key, list[int]] = {}
    for row in reading.rows():
        found = sums.setdefault(row[0], [0] * len(wanted))
        for number, place in enumerate(places):
            found[number] += row[place]
    busy = [key for key, found in sums.items() if any(found)]
    shown = list(sums)
    if busy:
        shown = shown[shown.index(busy[0]) : shown.index(busy[-1]) + 1]
    rows = [
        [key, *sums[key][:3], rate(sums[key][3], sums[key][4])]
        for key in (shown if busy else [])
    ]
    columns = [reading.columns[0], *(_COLUMNS[code] for code in OF_INTERVALS)]

    def behind(row: Row, code: str) -> Behind | None:
        of_row = of_interval(asked, row[0])
        return QueueSummaryReport().behind(of_row, None, code)

    return Part(columns, rows, behind)


def _of_operators(span: Span) -> Part:
    """Conversations that began in the period, by operator, most of them first."""
    zone = default_zone()
    start, end = midnight(span.first, zone), midnight(span.last + DAY, zone)
    found = (
        Connection.objects.filter(connected_at__gte=start, connected_at__lt=end)
        .order_by()
        .values_list("operator")
        .annotate(Count("pk"), Sum("talk_seconds", default=0), Count("talk_seconds"))
    )
    rows: list[Row] = [
        [operator, count, talk, rate(talk, talks)]
        for operator, count, talk, talks in sorted(
            found, key=lambda row: (-row[1], row[0])
        )
    ]

    def behind(row: Row, code: str) -> Behind | None:
        if code != "connections":
            return None
        of_row = Selection(first=span.first, last=span.last, operators=(row[0],))
        return Behind(Connection, of_row)

    return Part(_OPERATOR_COLUMNS, rows, behind)


def _lost(span: Span, user: User | AnonymousUser) -> list[Lost]:
    """The callers who gave up in the period and whom nobody has reached yet.

    As the work list has them: a caller once, the one who gave up last first.
    """
    zone = default_zone()
    calls = (
        AbandonedCall.objects.to_ring_back()
        .filter(
            entered_at__gte=midnight(span.first, zone),
            entered_at__lt=midnight(span.last + DAY, zone),
        )
        .order_by("-abandoned_at", "-pk")
        .values_list(
            *("caller", "abandoned_at", "queue", "wait_seconds"), "follow_up__attempts"
        )
    )
    queues = names.queues()
    found: dict[str, Lost] = {}
    for caller, abandoned_at, queue, wait, attempts in calls:
        if known := found.get(caller):
            known.times += 1
            known.attempts = max(known.attempts, attempts or 0)
            continue
        found[caller] = Lost(
            abandoned_at,
            masking.number_for(user, caller),
            str(queues.get(queue, queue)),
            wait,
            attempts=attempts or 0,
        )
    return list(found.values())
