"""Reports whose rows are those of a list: the newest, and the way to the others."""

import pytest

from reports.definitions import REPORTS
from reports.pages import report_page
from reports.present.links import report_url
from reports.query.table import ListTable
from reports.tests.factories import (
    CALLER,
    make_abandoned,
    make_connection,
    make_entry,
    make_step,
)
from reports.tests.pages.reading import ENGLISH, Table, count_of, page

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}
LISTS = [report for report in REPORTS if isinstance(report, ListTable)]


@pytest.fixture
def client(admin_client):
    make_connection(make_entry())
    make_abandoned()
    make_step()
    return admin_client


@pytest.mark.parametrize("report", LISTS, ids=lambda report: report.slug)
def test_page_has_the_columns_of_the_report_and_its_rows(client, report):
    html = page(client, report.slug, **DAY)

    head, *rows = Table(html).rows
    assert len(head) == len(report.report_columns)
    assert rows
    response = client.get(report_url(report.slug), DAY, headers=ENGLISH)
    assert response.context["table"].count == len(rows)
    if report.slug != "abandoned-calls":  # its list goes by another moment
        assert count_of(client, response.context["list_url"]) == len(rows)


def test_newest_rows_are_shown_and_how_many_there_are(client, monkeypatch):
    monkeypatch.setattr(report_page, "PAGE_ROWS", 2)
    for _ in range(3):
        make_entry()

    html = page(client, "queue-entries", **DAY)

    assert "The newest 2 of 5 rows; a file has all of them." in html
    assert len(Table(html).rows) == 1 + 2


def test_more_rows_than_are_counted_are_said_so(client, monkeypatch):
    monkeypatch.setattr(report_page, "PAGE_ROWS", 1)
    monkeypatch.setattr(report_page, "MOST_COUNTED", 1)

    html = page(client, "queue-entries", **DAY)

    assert "The newest 1 of more than 10,000 rows" in html


def test_day_without_rows_has_a_page(client):
    html = page(client, "calls", first="2026-10-01", last="2026-10-01")

    assert len(Table(html).rows) == 1
    assert "0 rows." in html


def test_callers_are_masked_for_those_who_may_not_see_numbers(staff):
    make_abandoned()
    client = staff("view_call", "view_abandonedcall")

    html = page(client, "abandoned-calls", **DAY)

    assert CALLER not in html
    assert "9742" in html


def test_list_needs_the_right_to_see_its_rows(staff):
    client = staff("view_call")

    assert client.get(report_url("calls"), DAY).status_code == 200
    for slug in ("abandoned-calls", "queue-entries"):
        assert client.get(report_url(slug), DAY).status_code == 403
    assert (
        "admin/reports/abandoned-calls/" not in client.get("/admin/").content.decode()
    )


def test_filter_by_weekday_is_refused_where_the_list_has_none(client):
    response = client.get(
        report_url("connections"), DAY | {"weekday": "1"}, headers=ENGLISH
    )

    assert response.status_code == 400
