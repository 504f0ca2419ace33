"""Service level and abandonment rate by the formulas of other systems."""

import pytest
from django.utils.translation import override

from reports.definitions.variants import ServiceLevelVariantsReport, variant_rows
from reports.query.tally import Tally
from reports.query.variants import VARIANTS, names
from reports.tests.definitions.small_set import make_small_set
from reports.tests.factories import (
    count_marked,
    make_entry,
    make_queue,
    rows_of,
    selection,
    totals_of,
)

REPORT = ServiceLevelVariantsReport()


def test_published_example_gives_the_values_of_the_reference():
    # docs/metrics.md 9.1: 60 abandoned, 20 of them within the threshold and 10 of
    # these short.
    total = Tally(
        answered=1000,
        answered_within=860,
        abandoned=50,
        abandoned_within=10,
        short_abandoned=10,
        short_abandoned_within=10,
    )

    percent = {
        code: round(100 * value, 2)
        for code, _formula, _above, _below, value, *_more in variant_rows(total)
    }

    assert percent == {
        "SL1": 81.90,
        "SL2": 81.13,
        "SL3": 82.69,
        "SL4": 83.02,
        "SL5": 86.00,
        "SL6": 81.13,  # without overflow the same entries as SL2
        "SL7": 82.08,
        "SL8": 81.90,  # and as SL1
        "AB1": 4.76,
        "AB2": 5.66,
        "AB3": 5.66,
        "AB4": 6.00,
        "AB5": 3.77,
    }


@pytest.mark.django_db
def test_small_set_gives_the_values_of_the_reference():
    make_small_set()

    rows = rows_of(REPORT)

    codes = ("code", "formula", "numerator", "denominator", "value", "difference_calls")
    assert [[row[code] for code in codes] for row in rows] == [
        ["SL1", "A_T / N", 3, 9, 3 / 9, 0],
        ["SL2", "A_T / G", 3, 10, 3 / 10, 1],
        ["SL3", "A_T / (G − B_T)", 3, 7, 3 / 7, 2],
        ["SL4", "(A_T + B_T) / G", 6, 10, 6 / 10, 3],
        ["SL5", "A_T / A", 3, 5, 3 / 5, 4],
        ["SL6", "A_T / (A + B)", 3, 9, 3 / 9, 2],
        ["SL7", "(A_T + H) / (A + B)", 4, 9, 4 / 9, 2],
        ["SL8", "A_T / (A + B − H)", 3, 8, 3 / 8, 1],
        ["AB1", "(B−H) / N", 3, 9, 3 / 9, 0],
        ["AB2", "B / G", 4, 10, 4 / 10, 1],
        ["AB3", "B / (A + B)", 4, 9, 4 / 9, 2],
        ["AB4", "B / A", 4, 5, 4 / 5, 5],
        ["AB5", "(B − B_T) / G", 1, 10, 1 / 10, 3],
    ]
    # Each against the default of the same rate.
    assert [row["difference"] for row in rows] == [
        row["value"] - rows[0 if row["code"].startswith("SL") else 8]["value"]
        for row in rows
    ]
    assert rows[5]["used_by"] == "Genesys"
    assert rows[-1]["used_by"] is None


@pytest.mark.django_db
def test_formulas_do_not_add_up():
    make_small_set()

    assert set(totals_of(REPORT).values()) == {None}


@pytest.mark.django_db
def test_quiet_day_shows_no_value_rather_than_zero():
    make_queue()

    values = {tuple(row.values())[2:7] for row in rows_of(REPORT)}
    assert values == {(0, 0, None, None, 0)}


@pytest.mark.django_db
def test_short_abandoned_after_the_threshold_of_its_time_is_not_within_it():
    make_entry(outcome="short_abandoned", wait_seconds=8, target_seconds=5)
    make_entry(outcome="abandoned", wait_seconds=None)

    rows = {row["code"]: row for row in rows_of(REPORT)}

    assert (rows["SL4"]["numerator"], rows["SL4"]["denominator"]) == (0, 2)
    assert (rows["AB5"]["numerator"], rows["AB5"]["denominator"]) == (2, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("entries", [1, 3])
def test_number_of_queries_does_not_grow(entries, django_assert_num_queries):
    for number in range(entries):
        make_entry(queue=f"queue-{number}")
    count_marked()
    asked = selection()

    with django_assert_num_queries(3):
        list(REPORT.read(asked).rows())


def test_lists_have_a_name_for_every_count():
    assert len(names()) == 3 * len(VARIANTS)
    with override("en"):
        assert names()["sl3-difference-calls"] == "SL3, counted differently"
