"""An operator's day: sessions between breaks, lunch, days off. No database."""

from collections.abc import Iterable
from datetime import date
from random import Random

from callcenter.demo.setup.scenario import Worker

_SICK = 0.03
_LUNCH = 1.0
# More hours than these without a pause are broken by a short break.
_LONG_HALF = 2.75
# In seconds: for a longer break an operator hangs up.
_LONGEST_PAUSE = 1_200.0

# When a session begins and ends, and the pauses in it; in POSIX seconds.
Session = tuple[float, float, list[tuple[float, float]]]


def sessions(
    random: Random, worker: Worker, day: date, *, holidays: frozenset[date]
) -> list[tuple[float, float]]:
    """When a worker is signed in on a day: local hours since midnight, from and to.

    On Sundays and holidays, when they are mostly alone, they find somebody to stand in
    for them, and their short shifts have no break.
    """
    is_free = _is_free(day, holidays)
    is_sick = random.random() < _SICK and not is_free
    if is_sick or not _is_on_duty(worker, day, holidays):
        return []
    begins = worker.begins - random.uniform(1, 6) / 60
    ends = worker.ends + random.uniform(0.5, 5) / 60
    halves = [(begins, ends)]
    if is_free:
        return halves
    if worker.lunch is not None:
        lunch = worker.lunch + random.uniform(-3, 6) / 60
        halves = [(begins, lunch), (lunch + _LUNCH, ends)]
    return [span for half in halves for span in _with_break(random, half)]


def together(sessions: Iterable[tuple[float, float]]) -> list[Session]:
    """Sessions of a telephone, which need not hang up for a short break."""
    found: list[Session] = []
    for begins, ends in sessions:
        if found and begins - found[-1][1] <= _LONGEST_PAUSE:
            first, last, pauses = found[-1]
            found[-1] = (first, ends, [*pauses, (last, begins)])
        else:
            found.append((begins, ends, []))
    return found


def alone(sessions: Iterable[tuple[float, float]]) -> list[Session]:
    """Sessions of a browser, in which nobody presses keys."""
    return [(begins, ends, []) for begins, ends in sessions]


def _is_free(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() == 6 or day in holidays


def _is_on_duty(worker: Worker, day: date, holidays: frozenset[date]) -> bool:
    if _is_free(day, holidays):
        return worker.sundays
    if day.weekday() == 5:
        return bool(worker.saturdays & (1 + day.isocalendar().week % 2))
    return True


def _with_break(random: Random, half: tuple[float, float]) -> list[tuple[float, float]]:
    begins, ends = half
    if ends - begins < _LONG_HALF:
        return [half]
    pause = begins + (ends - begins) * random.uniform(0.42, 0.58)
    return [(begins, pause), (pause + random.uniform(7, 14) / 60, ends)]
