"""What the pages of all reports of sums have in common, and their files."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from reports.definitions import report_with_slug
from reports.present.links import report_url
from reports.tests.factories import (
    NOON,
    count_marked,
    make_abandoned,
    make_connection,
    make_entry,
    make_operator,
    make_state,
    make_step,
)
from reports.tests.pages.reading import ENGLISH, Table, page

pytestmark = pytest.mark.django_db

SLUGS = [
    *("operators", "lines", "ivr-paths", "ivr-menus", "completeness"),
    "repeat-callers",
]
DAY = {"first": "2026-10-20", "last": "2026-10-20"}
OPTIONS = ("--first", DAY["first"], "--last", DAY["last"])


def make_some(count: int = 1) -> None:
    for number in range(count):
        name = f"+8150000009{number:02}"
        make_operator(name=name, number=name)
        make_connection(make_entry(), operator=name)
        make_state("ready", NOON, operator=name)
        make_abandoned()
        make_step(menu=f"menu-{number}")


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("slug", SLUGS)
def test_number_of_queries_does_not_depend_on_the_rows(
    admin_client, django_assert_max_num_queries, slug, count
):
    make_some(count)
    count_marked()

    with django_assert_max_num_queries(25):
        html = page(admin_client, slug, **DAY)
    assert "report-table" in html


@pytest.mark.parametrize("slug", SLUGS)
def test_csv_of_the_command_has_the_rows_of_the_page(admin_client, slug):
    make_some(3)
    out = StringIO()

    call_command("report", slug, *OPTIONS, stdout=out)

    head, *rows = csv.reader(StringIO(out.getvalue()))
    report = report_with_slug(slug)
    assert report
    assert head == [column.code for column in report.report_columns]
    html = page(admin_client, slug, **DAY, **({"quiet": "1"} if len(rows) > 9 else {}))
    assert len(Table(html).rows) == 3 + len(rows)
    assert rows


@pytest.mark.parametrize("slug", SLUGS)
def test_workbook_for_people_has_the_rows_and_a_total(slug):
    make_some(3)
    lines, out = StringIO(), BytesIO()
    call_command("report", slug, *OPTIONS, stdout=lines)

    options = ("--format", "xlsx", "--labels", "--totals")
    call_command("report", slug, *OPTIONS, *options, stdout=out)

    (sheet,) = openpyxl.load_workbook(out).worksheets
    assert sheet.max_row == len(lines.getvalue().splitlines()) + 1


@pytest.mark.parametrize("slug", SLUGS)
def test_days_that_cannot_be_read_are_said(admin_client, slug):
    html = page(admin_client, slug, first="2026-10-21", last="2026-10-20")

    assert "The last day is before the first." in html
    assert "report-table" not in html


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("operators", "weekday"),
        ("lines", "interval"),
        ("ivr-paths", "interval"),
        ("ivr-menus", "operator"),
        ("completeness", "formula"),
        ("repeat-callers", "queue"),
    ],
)
def test_filter_that_the_rows_do_not_honour_is_refused(admin_client, slug, name):
    response = admin_client.get(report_url(slug), {name: "1"}, headers=ENGLISH)

    assert response.status_code == 400
    if name != "interval":
        message = f"'{slug}' cannot be filtered by --{name}"
        with pytest.raises(CommandError, match=message):
            call_command("report", slug, f"--{name}", "1")


@pytest.mark.parametrize("slug", SLUGS)
def test_page_needs_the_permission_to_see_calls(staff, slug):
    assert staff("view_queue").get(report_url(slug)).status_code == 403
