"""The service level by another formula, and by a threshold that nobody has set."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from reports.definitions.queues import QueueIntervalReport, QueueSummaryReport
from reports.definitions.variants import ServiceLevelVariantsReport
from reports.definitions.week import HeatMapReport
from reports.query.variants import SERVICE_LEVELS
from reports.tests.definitions.small_set import make_small_set
from reports.tests.factories import rows_of, selection, totals_of

pytestmark = pytest.mark.django_db

SUMMARY, BY_INTERVAL = QueueSummaryReport(), QueueIntervalReport()
LINE = "+815000000101"


# docs/metrics.md 9.2: nine are offered, their waits are there; five are answered.
@pytest.mark.parametrize(
    ("threshold", "within"), [(0, 1), (19, 2), (20, 3), (21, 4), (45, 5), (86_400, 5)]
)
# By operator or line the entries themselves are counted, and not their stored sums.
@pytest.mark.parametrize("more", [{}, {"line": LINE}])
def test_threshold_is_taken_to_be_another_one(threshold, within, more):
    make_small_set()
    asked = {"threshold": threshold} | more

    [row] = rows_of(SUMMARY, **asked)

    assert (row["answered_within"], row["offered"]) == (within, 9)
    assert row["service_level"] == pytest.approx(within / 9)
    assert totals_of(BY_INTERVAL, **asked)["answered_within"] == within
    assert totals_of(HeatMapReport(), **asked)["service_level"] == row["service_level"]


@pytest.mark.parametrize("formula", SERVICE_LEVELS)
@pytest.mark.parametrize("threshold", [None, 21])
def test_every_report_agrees_with_the_report_of_formulas(formula, threshold):
    make_small_set()
    asked = {} if threshold is None else {"threshold": threshold}
    by_formula = {
        row["code"]: row for row in rows_of(ServiceLevelVariantsReport(), **asked)
    }
    asked["formula"] = formula

    [row] = rows_of(SUMMARY, **asked)
    sums = SUMMARY.read(selection(**asked)).sums()

    assert row["service_level"] == by_formula[formula]["value"]
    assert sums["numerator"] == by_formula[formula]["numerator"]
    assert sums["denominator"] == by_formula[formula]["denominator"]
    assert totals_of(BY_INTERVAL, **asked)["service_level"] == row["service_level"]
    assert totals_of(HeatMapReport(), **asked)["service_level"] == row["service_level"]


def test_head_says_by_which_formula_and_explains_it():
    columns = SUMMARY.read(selection(formula="SL4")).columns
    column = next(each for each in columns if each.code == "service_level")

    with override("en"):
        assert str(column.explanation) == str(SERVICE_LEVELS["SL4"])
    assert column.heading.endswith("(SL4)")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("--formula=SL9", "There is no formula “SL9”"),
        ("--threshold=-1", "greater than or equal to 0"),
        ("--threshold=86401", "less than or equal to 86400"),
        ("--threshold=x", "whole number"),
    ],
)
def test_what_cannot_be_supposed_is_refused(option, problem):
    with pytest.raises(CommandError, match=problem):
        call_command("report", "queue-summary", option, stdout=StringIO())


def test_report_without_a_service_level_knows_no_formula():
    with pytest.raises(CommandError, match="cannot be filtered by --formula"):
        call_command("report", "calls", "--formula=SL2", stdout=StringIO())
