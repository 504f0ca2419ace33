"""The figures of the wall in words, with what is to be noticed about each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import east_asian_width

from django.utils.translation import gettext, ngettext

from callcenter.models import OperatorState
from reports.present import formats
from reports.present.meters import state as state_of_level
from reports.query.measures import rate
from reports.query.table import NOTHING
from reports.query.tally import Tally
from reports.wall.board import Board, QueueNow, begin

State = OperatorState.State
# With more rows the letters could not be read across a room.
MOST_ROWS = 8
# So many times the threshold a caller has waited far too long.
FAR_TOO_LONG = 3
# Whoever is to be rung back for so long has nearly been forgotten.
LATE = timedelta(hours=1)
# The style sheet has a size for each length until this one.
LONGEST_VALUE = 9
# A name wider than so many digits is set smaller, on two lines.
WIDEST_NAME = 14
# Beside a colour, for whoever does not see it.
_SIGNS = {"": "", "ok": "", "warn": "! ", "bad": "!! "}
# From good to bad.
_STATES = ("ok", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit, what it is to be compared with, and how good that is.

    `state` is "ok", "warn", "bad" or empty, where there is nothing to compare with.
    """

    value: str
    label: str = ""
    unit: str = ""
    note: str = ""
    state: str = ""
    # What the state says nothing about.
    also: str = ""

    @property
    def sign(self) -> str:
        """What stands before the words besides the colour."""
        return _SIGNS[self.state]

    @property
    def length(self) -> int:
        """How long the value is with its unit: long ones are set smaller."""
        return min(len(self.value + self.unit), LONGEST_VALUE)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue, as a row of the table."""

    name: str
    callers: str
    longest: Figure
    ready: Figure
    talking: str
    level: Figure
    abandoned: str

    @property
    def is_long(self) -> bool:
        """Whether the name does not fit on a line in full size."""
        wide = sum(east_asian_width(one) in "WF" for one in self.name)
        return len(self.name) + wide > WIDEST_NAME


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen shows at one moment."""

    at: datetime
    figures: list[Figure]
    rows: list[QueueRow]
    # What of the queues finds no room, and why there is no row, in words.
    more: str
    nothing: str
    entered: str
    answered: str
    operators: list[tuple[str, str]]


def shown(board: Board, slugs: Collection[str]) -> Shown:
    """The board of some queues, or of all where none is named."""
    queues = [one for one in board.queues if not slugs or one.slug in slugs]
    day = _sum(one.today for one in queues)
    first, others = _neediest(board, queues)
    return Shown(
        at=board.at,
        figures=[
            _waiting(board, queues),
            _longest(board, queues),
            _level(board, queues, day),
            # Whoever called a queue that is off by now is to be rung back all the same.
            _ring_back(board, slugs or board.ring_back),
        ],
        rows=[_row(board, one) for one in first],
        more=_more(others),
        nothing=_nothing(slugs),
        entered=formats.count(day.entered),
        answered=formats.count(day.answered),
        operators=[
            (gettext("ready"), formats.count(len(board.operators[State.READY]))),
            (gettext("talking"), formats.count(len(board.operators[State.TALKING]))),
            (gettext("wrap-up"), formats.count(len(board.operators[State.WRAP_UP]))),
            (
                gettext("not ready"),
                formats.count(len(board.operators[State.NOT_READY])),
            ),
        ],
    )


def _waiting(board: Board, queues: list[QueueNow]) -> Figure:
    callers = sum(one.callers for one in queues)
    ready = len(set().union(*(one.ready for one in queues)))
    if len(queues) == len(board.queues):
        ready = len(board.operators[State.READY])
    return Figure(
        formats.count(callers),
        gettext("Waiting"),
        note=gettext("%(count)s ready") % {"count": formats.count(ready)},
        state=_of_waiting(callers, ready),
    )


def _of_waiting(callers: int, ready: int) -> str:
    if not callers:
        return "ok"
    if not ready:
        return "bad"
    return "warn" if callers > ready else "ok"


def _longest(board: Board, queues: list[QueueNow]) -> Figure:
    waiting = [one for one in queues if one.since]
    if not waiting:
        return Figure(NOTHING, gettext("Longest wait"), state="")
    worst = max(waiting, key=lambda one: _seconds(board, one))
    figure = _wait(board, worst)
    target = gettext("target %(time)s") % {"time": _clock(worst.threshold_seconds)}
    if figure.state == "bad":
        target = gettext("more than 3 times the target of %(time)s") % {
            "time": _clock(worst.threshold_seconds)
        }
    return Figure(figure.value, gettext("Longest wait"), "", target, figure.state)


