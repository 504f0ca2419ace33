"""A reading as the table of a page: heads in groups, and cells with links."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice, takewhile
from typing import Any

from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from reports.definitions.changes import CHANGE
from reports.pages import chart, intervals
from reports.pages.cells import Cell, Line
from reports.pages.explain import Explanation, explain
from reports.present import decisions, kinds
from reports.present.links import PageLinks
from reports.present.meters import meter
from reports.query.comparison import judgement
from reports.query.periods import day_of
from reports.query.selection import Selection
from reports.query.table import Column, Reading, Row, Table
from reports.query.targets import Targets
from reports.query.thresholds import Used, thresholds_used

PAGE_ROWS = 200
LEVEL = "service_level"
GAP = "operators_gap"
_TIMES = (kinds.SECONDS, kinds.MEAN_SECONDS, kinds.SECONDS_CHANGE)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    label: str
    code: str
    is_text: bool
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Columns next to each other under one heading; a heading may be empty."""

    label: StrOrPromise
    heads: list[Head]


@dataclass(slots=True)
class ShownTable:
    """The table of a page: some rows of a reading, and its total."""

    groups: list[Group]
    lines: list[Line]
    # None where rows do not add up: those of a list are no sums.
    total: Line | None
    # Which rows these are, from 1, and how many there are.
    first: int
    last: int
    count: int
    # How many more rows have no entries, and are left out.
    quiet: int = 0
    # The rows as they are, for the chart.
    rows: list[Row] = field(default_factory=list)


