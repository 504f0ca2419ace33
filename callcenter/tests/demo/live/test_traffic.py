"""Who rings when, and which operators are at work."""

from itertools import takewhile
from random import Random

import pytest

from callcenter.demo.live.traffic import Seat, arrivals, begins_at, seats_of

SUPPORT = Seat("+815000000201", ("support",))
MORE_SUPPORT = Seat("+815000000202", ("support",))
SALES = Seat("+815000000206", ("sales",))
BOTH = Seat("+815000000207", ("support", "sales"))


def count(begins: float, *, first: float, last: float, seed: int = 1) -> int:
    """How many call between two hours after the start, at 600 an hour."""
    moments = arrivals(Random(seed), 600, begins)
    return sum(
        at >= first * 3600 for at in takewhile(lambda at: at < last * 3600, moments)
    )


def test_callers_come_as_often_as_asked_in_office_hours():
    assert count(9.0, first=0, last=9) == pytest.approx(9 * 600, rel=0.05)


def test_callers_come_by_the_time_of_day():
    before_noon = count(10.0, first=0, last=1)
    at_lunch = count(10.0, first=2, last=3)
    at_night = count(10.0, first=14, last=18)

    assert before_noon == pytest.approx(600 * 1.32 / 1.02, rel=0.1)
    assert at_lunch == pytest.approx(600 * 0.72 / 1.02, rel=0.15)
    assert at_night < 10


def test_the_same_seed_gives_the_same_moments():
    def first(seed: int) -> list[float]:
        moments = arrivals(Random(seed), 120, 9.5)
        return [next(moments) for _ in range(50)]

    assert first(3) == first(3)
    assert first(3) != first(4)
    assert first(3) == sorted(first(3))


@pytest.mark.parametrize(
    ("hour", "begins"), [(8.99, 10.0), (9.0, 9.0), (17.5, 17.5), (18.0, 10.0)]
)
def test_simulated_day_never_begins_at_night(hour, begins):
    assert begins_at(hour) == begins


@pytest.mark.parametrize(
    ("count", "seats"),
    [
        (0, []),
        (1, [SUPPORT]),
        (2, [SUPPORT, SALES]),
        (3, [SUPPORT, SALES, MORE_SUPPORT]),
        (9, [SUPPORT, SALES, MORE_SUPPORT, BOTH]),
    ],
)
def test_operators_are_chosen_so_that_each_queue_is_served(count, seats):
    assert seats_of([SUPPORT, MORE_SUPPORT, SALES, BOTH], count) == seats
