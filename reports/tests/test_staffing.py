"""Erlang C and A: published values, and the queue itself. No database."""

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reports.staffing import NOBODY, Traffic, operators_needed, predict

# docs/metrics.md 10: calls in half an hour, handle time, operators, service level
# within 20 s, mean wait.
PUBLISHED = [
    (100, 180, 12, 0.6402, 40.44),
    (100, 180, 13, 0.7956, 17.12),
    (100, 180, 14, 0.8884, 7.84),
    (240, 300, 45, 0.7559, 20.44),
    (240, 300, 46, 0.8218, 13.29),
]


@pytest.mark.parametrize(("calls", "handle", "operators", "level", "wait"), PUBLISHED)
def test_erlang_c_gives_the_published_values(calls, handle, operators, level, wait):
    found = predict(Traffic(calls, 1800, handle), operators, 20)

    assert found.service_level == pytest.approx(level, abs=0.00006)
    assert found.asa_seconds == pytest.approx(wait, abs=0.006)


def test_fewest_operators_are_found():
    traffic = Traffic(100, 1800, 180)

    assert traffic.erlangs == 10
    assert operators_needed(traffic, 20, 0.8) == 14
    assert operators_needed(traffic, 20, 0.79) == 13
    assert operators_needed(Traffic(0, 1800, 180), 20, 0.8) == 0
    assert operators_needed(Traffic(10**9, 1800, 180), 20, 0.8) is None


def test_queue_without_patience_that_grows_without_end_is_not_served():
    assert predict(Traffic(100, 1800, 180), 10, 20) == NOBODY
    assert predict(Traffic(100, 1800, 180, 60), 0, 20) == NOBODY


def test_operators_of_a_part_of_the_time_lie_between():
    few, some, more = (
        predict(Traffic(100, 1800, 180, 90), number, 20).service_level
        for number in (10, 10.25, 11)
    )

    assert some == pytest.approx(few + (more - few) / 4)


def stationary(traffic: Traffic, operators: int) -> tuple[float, float]:
    """The share of callers who give up, and the mean time in the queue, of all.

    From the balance of the states: as many calls come as leave, between any two.
    """
    assert traffic.patience_seconds
    rate = traffic.calls / traffic.seconds
    states = [1.0]
    for number in range(1, operators + 2000):
        served = min(number, operators) / traffic.handle_seconds
        left = max(0, number - operators) / traffic.patience_seconds
        states.append(states[-1] * rate / (served + left))
    queue = sum(max(0, n - operators) * share for n, share in enumerate(states))
    mean_queue = queue / sum(states)
    return mean_queue / traffic.patience_seconds / rate, mean_queue / rate


@given(
    load=st.floats(0.1, 60),
    handle=st.floats(20, 900),
    patience=st.floats(5, 300),
    operators=st.integers(1, 70),
)
def test_erlang_a_agrees_with_the_states_of_the_queue(
    load, handle, patience, operators
):
    traffic = Traffic(load * 1800 / handle, 1800, handle, patience)
    given_up, wait_of_all = stationary(traffic, operators)
    assume(given_up < 0.999)

    found = predict(traffic, operators, 10**6)

    assert found.service_level == pytest.approx(1 - given_up, abs=1e-6)
    assert found.asa_seconds is not None
    # Those who give up wait too: what is left of the wait of all is theirs, and no
    # caller waits longer than the patience lasts on average among those who give up.
    assert found.asa_seconds * (1 - given_up) <= wait_of_all + 1e-6
    assert found.asa_seconds >= 0


def test_erlang_a_of_endless_patience_is_erlang_c():
    patient = predict(Traffic(100, 1800, 180, 1e7), 12, 20)
    endless = predict(Traffic(100, 1800, 180), 12, 20)

    assert patient.service_level == pytest.approx(endless.service_level, abs=1e-3)
    assert patient.asa_seconds == pytest.approx(endless.asa_seconds, rel=5e-3)


@pytest.mark.parametrize("patience", [15, 60, 300])
def test_erlang_a_agrees_with_calls_that_are_played(patience):
    """A queue played call by call, by the same assumptions."""
    chance = random.Random(1)
    operators, calls, threshold = 9, 200_000, 20
    traffic = Traffic(100, 1800, 180, patience)
    free_at = [0.0] * operators
    now = in_time = answered = waited = 0.0
    for _ in range(calls):
        now += chance.expovariate(traffic.calls / traffic.seconds)
        soonest = min(range(operators), key=free_at.__getitem__)
        wait = max(0.0, free_at[soonest] - now)
        if wait > chance.expovariate(1 / patience):
            continue
        free_at[soonest] = now + wait + chance.expovariate(1 / traffic.handle_seconds)
        answered += 1
        waited += wait
        in_time += wait <= threshold

    found = predict(traffic, operators, threshold)

    assert found.service_level == pytest.approx(in_time / calls, abs=0.01)
    assert found.asa_seconds == pytest.approx(waited / answered, rel=0.05)
    assert not math.isnan(found.service_level)


@given(
    calls=st.floats(1, 500),
    handle=st.floats(10, 1200),
    patience=st.one_of(st.none(), st.floats(5, 3600)),
    threshold=st.floats(0, 600),
    goal=st.floats(0.01, 0.99),
)
def test_one_operator_fewer_misses_the_goal(calls, handle, patience, threshold, goal):
    traffic = Traffic(calls, 1800, handle, patience)

    needed = operators_needed(traffic, threshold, goal)

    assert needed is not None
    assert predict(traffic, needed, threshold).service_level >= goal
    assert predict(traffic, needed - 1, threshold).service_level < goal
