"""The model of callers: when they call, what they press, how long they wait."""

from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from random import Random
from statistics import mean

import pytest

from callcenter.demo.model import (
    HOURS,
    Mood,
    People,
    arrivals,
    calls_an_hour,
)
from callcenter.demo.past.shifts import sessions
from callcenter.demo.setup.scenario import MAIN_LINE, SHOP_LINE, WORKERS
from callcenter.standin.calls.parameters import WITHHELD
from callcenter.tests.demo.past.pasts import TOKYO

MONDAY, WEDNESDAY, SATURDAY = date(2026, 11, 16), date(2026, 11, 18), date(2026, 11, 21)
SUNDAY = date(2026, 11, 22)


def people(seed: int = 1, mood: Mood | None = None) -> People:
    return People(Random(seed), seed=seed, mood=mood)


def test_same_chance_gives_the_same_people():
    one, other = people(), people()

    assert [one.caller() for _ in range(50)] == [other.caller() for _ in range(50)]


def test_lunch_is_a_dip_monday_a_peak_and_the_night_silent():
    def rate(day: date, hour: int) -> float:
        return calls_an_hour(day, hour, holidays=frozenset(), base=100)

    assert rate(WEDNESDAY, 12) < rate(WEDNESDAY, 13) < rate(WEDNESDAY, 10)
    assert rate(MONDAY, 10) > 1.2 * rate(WEDNESDAY, 10)
    assert rate(SATURDAY, 10) < 0.5 * rate(WEDNESDAY, 10)
    assert rate(WEDNESDAY, 3) == 0


def test_holiday_is_quiet_and_the_day_after_it_busy():
    free = frozenset({date(2026, 11, 17)})

    on_it = calls_an_hour(date(2026, 11, 17), 10, holidays=free)
    after = calls_an_hour(WEDNESDAY, 10, holidays=free)

    usual = calls_an_hour(WEDNESDAY, 10, holidays=frozenset())
    assert on_it < 0.1 * usual
    assert after > 1.1 * usual


@pytest.mark.parametrize("day", [SUNDAY, MONDAY], ids=["Sunday", "holiday"])
def test_free_days_have_their_callers_while_somebody_is_on_duty(day):
    rates = [
        calls_an_hour(day, hour, holidays=frozenset({MONDAY})) for hour in range(24)
    ]

    assert sum(rates[10:15]) > 0.8 * sum(rates)
    assert 25 < sum(rates) < 60
    assert all(rate < rates[10] / 2 for rate in [*rates[:10], *rates[15:]])
    # One operator can talk to them all.
    assert max(rates) < 10


@pytest.mark.parametrize("day", [MONDAY, WEDNESDAY, SATURDAY], ids=str)
def test_days_with_work_keep_their_hours(day):
    rates = [calls_an_hour(day, hour, holidays=frozenset()) for hour in range(24)]

    assert [rate / rates[10] for rate in rates] == pytest.approx(
        [share / HOURS[10] for share in HOURS]
    )


def test_arrivals_come_in_order_and_as_often_as_expected():
    moments = [
        at
        for seed in range(40)
        for at in arrivals(Random(seed), WEDNESDAY, TOKYO, holidays=frozenset())
    ]
    one_day = list(arrivals(Random(0), WEDNESDAY, TOKYO, holidays=frozenset()))

    expected = sum(
        calls_an_hour(WEDNESDAY, hour, holidays=frozenset()) for hour in range(24)
    )
    assert all(earlier < later for earlier, later in pairwise(one_day))
    assert abs(len(moments) / 40 / expected - 1) < 0.03
    by_hour = Counter(datetime.fromtimestamp(at, TOKYO).hour for at in moments)
    assert {hour for hour, share in enumerate(HOURS) if share} >= by_hour.keys()
    assert by_hour[10] > by_hour[12]


def test_patience_and_talk_can_be_set():
    crowd = people(mood=Mood(patience_seconds=60, handle_seconds=100))

    patience = mean(crowd.caller().patience_seconds for _ in range(4000))
    talk = mean(crowd.talk_seconds("support") for _ in range(4000))

    assert 58 < patience < 70
    assert 92 < talk < 108


def test_callers_are_of_every_kind():
    callers = [people(seed).caller() for seed in range(2000)]

    assert {caller.line for caller in callers} == {MAIN_LINE, SHOP_LINE}
    countries = Counter(caller.origin.country for caller in callers)
    assert countries.keys() == {"JP", "US", "GB", "LS"}
    assert countries["JP"] > 1800
    withheld = [caller for caller in callers if caller.origin.number == WITHHELD]
    assert 10 < len(withheld) < 90
    assert any(answer.hangs_up for caller in callers for answer in caller.answers)
    # One wrong key before the right one, three before none.
    slips = Counter(
        sum(answer.key in "78" for answer in caller.answers if answer.key)
        for caller in callers
    )
    assert slips.keys() >= {0, 1, 3}


def test_regulars_call_again_on_other_days():
    def numbers(day: str) -> set[str]:
        crowd = People(Random(day), seed=1)
        return {crowd.caller().origin.number for _ in range(500)} - {WITHHELD}

    assert len(numbers("one") & numbers("other")) > 20


def test_who_gave_up_rings_again_with_the_same_wish_or_not_at_all():
    crowd = people()
    caller = crowd.caller()

    again = [crowd.again(caller) for _ in range(400)]

    came = [one for one in again if one]
    assert 140 < len(came) < 260
    assert {(one.origin, one.line, one.keys, one.tries) for _, one in came} == {
        (caller.origin, caller.line, caller.keys, 2)
    }
    assert min(after for after, _ in came) >= 40


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.code)
def test_shift_is_in_sessions_that_do_not_touch(worker):
    for seed in range(30):
        spans = sessions(Random(seed), worker, WEDNESDAY, holidays=frozenset())

        assert all(begins < ends for begins, ends in spans)
        assert all(ends < begins for (_, ends), (begins, _) in pairwise(spans))


def test_two_are_on_duty_on_sundays_and_holidays_and_some_on_saturdays():
    def working(day: date, free: frozenset[date] = frozenset()) -> int:
        return sum(
            bool(sessions(Random(f"{worker}"), worker, day, holidays=free))
            for worker in WORKERS
        )

    assert working(date(2026, 11, 22)) == 2
    assert working(WEDNESDAY, frozenset({WEDNESDAY})) == 2
    assert 4 <= working(SATURDAY) < 10 < working(WEDNESDAY)


def test_somebody_is_on_duty_all_day_on_every_sunday():
    for seed in range(100):
        spans = sorted(
            span
            for worker in WORKERS
            for span in sessions(
                Random(f"{seed} {worker}"), worker, SUNDAY, holidays=frozenset()
            )
        )
        (first, until), (since, last) = spans

        assert first < 9.8
        assert since < until
        assert last > 15.4
