"""The wait distribution: how many waited how long, those answered and those not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.models import QueueEntry
from reports.definitions.waits import WaitDistributionReport
from reports.query.waits import BOUNDS
from reports.tests.definitions.small_set import make_small_set
from reports.tests.factories import (
    count_marked,
    forget_calls,
    make_call,
    make_entry,
    make_queue,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

REPORT = WaitDistributionReport()


def test_small_set_by_spans_of_waits():
    make_small_set()

    rows = [list(row.values()) for row in rows_of(REPORT)]

    assert rows == [
        ["support", 0, 5, 1, 2, 1, 2, 1 / 5, 2 / 4],
        ["support", 5, 10, 1, 0, 2, 2, 2 / 5, 2 / 4],
        ["support", 10, 15, 0, 0, 2, 2, 2 / 5, 2 / 4],
        ["support", 15, 20, 1, 1, 3, 3, 3 / 5, 3 / 4],
        ["support", 20, 30, 1, 0, 4, 3, 4 / 5, 3 / 4],
        ["support", 30, 45, 1, 0, 5, 3, 1.0, 3 / 4],
        ["support", 45, 60, 0, 0, 5, 3, 1.0, 3 / 4],
        ["support", 60, 90, 0, 1, 5, 4, 1.0, 1.0],
        ["support", 90, 120, 0, 0, 5, 4, 1.0, 1.0],
        ["support", 120, 180, 0, 0, 5, 4, 1.0, 1.0],
        ["support", 180, 300, 0, 0, 5, 4, 1.0, 1.0],
        ["support", 300, None, 0, 0, 5, 4, 1.0, 1.0],
    ]


def test_total_has_what_adds_up():
    make_small_set()
    make_entry(queue="sales", wait_seconds=301)

    totals = totals_of(REPORT)

    assert {code: value for code, value in totals.items() if value is not None} == {
        "answered": 6,
        "abandoned": 4,
    }


@pytest.mark.parametrize("bound", BOUNDS)
def test_bound_belongs_to_the_span_below_it(bound):
    make_entry(wait_seconds=bound)
    make_entry(wait_seconds=bound + 1)

    rows = rows_of(REPORT)

    at = [row["up_to_seconds"] for row in rows].index(bound)
    assert [row["answered"] for row in rows[at : at + 2]] == [1, 1]


def test_idle_queue_has_its_rows_and_no_shares():
    make_queue("idle")

    rows = rows_of(REPORT)

    assert len(rows) == 12
    assert {tuple(row.values())[3:] for row in rows} == {(0, 0, 0, 0, None, None)}


def test_wait_that_nobody_knows_is_in_the_total_alone():
    make_entry(wait_seconds=None)
    make_entry(wait_seconds=7)

    rows = rows_of(REPORT)

    assert sum(row["answered"] for row in rows) == 1
    assert rows[-1]["answered_cumulative_rate"] == 1.0
    assert totals_of(REPORT)["answered"] == 2


@pytest.mark.parametrize("entries", [1, 3])
def test_number_of_queries_does_not_grow(entries, django_assert_num_queries):
    for number in range(entries):
        make_queue(f"queue-{number}")
        make_entry(queue=f"queue-{number}", wait_seconds=number)
    count_marked()
    asked = selection()

    with django_assert_num_queries(4):
        list(REPORT.read(asked).rows())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(QueueEntry.Outcome.values),
            st.integers(0, 400),
            st.sampled_from(["a", "b"]),
        )
    )
)
def test_rows_add_up_to_the_total(entries):
    forget_calls()
    call = make_call()
    for visit, (outcome, wait, queue) in enumerate(entries, 1):
        make_entry(
            call=call, visit=visit, outcome=outcome, wait_seconds=wait, queue=queue
        )

    rows, totals = rows_of(REPORT), totals_of(REPORT)

    for code in ("answered", "abandoned"):
        assert sum(row[code] for row in rows) == totals[code]
        ends = [row for row in rows if row["up_to_seconds"] is None]
        assert sum(row[f"{code}_cumulative"] for row in ends) == totals[code]
