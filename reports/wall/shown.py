"""The figures of the wall in words, with what is to be noticed about each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from callcenter.models import OperatorState
from reports.present import formats
from reports.present.meters import state as state_of_level
from reports.query.measures import rate
from reports.query.table import NOTHING
from reports.query.tally import Tally
from reports.wall.board import INTERVAL_MINUTES, Board, QueueNow

State = OperatorState.State
# So many times the threshold a caller has waited far too long.
FAR_TOO_LONG = 3
# Whoever is to be rung back for so long has nearly been forgotten.
LATE = timedelta(hours=1)
# Beside a colour, for whoever does not see it.
_SIGNS = {"": "", "ok": "", "warn": "! ", "bad": "!! "}


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

    @property
    def sign(self) -> str:
        """What stands before the words besides the colour."""
        return _SIGNS[self.state]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue, as a row of the table."""

    name: str
    callers: str
    longest: Figure
    ready: Figure
    talking: str
    level: str
    abandoned: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen shows at one moment."""

    at: datetime
    figures: list[Figure]
    rows: list[QueueRow]
    entered: str
    answered: str
    operators: list[tuple[str, str]]


def shown(board: Board, slugs: Collection[str]) -> Shown:
    """The board of some queues, or of all where none is named."""
    queues = [one for one in board.queues if not slugs or one.slug in slugs]
    day = _sum(one.today for one in queues)
    return Shown(
        at=board.at,
        figures=[
            _waiting(board, queues),
            _longest(board, queues),
            _level(queues, day),
            _ring_back(board, queues),
        ],
        rows=[_row(board, one) for one in queues],
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
    ready = max((one.ready for one in queues), default=0)
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


def _level(queues: list[QueueNow], day: Tally) -> Figure:
    level = rate(day.answered_within, day.offered)
    targets = {one.target for one in queues}
    target = targets.pop() if len(targets) == 1 else None
    notes = []
    if target is not None:
        notes.append(gettext("target %(percent)s%%") % {"percent": target})
    interval = _sum(one.interval for one in queues)
    lately = rate(interval.answered_within, interval.offered)
    if lately is not None:
        said = gettext("last %(minutes)d min %(percent)s")
        percent = formats.percent(lately)
        notes.append(said % {"minutes": INTERVAL_MINUTES, "percent": percent})
    value, unit = (NOTHING, "") if level is None else (formats.percent(level)[:-1], "%")
    return Figure(
        value,
        gettext("Service level"),
        unit,
        " · ".join(notes),
        state_of_level(level, target),
    )


def _ring_back(board: Board, queues: list[QueueNow]) -> Figure:
    callers: dict[str, datetime] = {}
    for one in queues:
        for caller, at in board.ring_back.get(one.slug, {}).items():
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


def _row(board: Board, queue: QueueNow) -> QueueRow:
    level = rate(queue.today.answered_within, queue.today.offered)
    is_alone = bool(queue.callers and not queue.ready)
    return QueueRow(
        name=queue.name,
        callers=formats.count(queue.callers),
        longest=_wait(board, queue),
        ready=Figure(formats.count(queue.ready), state="bad" if is_alone else ""),
        talking=formats.count(queue.talking),
        level=NOTHING if level is None else formats.percent(level),
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
