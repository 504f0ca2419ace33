"""A week as a table of hours, coloured by one column of a report."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS_ABBR

from reports.pages.cells import Cell
from reports.pages.shown import TableView
from reports.present import names
from reports.query.metrics import nearest_rank
from reports.query.table import Column, Row

STEPS = 7
# Columns of which more is neither good nor bad.
_VOLUMES = ("entered", "offered", "answered")
# Where a column says how well it went: its best value.
_BEST = {"service_level": 1}


@dataclass(frozen=True, slots=True)
class Hour:
    """One cell: its number, and its step from 0; None where nobody called."""

    cell: Cell
    step: int | None


@dataclass(frozen=True, slots=True)
class Weekday:
    """One row; None for an hour that the period does not have."""

    name: str
    short_name: str
    hours: list[Hour | None]


@dataclass(frozen=True, slots=True)
class Week:
    """The drawn table: its heads, rows, and what the colours stand for.

    Without entries it has no hours.
    """

    title: str
    # "volume", or "badness" where more colour is worse.
    scale: str
    hours: list[str]
    days: list[Weekday]
    # The values of the first and of the last step.
    lowest: str
    highest: str
    steps: range = range(STEPS)


def week(
    column: Column, rows: Sequence[Row], view: TableView, *, least_share: float = 0
) -> Week:
    """The week of a column; rows are hours, with weekday and hour before the columns.

    Hours before the first and after the last with entries are left out, or with such a
    share of them.
    """
    place, entered = map(view.place_of, (column.code, "entered"))
    hours = _hours(rows, entered, least_share)
    best = _BEST.get(column.code, 0)
    by_time = {(row[0], row[1]): row for row in rows if row[1] in hours}
    # How far values are from the best, and of how many entries.
    distances = Counter[float]()
    for row in by_time.values():
        if row[place] is not None:
            distances[abs(row[place] - best)] += row[entered]
    top = _top(distances)

    # A rate opens the entries that it is a share of.
    counted = column.parts[1] if column.parts else column.code

    def hour(row: Row | None) -> Hour | None:
        if row is None:
            return None
        value = row[place]
        shown = column.shown(value)
        if value is None or not row[entered]:
            return Hour(Cell(shown), None)
        url = view.url(row, counted) if value or column.parts else ""
        return Hour(Cell(shown, url), _step(abs(value - best), top))

    weekdays = names.weekdays()
    named = names.hours()
    return Week(
        title=column.heading,
        scale="volume" if column.code in _VOLUMES else "badness",
        hours=[str(named[each]) for each in hours],
        days=[
            Weekday(
                str(weekdays[day]),
                str(WEEKDAYS_ABBR[int(day) - 1]),
                [hour(by_time.get((day, each))) for each in hours],
            )
            for day in sorted({row[0] for row in rows})
        ],
        lowest=column.shown(best),
        highest=_end(column, best, top, is_open=top < max(distances, default=0)),
    )


def _hours(rows: Sequence[Row], entered: int, least_share: float) -> list[str]:
    """The hours of the day from the first to the last with so many of the entries."""
    counts = Counter[str]()
    for row in rows:
        counts[row[1]] += row[entered]
    least = least_share * counts.total()
    busy = sorted(hour for hour, count in counts.items() if count and count >= least)
    if not busy:
        return []
    return [
        hour for hour in sorted({row[1] for row in rows}) if busy[0] <= hour <= busy[-1]
    ]


def _top(distances: Counter[float]) -> float:
    """Where the last colour is reached: nine entries in ten are not beyond it.

    Not the largest value, unless nine in ten have the best one: a single caller at
    night who gave up is 100%, and the hours of the day would all look alike.
    """
    return nearest_rank(distances, 90) or max(distances, default=0)


def _step(distance: float, top: float) -> int:
    """The step of a value, from how far it is from the best."""
    return min(int(STEPS * distance / top), STEPS - 1) if top else 0


def _end(column: Column, best: int, top: float, *, is_open: bool) -> str:
    """The value of the last step, and whether there are others beyond it."""
    shown = column.shown(abs(best - top))
    if not is_open:
        return shown
    return f"≤ {shown}" if best else f"≥ {shown}"