def _wait(board: Board, queue: QueueNow) -> Figure:
    """How long the first caller of a queue has waited, against its threshold."""
    if queue.since is None:
        return Figure(NOTHING)
    seconds = _seconds(board, queue)
    state = "ok"
    if seconds > FAR_TOO_LONG * queue.threshold_seconds:
        state = "bad"
    elif seconds > queue.threshold_seconds:
        state = "warn"
    return Figure(_clock(seconds), state=state)


def _seconds(board: Board, queue: QueueNow) -> int:
    since = queue.since or board.at
    return max(0, int((board.at - since).total_seconds()))


def _level(board: Board, queues: list[QueueNow], day: Tally) -> Figure:
    """The service level of the day, against the target that the queues share.

    Where their targets differ, by how many queues are below their own.
    """
    level = rate(day.answered_within, day.offered)
    targets = {one.target for one in queues} - {None}
    note, state, also = "", "", ""
    if len(targets) == 1:
        target = targets.pop()
        note = gettext("target %(percent)s%%") % {"percent": target}
        state = state_of_level(level, target)
    elif judged := [found for one in queues if (found := _state_of_queue(one))]:
        below = sum(found != "ok" for found in judged)
        note = _below(below, len(judged))
        state = max(judged, key=_STATES.index)
    interval = _sum(one.interval for one in queues)
    lately = rate(interval.answered_within, interval.offered)
    if lately is not None:
        said = gettext("since %(time)s: %(percent)s")
        percent = formats.percent(lately)
        also = said % {"time": f"{begin(board.at):%H:%M}", "percent": percent}
    value, unit = (NOTHING, "") if level is None else (formats.percent(level)[:-1], "%")
    return Figure(value, gettext("Service level"), unit, note, state, also)


def _below(below: int, judged: int) -> str:
    said = ngettext(
        "%(below)s of %(count)s queue below target",
        "%(below)s of %(count)s queues below target",
        judged,
    )
    return said % {"below": formats.count(below), "count": formats.count(judged)}


def _state_of_queue(queue: QueueNow) -> str:
    level = rate(queue.today.answered_within, queue.today.offered)
    return state_of_level(level, queue.target)


def _level_of_queue(queue: QueueNow) -> Figure:
    """The service level of a queue, against its own target."""
    level = rate(queue.today.answered_within, queue.today.offered)
    if level is None:
        return Figure(NOTHING)
    note, state = "", _state_of_queue(queue)
    if queue.target is not None:
        said = gettext("target %(percent)s%%")
        if state != "ok":
            said = gettext("below %(percent)s%%")
        note = said % {"percent": queue.target}
    return Figure(formats.percent(level), note=note, state=state)


def _ring_back(board: Board, slugs: Iterable[str]) -> Figure:
    callers: dict[str, datetime] = {}
    for slug in slugs:
        for caller, at in board.ring_back.get(slug, {}).items():
            callers[caller] = min(at, callers.get(caller, at))
    oldest = min(callers.values(), default=None)
    note, state = "", "ok"
    if oldest is not None:
        age = formats.age(oldest, board.at)
        note = gettext("oldest: %(age)s") % {"age": age}
        state = "bad" if board.at - oldest > LATE else "warn"
    return Figure(
        formats.count(len(callers)), gettext("To ring back"), note=note, state=state
    )


def _neediest(
    board: Board, queues: list[QueueNow]
) -> tuple[list[QueueNow], list[QueueNow]]:
    """The queues that are shown, and those for which there is no room.

    All in their own order where there is room; else first who has waited longest.
    """
    if len(queues) <= MOST_ROWS:
        return queues, []
    by_need = sorted(queues, key=lambda one: (-_seconds(board, one), -one.callers))
    return by_need[:MOST_ROWS], by_need[MOST_ROWS:]


def _nothing(slugs: Collection[str]) -> str:
    if slugs:
        return gettext("None of the queues of this screen is active.")
    return gettext("There is no queue yet.")


def _more(queues: list[QueueNow]) -> str:
    if not queues:
        return ""
    said = ngettext(
        "Longest waits first; %(count)s more queue with %(callers)s waiting",
        "Longest waits first; %(count)s more queues with %(callers)s waiting",
        len(queues),
    )
    callers = formats.count(sum(one.callers for one in queues))
    return said % {"count": formats.count(len(queues)), "callers": callers}


def _row(board: Board, queue: QueueNow) -> QueueRow:
    is_alone = bool(queue.callers and not queue.ready)
    return QueueRow(
        name=queue.name,
        callers=formats.count(queue.callers),
        longest=_wait(board, queue),
        ready=Figure(formats.count(len(queue.ready)), state="bad" if is_alone else ""),
        talking=formats.count(queue.talking),
        level=_level_of_queue(queue),
        abandoned=formats.count(queue.today.abandoned),
    )


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.add_tally(one)
    return total


def _clock(seconds: int) -> str:
    """Minutes and seconds, as on a clock: 1:36; with hours 1:02:03."""
    minutes, second = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{second:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"
