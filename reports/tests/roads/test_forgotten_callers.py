"""Every report says the same of a caller before and after the number is forgotten."""

import csv
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from callcenter.demo.setup.installation import install
from callcenter.models import Call
from callcenter.tests.receive import receive_together
from callcenter.tests.sample_events import CALLER_NUMBER, at
from callcenter.tests.upkeep.forgotten_story import STRANGER, story
from callcenter.upkeep.forgetting import forget_caller, forget_old_numbers
from reports.definitions import REPORTS

pytestmark = pytest.mark.django_db

DAY = 86_400
# They tell something of the number, or that nobody can ring it back any more.
_OF_NUMBERS = {"caller", "caller_country", "state", "from", "to"}


def every_report() -> dict[str, list[str]]:
    """The rows of all reports as they are told to programs, in no order."""
    told: dict[str, list[str]] = {}
    days = ["--first", "2026-10-05", "--last", "2026-10-06"]
    for report in REPORTS:
        if report.most_days == 1:
            days = ["--first", "2026-10-05", "--last", "2026-10-05"]
        out = StringIO()
        call_command("report", report.slug, *days, "--totals", stdout=out)
        rows = csv.DictReader(out.getvalue().lstrip("\ufeff").splitlines())
        told[report.slug] = sorted(
            # What was typed was the number as well.
            repr([pair for pair in row.items() if pair[0] not in _OF_NUMBERS])
            .replace("05000000999", "***")
            .replace(CALLER_NUMBER, "***")
            for row in rows
        )
    return told


@pytest.mark.parametrize("by_age", [False, True])
def test_counts_of_every_report_stay(by_age):
    install()
    receive_together(*story())
    with time_machine.travel(at(9 * DAY)):
        before = every_report()
        assert any("recovered" in row for row in before["abandoned-calls"])
        assert before["repeat-callers"]

        if by_age:
            forget_old_numbers(at(9 * DAY), days=1)
        else:
            forget_caller(CALLER_NUMBER, really=True)
        after = every_report()

    assert not Call.objects.filter(caller=CALLER_NUMBER).exists()
    assert Call.objects.filter(caller=STRANGER).exists() is not by_age
    for slug, rows in before.items():
        assert after[slug] == rows, slug
