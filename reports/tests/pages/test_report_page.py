"""The page of a report: who may open it, what it says, what it refuses."""

import re

import pytest
from django.test import Client

from callcenter.models import QueueThreshold
from reports.present.links import report_url
from reports.tests.factories import count_marked, make_entry, make_queue
from reports.tests.pages.reading import ENGLISH, Table, page

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}
SLUGS = ["queue-summary", "queue-interval"]
COUNTS = ["wait-distribution", "heat-map", "service-level-variants"]


@pytest.mark.parametrize("slug", SLUGS)
def test_balance_and_total_say_the_same(admin_client, slug):
    make_queue()
    make_entry()
    make_entry(outcome="abandoned")
    make_entry(outcome="blocked", wait_seconds=None)

    html = page(admin_client, slug, **DAY)

    (total,) = [row for row in Table(html).rows if row and row[0][0] == "Total"]
    numbers = [text for text, _href in total if text]
    assert numbers[1:5] == ["2", "2", "1", "1"]
    (line,) = re.findall(r'class="balance-line">(.*?)</p>', html, re.DOTALL)
    assert re.findall(r"<b>(\d+)</b>", line) == ["2", "1", "1", "1"]


def test_every_rate_is_explained_with_the_counts_in_it(admin_client):
    make_queue()
    make_entry()
    make_entry(outcome="abandoned", wait_seconds=40)
    make_entry(outcome="short_abandoned", wait_seconds=1)

    html = page(admin_client, "queue-summary", **DAY)

    (said,) = re.findall(
        r'id="explain-service_level".*?(?=<div id=|<p class="foot)', html, re.DOTALL
    )
    text = " ".join(re.sub(r"<[^>]+>", " ", said).split())
    assert "1 Answered within threshold 2 Offered = 50.0%" in text
    assert "Offered 1 Answered + 1 Abandoned Left out 1 Short abandoned" in text


def test_explanation_names_the_thresholds_of_the_period(admin_client):
    queue = make_queue()
    make_queue("sales")
    for day, target in (("2026-01-01", 15), ("2026-10-15", 30), ("2027-01-01", 60)):
        QueueThreshold.objects.create(
            queue=queue,
            valid_from=day,
            target_seconds=target,
            short_abandon_seconds=5,
        )
    make_entry()

    html = page(admin_client, "queue-summary", first="2026-10-10", last="2026-10-20")

    assert "Support: within 15 s, short below 5 s (since 1 Jan 2026)" in html
    assert "Support: within 30 s, short below 5 s (since 15 Oct 2026)" in html
    assert "Sales: within 20 s, short below 5 s<" in html
    assert "within 60 s" not in html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"first": "2026-10-21", "last": "2026-10-20"},
            "The last day is before the first.",
        ),
        ({"first": "1999-01-01"}, "Choose a day between 2000 and 2199."),
        ({"first": "yesterday"}, "Write the day as YYYY-MM-DD"),
        ({"queue": "none"}, "There is no queue “none”."),
        ({"line": "+81999"}, "There is no line “+81999”."),
        ({"operator": "99"}, "There is no operator “99”."),
        ({"operator": "client:none"}, "There is no operator “client:none”."),
        ({"interval": "17"}, "There is no interval “17”"),
        ({"weekday": "8"}, "There is no weekday “8”"),
        ({"holidays": "perhaps"}, "Holidays can be “out” or “only”, not “perhaps”."),
    ],
)
def test_what_cannot_be_read_is_said_in_words(admin_client, asked, said):
    html = page(admin_client, "queue-interval", **asked)

    assert said in html
    assert "report-table" not in html


def test_filter_that_a_report_does_not_have_is_refused(admin_client):
    response = admin_client.get(
        report_url("queue-summary"), {"interval": "day"}, headers=ENGLISH
    )

    assert response.status_code == 400
    assert "The address has a filter that this report does not have. interval" in (
        " ".join(response.content.decode().split())
    )


