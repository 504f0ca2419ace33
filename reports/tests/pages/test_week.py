"""The week drawn on the page of the heat map."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from reports.tests.factories import make_entry, make_queue
from reports.tests.pages.reading import ENGLISH, Table, page

pytestmark = pytest.mark.django_db

WEEK = {"first": "2026-10-19", "last": "2026-10-25"}
MONDAY = datetime(2026, 10, 19, tzinfo=UTC) - timedelta(hours=9)  # its midnight


def make_hours(*counts: int, outcome: str = "answered") -> None:
    """So many entries in each hour of Monday from nine."""
    for hour, count in enumerate(counts, 9):
        for _ in range(count):
            make_entry(MONDAY + timedelta(hours=hour), outcome=outcome)


def steps(html: str) -> list[str]:
    """The classes of the cells of the week, row by row."""
    (table,) = re.findall(r'<table class="week-table.*?</table>', html, re.DOTALL)
    return re.findall(r'<td class="([^"]+)"', table)


def test_hours_from_the_first_to_the_last_with_entries_are_drawn(admin_client):
    make_hours(1, 0, 3)

    head, monday, tuesday, *_rest = Table(
        page(admin_client, "heat-map", **WEEK), "week-table"
    ).rows

    assert [text for text, _href in head] == ["Weekday", "9:00", "10:00", "11:00"]
    assert [text for text, _href in monday] == ["Monday", "1", "0", "3"]
    assert [text for text, _href in tuesday] == ["Tuesday", "0", "0", "0"]


def test_more_is_a_higher_step_and_no_entries_are_no_step(admin_client):
    make_hours(0, 1, 2, 3, 4, 5, 6, 7, 14)

    found = steps(page(admin_client, "heat-map", **WEEK))

    assert found[:8] == [f"step-{step}" for step in (0, 1, 1, 2, 2, 3, 3, 6)]
    assert set(found[8:]) == {"quiet-hour"}


def test_one_hour_that_is_far_off_does_not_pale_the_others(admin_client):
    make_hours(20, 19, 1)
    make_hours(0, 1, 0, outcome="abandoned")
    make_entry(MONDAY + timedelta(hours=12), outcome="abandoned")

    html = page(admin_client, "heat-map", **WEEK, measure="abandonment_rate")

    assert steps(html)[:4] == ["step-0", "step-6", "step-0", "step-6"]
    assert "≥ 5.0%" in html


def test_worst_service_level_has_the_most_colour(admin_client):
    make_hours(1, 1)
    make_hours(0, 1, outcome="abandoned")
    make_hours(0, 0, 1, outcome="abandoned")

    html = page(admin_client, "heat-map", **WEEK, measure="service_level")

    assert 'class="week-table week-badness"' in html
    assert steps(html)[:3] == ["step-0", "step-3", "step-6"]
    (key,) = re.findall(r'class="week-key.*?</p>', html, re.DOTALL)
    assert re.findall(r"<span>(.*?)</span>", key) == ["100.0%", "0.0%"]


def test_rate_opens_the_entries_that_it_is_a_share_of(admin_client):
    make_hours(2)

    html = page(admin_client, "heat-map", **WEEK, measure="asa_seconds")

    (text, href) = Table(html, "week-table").rows[1][1]
    assert text == "0:00:10"
    assert admin_client.get(href).context["cl"].result_count == 2


def test_period_without_entries_is_said(admin_client):
    make_queue()

    html = page(admin_client, "heat-map", **WEEK)

    assert "Nobody entered a queue in this period." in html
    assert "week-table" not in html
    assert "168 rows without entries are hidden." in html


def test_measure_that_is_no_column_is_refused_in_words(admin_client):
    html = page(admin_client, "heat-map", **WEEK, measure="colour")

    assert "There is no column “colour” to draw." in html
    assert "report-table" not in html


def test_report_without_a_week_has_no_measure(admin_client):
    response = admin_client.get(
        "/admin/reports/queue-summary/", {"measure": "offered"}, headers=ENGLISH
    )

    assert response.status_code == 400


def test_week_says_which_column_it_draws(admin_client):
    html = page(admin_client, "heat-map", **WEEK, measure="answered")

    assert "Answered by weekday and hour" in html
    assert '<option value="answered" selected>Answered</option>' in html
