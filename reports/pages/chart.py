"""The chart of a report as data, made of the rows of its table. No database.

reports/static/reports/charts.js draws it; every number of it stands in the table too.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Any

from django.utils.translation import gettext

from reports.export.xlsx_chart import Series, StackedBars
from reports.present import formats, swatches
from reports.query.periods import FIRST_DAY, MINUTES, Key
from reports.query.selection import Selection
from reports.query.table import Column, Row

# More bars than pixels: a longer interval shows more.
MOST_BARS = 800
# Outcomes that stand on each other in a bar: those that entered.
STACKED = swatches.ORDER[:6]
# What becomes of calls on a path, by the columns of its report; and how many paths can
# be told apart in a drawing.
ENDS = (
    *("answered", "overflowed", "abandoned", "short_abandoned"),
    *("ended_in_ivr", "hung_up_in_ivr", "closed", "other"),
)
MOST_PATHS = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """What an earlier period is drawn as, beside this one."""

    first: date
    last: date
    # How many entered then, by the intervals of this period.
    counts: Mapping[Key | None, int]


def by_interval(
    columns: Sequence[Column],
    rows: Sequence[Row],
    label: Callable[[Key], str],
    is_unfinished: Callable[[Key], bool],
    compared: Compared | None = None,
    target_of: Callable[[Key], int | None] = lambda _key: None,
) -> dict[str, Any] | None:
    """The entries of each interval by outcome, and their service level in per cent.

    From the first interval with entries to the last one; None without any, and where
    there are too many. An interval that is not over has no service level: one answer
    of one call would shine over the day.
    """
    places = {column.code: place for place, column in enumerate(columns)}
    codes = (*STACKED, "answered_within", "offered")
    sums: dict[Key, dict[str, int]] = {}
    for row in rows:
        sum_ = sums.setdefault(row[0], dict.fromkeys(codes, 0))
        for code in codes:
            sum_[code] += row[places[code]]
    keys = _busy(sums)
    if not keys or len(keys) > MOST_BARS:
        return None
    drawn: dict[str, Any] = {
        "kind": "interval",
        "labels": [label(key) for key in keys],
        "counts": {code: [sums[key][code] for key in keys] for code in STACKED},
        "rate": [None if is_unfinished(key) else _percent(sums[key]) for key in keys],
        "unfinished": next(
            (place for place, key in enumerate(keys) if is_unfinished(key)), None
        ),
        "words": {
            "rate": gettext("Service level (%)"),
            "count": gettext("Entered"),
            "unfinished": gettext("Provisional"),
            "outcomes": {
                column.code: column.heading
                for column in columns
                if column.code in STACKED
            },
        },
    }
    targets = [target_of(key) for key in keys]
    if any(targets):
        drawn["target"] = targets
        drawn["words"]["target"] = _dashed(targets)
    if compared and any(compared.counts.values()):
        drawn["compared"] = [compared.counts.get(key) for key in keys]
        drawn["words"]["compared"] = _dotted(compared.first, compared.last)
    return drawn


def by_wait(
    columns: Sequence[Column], rows: Sequence[Row], target: int | None
) -> dict[str, Any] | None:
    """How many were answered and how many gave up by spans of waits, of all queues.

    None without any. `target` is the threshold of the service level in seconds: what is
    answered within it is drawn solid, the rest hollow; None where queues differ.
    """
    places = {column.code: place for place, column in enumerate(columns)}
    sums: dict[tuple[int, int | None], list[int]] = {}
    for row in rows:
        span = row[places["over_seconds"]], row[places["up_to_seconds"]]
        found = sums.setdefault(span, [0, 0])
        found[0] += row[places["answered"]]
        found[1] += row[places["abandoned"]]
    answered = [found[0] for found in sums.values()]
    abandoned = [found[1] for found in sums.values()]
    total = sum(answered)
    if not total and not sum(abandoned):
        return None
    headings = {column.code: column.heading for column in columns}
    words = {
        "answered": headings["answered"],
        "abandoned": headings["abandoned"],
        "share": headings["answered_cumulative_rate"],
        "wait": gettext("Wait (seconds)"),
    }
    if target is not None:
        seconds = {"seconds": target}
        words["within"] = gettext("Answered within %(seconds)s s") % seconds
        words["beyond"] = gettext("Answered after more than %(seconds)s s") % seconds
    return {
        "kind": "waits",
        "labels": [
            f">{over}" if up_to is None else f"≤{up_to}" for over, up_to in sums
        ],
        "answered": answered,
        "abandoned": abandoned,
        "share": [
            round(100 * so_far / total, 1) if total else None
            for so_far in accumulate(answered)
        ],
        "beyond": [
            target is not None and (up_to is None or up_to > target)
            for _over, up_to in sums
        ],
        "words": words,
    }


def by_operators(
    columns: Sequence[Column], rows: Sequence[Row], label: Callable[[Key], str]
) -> dict[str, Any] | None:
    """How many operators each interval needed, and how many were at work.

    From the first interval that needed any to the last; None without any, and of
    several queues: whoever serves two of them would be drawn twice.
    """
    places = {column.code: place for place, column in enumerate(columns)}
    needed, at_work = places["operators_needed"], places["operators_ready"]
    busy = [place for place, row in enumerate(rows) if row[needed]]
    if not busy or len({row[places["queue"]] for row in rows}) > 1:
        return None
    shown = rows[busy[0] : busy[-1] + 1]
    if len(shown) > MOST_BARS:
        return None
    return {
        "kind": "operators",
        "labels": [label(row[0]) for row in shown],
        "needed": [row[needed] for row in shown],
        "atWork": [
            None if row[at_work] is None else round(row[at_work], 1) for row in shown
        ],
        "words": {
            "needed": columns[needed].heading,
            "atWork": columns[at_work].heading,
        },
    }


def by_path(
    columns: Sequence[Column], rows: Sequence[Row], steps_of: Callable[[str], list[str]]
) -> dict[str, Any] | None:
    """How calls flow through menus and keys to what became of them.

    `steps_of` gives the steps of a path in words. Steps are told apart by their place,
    so that a menu that leads back to itself is drawn once for each time, and keys by
    their menu. Of many paths those of most calls are drawn, and the others as one. None
    without any.
    """
    places = {column.code: place for place, column in enumerate(columns)}
    headings = {column.code: column.heading for column in columns}
    flows: Counter[tuple[str, str]] = Counter()
    labels = {code: headings[code] for code in ENDS}
    drawn = 0
    for row in rows:
        calls = row[places["calls"]]
        drawn += bool(row[0])
        if row[0] and drawn <= MOST_PATHS:
            steps = steps_of(row[0])
        else:
            steps = [gettext("Other paths") if row[0] else gettext("No menu")]
        before = ["", *steps[:-2], ""] if len(steps) > 1 else [""]
        names = [
            " ".join([str(place), *step])
            for place, step in enumerate(zip(before, steps, strict=True))
        ]
        labels |= zip(names, steps, strict=True)
        for one, following in pairwise(names):
            flows[one, following] += calls
        for code in ENDS:
            flows[names[-1], code] += row[places[code]]
    if not flows.total():
        return None
    links = [[*ends, count] for ends, count in flows.items() if count]
    used = {end for one, following, _count in links for end in (one, following)}
    return {
        "kind": "paths",
        "nodes": [
            {"name": name, "label": label, "end": name if name in ENDS else ""}
            for name, label in labels.items()
            if name in used
        ],
        "links": links,
        "words": {"calls": headings["calls"]},
    }


def _dashed(targets: Sequence[int | None]) -> str:
    if len(set(targets)) == 1:
        return gettext("dashed: target %(percent)s") % {"percent": targets[0]}
    return gettext("dashed: target")


def _dotted(first: date, last: date) -> str:
    if first == last:
        return gettext("dotted: %(day)s") % {"day": formats.day_and_weekday(first)}
    days = {"first": formats.day(first), "last": formats.day(last)}
    return gettext("dotted: %(first)s to %(last)s") % days


def _busy(sums: dict[Key, dict[str, int]]) -> list[Key]:
    """The intervals from the first with entries to the last."""
    keys = list(sums)
    busy = [place for place, key in enumerate(keys) if any(sums[key].values())]
    return keys[busy[0] : busy[-1] + 1] if busy else []


def _percent(sums: dict[str, int]) -> float | None:
    if not sums["offered"]:
        return None
    return round(100 * sums["answered_within"] / sums["offered"], 1)


# The outcomes' colours in a light theme (static/callcenter/tokens.css): Excel knows no
# tokens, and no patterns that would print well.
_EXCEL_COLORS = {
    "answered": "2A6FB0",
    "overflowed": "B98A0A",
    "abandoned": "C2410C",
    "short_abandoned": "F8DCCD",
    "waiting": "D6E6F5",
    "unknown": "D9DEE3",
}


def excel_chart(
    title: str, columns: Sequence[Column], asked: Selection
) -> StackedBars | None:
    """The outcomes of each row as Excel draws them.

    None for a report without them, and where a row is of an interval or a wait and one
    of several queues: bars with two names each cannot be read.
    """
    places = {column.code: place for place, column in enumerate(columns)}
    is_of_waits = "over_seconds" in places
    outcomes = ("answered", "abandoned") if is_of_waits else STACKED
    if not places.keys() >= set(outcomes):
        return None
    is_by_one_name = "interval_start" not in places and not is_of_waits
    if not (asked.queue or asked.together or is_by_one_name):
        return None
    bars = [Series(places[code], _EXCEL_COLORS[code]) for code in outcomes]
    if is_of_waits:
        return StackedBars(title, bars, "[h]:mm:ss", places["over_seconds"])
    is_moment = asked.interval in (*MINUTES, *FIRST_DAY) and "interval_start" in places
    moment_format = "m/d hh:mm" if asked.interval in MINUTES else "yyyy/m/d"
    return StackedBars(title, bars, moment_format if is_moment else "")
