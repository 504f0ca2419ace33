"""docs/contract.md names every table, path, decision and report, and their columns."""

import re

import pytest
from django.apps import apps

from callcenter import routes
from callcenter.decision import Verb
from minicc.settings import BASE_DIR
from reports.definitions import REPORTS

CONTRACT = (BASE_DIR / "docs" / "contract.md").read_text(encoding="utf-8")


def _between(start: str, end: str) -> str:
    return CONTRACT.partition(f"\n{start}")[2].partition(f"\n{end}")[0]


def _rows(section: str) -> dict[str, str]:
    """The rows of the tables of a section, by the code that stands first in each."""
    return dict(re.findall(r"^\| `([^`]+)` (\|.*)$", section, re.MULTILINE))


def test_every_table_stands_in_section_2():
    ours = {
        model.__name__
        for label in ("callcenter", "reports")
        for model in apps.get_app_config(label).get_models()
    }
    named = set(re.findall(r"`(\w+)`", _between("## 2 ", "**History is derived.**")))

    assert ours - named == set()


def test_the_paths_are_those_of_section_3():
    paths = {
        routes.PREFIX + re.sub(r"<str:(\w+)>", r"<\1>", path)
        for path in routes.PATHS.values()
    }

    assert set(_rows(_between("## 3 ", "## 4 "))) == paths


def test_every_decision_stands_in_section_8():
    table = _between("**Decisions.**", "### 8.1 ")
    named = {text.partition(":")[0] for text in re.findall(r"`([^`]+)`", table)}

    assert {verb.value for verb in Verb if verb is not Verb.UNKNOWN} - named == set()


def test_the_reports_are_those_of_section_7():
    assert set(_rows(_between("## 7 ", "What stands in"))) == {
        report.slug for report in REPORTS
    }


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_the_columns_of_a_report_stand_in_section_7(report):
    rows = _rows(_between("## 7 ", "What stands in"))
    # The one says "the same" of the other; ten keys are "input_0 ... input_9".
    slug = "queue-interval" if report.slug == "queue-summary" else report.slug
    codes = [
        column.code
        for column in report.report_columns
        if not re.fullmatch(r"input_[1-8]", column.code)
    ]

    assert set(codes) - set(re.findall(r"\w+", rows[slug])) == set()