class TableView:
    """A report's reading on its way to a page, for one reader."""

    def __init__(
        self,
        report: Table,
        reading: Reading,
        asked: Selection,
        links: PageLinks,
        now: datetime,
    ) -> None:
        self._report = report
        self._reading = reading
        self._asked = asked
        self._links = links
        self._now = now
        self._columns = reading.columns
        self._names = [each.names() if each.names else None for each in self._columns]
        self._keys = len(list(takewhile(is_text, self._columns)))
        codes = [each.code for each in self._columns]
        # Rows of queues have targets.
        self._queue = codes.index("queue") if "queue" in codes else None
        self._targets = (
            Targets() if LEVEL in codes and self._queue is not None else None
        )

    def table(self, page: int, *, with_quiet: bool = True) -> ShownTable:
        """The rows of a page, counted from 1; without those of no entries if wanted."""
        rows = list(self._reading.rows())
        listed = (
            rows if with_quiet else [row for row in rows if not self._is_quiet(row)]
        )
        start = (page - 1) * PAGE_ROWS
        shown = list(islice(listed, start, start + PAGE_ROWS))
        totals = self._reading.totals()
        return ShownTable(
            groups=self._groups(totals),
            lines=[self._line(row) for row in shown],
            total=None if set(totals) == {None} else self._line(None, totals),
            first=start + 1,
            last=start + len(shown),
            count=len(listed),
            quiet=len(rows) - len(listed),
            rows=rows,
        )

    def chart(
        self, rows: Sequence[Row], compared: chart.Compared | None = None
    ) -> dict[str, Any] | None:
        """The chart of all rows; None where the report has none, or nothing to draw."""
        if self._report.drawn == "interval":
            return chart.by_interval(
                *(self._columns, rows, self._tick, self._is_provisional, compared),
                self._target_at({row[self.place_of("queue")] for row in rows}),
            )
        if self._report.drawn == "staffing":
            return chart.by_operators(self._columns, rows, self._tick)
        if self._report.drawn == "paths":
            return chart.by_path(self._columns, rows, self._steps)
        if self._report.drawn == "waits":
            targets = {used.target_seconds for used in thresholds_used(self._asked)}
            # Of queues with different thresholds no bar is within or beyond.
            target = targets.pop() if len(targets) == 1 else None
            return chart.by_wait(self._columns, rows, target)
        return None

    def _tick(self, key: Any) -> str:
        if isinstance(key, datetime):
            return intervals.tick(self._asked.period, key, self._asked.interval)
        return str((self._names[0] or {}).get(key, key))

    def _steps(self, path: str) -> list[str]:
        """The steps of a path through menus, in words."""
        return self._columns[0].shown(path, self._names[0]).split(decisions.BETWEEN)

    def newest(self, count: int) -> ShownTable:
        """The rows of a list, which are the newest of so many."""
        rows = list(self._reading.rows())
        return ShownTable(
            groups=self._groups(self._reading.totals()),
            lines=[self._line(row) for row in rows],
            total=None,
            first=1,
            last=len(rows),
            count=count,
        )

    def _line(self, row: Row | None, values: Row | None = None) -> Line:
        cells = [
            self._cell(column, names, value, row)
            for column, names, value in zip(
                self._columns, self._names, row or values or (), strict=True
            )
        ]
        if row is None:
            cells[0] = Cell(gettext("Total"))
            cells[1 : self._keys] = [Cell("")] * (self._keys - 1)
        return Line(
            cells[: self._keys],
            cells[self._keys :],
            row is not None and self._is_provisional(row[0]),
        )

    def _cell(self, column: Column, names: Any, value: Any, row: Row | None) -> Cell:
        text = column.shown(value, names)
        if column.kind is kinds.INTERVAL and isinstance(value, datetime):
            text = intervals.label(self._asked.period, value, self._asked.interval)
        if column.code.endswith(CHANGE):
            judged = judgement(column.code.removesuffix(CHANGE), value)
            return Cell(text, is_zero=not value, judgement=judged)
        if column.code == GAP and value is not None:
            return Cell(text, state=shortage(value))
        if column.code == LEVEL:
            return Cell(text, meter=meter(value, self._target(row)))
        if column.kind is not kinds.COUNT:
            return Cell(text, is_text=is_text(column))
        return Cell(text, self.url(row, column.code) if value else "", not value)

    def _target(self, row: Row | None) -> int | None:
        """The target of a row's queue; on the last day of several. A total has none."""
        if row is None or self._targets is None or self._queue is None:
            return None
        return self._targets.of(row[self._queue], self._day_of(row[0]))

    def _target_at(self, queues: set[str]) -> Callable[[Any], int | None]:
        """The target that these queues share in an interval."""
        targets = self._targets
        if targets is None:
            return lambda _key: None
        return lambda key: targets.shared(queues, self._day_of(key))

    def _day_of(self, key: Any) -> date:
        period = self._asked.period
        if not isinstance(key, datetime):
            return period.last
        return min(max(day_of(key, period.zone), period.first), period.last)

    def place_of(self, code: str) -> int:
        """Where the column of a code stands in a row."""
        return [each.code for each in self._columns].index(code)

    def url(self, row: Row | None, code: str) -> str:
        """The list of what a number counts; empty if there is none to open."""
        behind = self._report.behind(self._asked, row, code)
        if behind is None:
            return ""
        return self._links.list_url(behind.model, behind.asked)

    def _is_quiet(self, row: Row) -> bool:
        """Whether an interval has nothing to count; one under way is shown anyhow."""
        counts = zip(self._columns, row, strict=True)
        return not any(
            value for column, value in counts if column.kind is kinds.COUNT
        ) and not self._is_provisional(row[0])

    def _is_provisional(self, key: Any) -> bool:
        """Whether a row is of an interval that is not over."""
        if not isinstance(key, datetime) or not self._asked.interval:
            return False
        end = self._asked.period.end_of(key, self._asked.interval)
        return key <= self._now < end

    def figures(self) -> list[Explanation]:
        """What is known of the whole period besides the total, with its sums."""
        found = self._reading.figures
        values = {each.column.code: each.value for each in found}
        explained = (self._explained(each.column, values) for each in found)
        return [each for each in explained if each]

    def _explained(
        self, column: Column, values: Mapping[str, Any], used: Sequence[Used] = ()
    ) -> Explanation | None:
        known = {each.code: each for each in (*self._columns, *self._report.parts)}
        sums = self._reading.sums()
        return explain(
            column, sums, known, values, lambda code: self.url(None, code), used
        )

    def _groups(self, totals: Row) -> list[Group]:
        values = dict(zip([each.code for each in self._columns], totals, strict=True))

        used = thresholds_used(self._asked) if self._reading.sums() else []

        def head(column: Column) -> Head:
            return Head(
                column.heading,
                column.code,
                is_text(column),
                self._explained(column, values, used),
            )

        return [
            Group(label, [head(column) for column in columns])
            for label, columns in grouped(self._columns)
        ]


def shortage(gap: float) -> str:
    """How bad it is that so many operators more than needed are at work."""
    if gap >= 0:
        return ""
    return "bad" if gap <= -1 else "warn"


def is_text(column: Column) -> bool:
    """Whether a column stands left, before the numbers."""
    return column.kind.cell is str or column.kind in (kinds.INTERVAL, kinds.MOMENT)


def grouped(columns: Sequence[Column]) -> Iterator[tuple[str, list[Column]]]:
    """Columns in groups of those next to each other that are alike."""
    for label, found in groupby(columns, _group):
        yield label, list(found)


def _group(column: Column) -> str:
    if is_text(column):
        return ""
    if column.kind in (kinds.FRACTION, kinds.FRACTION_CHANGE):
        return gettext("Rates")
    if column.kind in _TIMES:
        return gettext("Times")
    return gettext("Counts")