def test_report_nobody_knows_is_not_found(admin_client):
    assert admin_client.get("/admin/reports/none/").status_code == 404


def test_page_needs_the_permission_to_see_calls(staff):
    assert staff("view_queue").get(report_url("queue-summary")).status_code == 403


def test_visitor_is_sent_to_the_log_in_page():
    assert Client().get(report_url("queue-summary")).status_code == 302


def test_numbers_open_no_list_that_the_reader_may_not_see(staff):
    make_queue()
    make_entry()

    html = page(staff("view_call"), "queue-summary", **DAY)

    assert [href for row in Table(html).rows for _text, href in row if href] == []


def test_many_rows_come_in_pages_and_none_is_cut(admin_client):
    for slug in ("support", "sales", "orders"):
        make_queue(slug)
    asked = {"first": "2026-10-19", "last": "2026-10-20"}

    pages = [
        page(admin_client, "queue-interval", **asked, page=n, quiet=1) for n in (1, 2)
    ]

    assert "Rows 1 to 200 of 288; a file has all of them." in pages[0]
    shown = [len(Table(html).rows) - 3 for html in pages]
    assert shown == [200, 88]


def test_rows_without_entries_are_hidden_and_counted(admin_client):
    make_queue()
    make_entry()

    html = page(admin_client, "queue-interval", **DAY)

    assert "47 rows without entries are hidden." in html
    assert len(Table(html).rows) - 3 == 1


@pytest.mark.parametrize("number", ["0", "-1", "abc", "99999999"])
def test_page_that_is_not_there_has_no_rows_or_the_first(admin_client, number):
    make_queue()

    assert "report-table" in page(admin_client, "queue-summary", **DAY, page=number)


@pytest.mark.parametrize("slug", ["queue-interval", *COUNTS])
@pytest.mark.parametrize("count", [1, 30])
def test_number_of_queries_does_not_depend_on_the_rows(
    admin_client, django_assert_max_num_queries, slug, count
):
    make_queue()
    for _ in range(count):
        make_entry()
    count_marked()

    with django_assert_max_num_queries(25):
        page(admin_client, slug, **DAY)


@pytest.mark.parametrize("slug", COUNTS)
def test_filter_that_cannot_be_read_is_said_by_every_report(admin_client, slug):
    html = page(admin_client, slug, queue="none", weekday="8")

    assert "There is no queue “none”." in html
    assert "There is no weekday “8”" in html
    assert "report-table" not in html


@pytest.mark.parametrize("slug", COUNTS)
def test_balance_stands_over_every_count_of_entries(admin_client, slug):
    make_entry()
    make_entry(outcome="unknown", wait_seconds=None)

    html = page(admin_client, slug, **DAY)

    (line,) = re.findall(r'class="balance-line">(.*?)</p>', html, re.DOTALL)
    assert re.findall(r"<b>(\d+)</b>", line) == ["2", "1", "1"]


def test_rate_is_explained_with_counts_that_are_no_columns(admin_client):
    make_entry()
    make_entry(outcome="overflowed", wait_seconds=40)
    make_entry(outcome="short_abandoned", wait_seconds=1)

    html = page(admin_client, "heat-map", **DAY)

    (said,) = re.findall(
        r'id="explain-service_level".*?(?=<div id=|<p class="foot)', html, re.DOTALL
    )
    text = " ".join(re.sub(r"<[^>]+>", " ", said).split())
    assert "1 Answered within threshold 2 Offered = 50.0%" in text
    assert "Offered 1 Answered + 1 Overflowed Left out 1 Short abandoned" in text


def test_formulas_have_no_total(admin_client):
    make_entry()

    rows = Table(page(admin_client, "service-level-variants", **DAY)).rows

    assert [row[0][0] for row in rows[2:]] == [
        *("SL1 (default)", "SL2", "SL3", "SL4", "SL5", "SL6", "SL7", "SL8"),
        *("AB1 (default)", "AB2", "AB3", "AB4", "AB5"),
    ]
