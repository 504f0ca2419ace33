"""Measures of tallies: rates, percentiles, sums. No database."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.query.measures import rate
from reports.query.metrics import QUEUE_MEASURES, measured, nearest_rank
from reports.query.tally import Tally


def test_nothing_over_nothing_is_nothing():
    assert rate(0, 0) is None
    assert rate(0, 4) == 0.0
    assert rate(3, 4) == 0.75


@pytest.mark.parametrize(
    ("waits", "percent", "wait"),
    [
        ([], 50, None),
        ([7], 50, 7),
        ([0, 20, 21, 45, 8], 50, 20),
        ([0, 20, 21, 45, 8], 90, 45),
        ([2, 1, 4, 3], 50, 2),
        (range(1, 11), 90, 9),
        (range(1, 12), 90, 10),
        ([5, 5, 5, 60], 75, 5),
        ([5, 5, 5, 60], 76, 60),
    ],
)
def test_percentile_is_the_wait_of_nearest_rank(waits, percent, wait):
    assert nearest_rank(Counter(waits), percent) == wait


@given(st.lists(st.integers(0, 600), min_size=1), st.integers(1, 100))
def test_percentile_is_a_wait_that_somebody_had(waits, percent):
    found = nearest_rank(Counter(waits), percent)

    assert found in waits
    within = sum(wait <= found for wait in waits)
    assert 100 * within >= percent * len(waits)


def test_quiet_row_has_no_rates_rather_than_zero():
    counts = ["entered", "offered", "answered", "answered_within", "abandoned"]
    counts += ["short_abandoned", "overflowed", "blocked", "failed", "waiting"]
    counts += ["unknown", "talk_seconds"]

    assert measured(Tally()) == {
        measure.code: 0 if measure.code in counts else None
        for measure in QUEUE_MEASURES
    }


def test_totals_are_made_from_sums_and_never_from_rates():
    quick = Tally(
        answered=1, answered_wait=0, longest_wait=0, answered_waits=Counter([0])
    )
    slow = Tally(
        answered=3,
        abandoned=1,
        answered_wait=120,
        longest_wait=50,
        answered_waits=Counter([40, 40, 40]),
    )
    total = Tally()

    total.add_tally(quick)
    total.add_tally(slow)
    total.add_tally(Tally())

    assert total == Tally(
        answered=4,
        abandoned=1,
        answered_wait=120,
        longest_wait=50,
        answered_waits=Counter({0: 1, 40: 3}),
    )
    assert measured(total)["asa_seconds"] == 30.0
    assert measured(total)["answer_rate"] == 0.8
    assert measured(total)["p50_wait_seconds"] == 40


def test_every_measure_is_explained():
    assert [each.code for each in QUEUE_MEASURES if not str(each.explanation)] == []
