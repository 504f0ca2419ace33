"""The chart of a report: the numbers of its table, drawn in a real browser."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from callcenter.models import Queue, QueueThreshold
from reports.pages import chart, report_page
from reports.present.links import report_url
from reports.tests.factories import make_entry, make_queue
from reports.tests.pages.reading import ENGLISH, page
from reports.tests.pages.windows import window_of

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")
URL = report_url("queue-interval")
DAY = {"first": "2026-10-20", "last": "2026-10-20"}


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime(2026, 10, 20, hour, minute, tzinfo=TOKYO) + timedelta(days=days)


def make_day() -> None:
    make_queue("support")
    make_queue("sales")
    make_entry(at(9, 5))
    make_entry(at(9, 10), queue="sales", outcome="abandoned", wait_seconds=40)
    make_entry(at(10, 20), wait_seconds=30)
    make_entry(at(9, 5, days=-7))


def chart_of(client, **asked):
    response = client.get(URL, DAY | asked, headers=ENGLISH)
    return response.context["chart"]


def test_bars_are_the_sums_of_the_queues_from_the_first_call_to_the_last(admin_client):
    make_day()

    found = chart_of(admin_client)

    assert found["labels"] == ["09:00", "09:30", "10:00"]
    assert found["counts"]["answered"] == [1, 0, 1]
    assert found["counts"]["abandoned"] == [1, 0, 0]
    # Nothing offered: no level; answered after the threshold: none within.
    assert found["rate"] == [50.0, None, 0.0]
    assert found["unfinished"] is None


def test_same_weekday_before_is_drawn_beside_it_and_named(admin_client):
    make_day()

    found = chart_of(admin_client)

    assert found["compared"] == [1, 0, 0]
    assert found["words"]["compared"] == "dotted: 13 Oct 2026 (Tue)"


def test_interval_that_is_not_over_has_no_service_level(admin_client, time_machine):
    make_day()
    time_machine.move_to(at(10, 25))

    found = chart_of(admin_client)

    assert (found["unfinished"], found["rate"][2]) == (2, None)


def test_waits_are_the_sums_of_the_queues_within_and_beyond_the_threshold(
    admin_client,
):
    make_day()

    url = report_url("wait-distribution")
    found = admin_client.get(url, DAY, headers=ENGLISH).context["chart"]

    assert found["labels"][:2] == ["≤5", "≤10"]
    assert found["labels"][-1] == ">300"
    assert found["answered"] == [0, 1, 0, 0, 1, *[0] * 7]
    assert sum(found["abandoned"]) == 1
    assert found["share"][:5] == [0.0, 50.0, 50.0, 50.0, 100.0]
    assert found["beyond"] == [False] * 4 + [True] * 8
    assert found["words"]["within"] == "Answered within 20 s"


def test_queues_of_different_thresholds_have_no_bars_within_or_beyond(admin_client):
    make_day()
    QueueThreshold.objects.create(
        queue=Queue.objects.get(slug="sales"),
        valid_from="2026-01-01",
        target_seconds=60,
        short_abandon_seconds=5,
    )

    url = report_url("wait-distribution")
    found = admin_client.get(url, DAY, headers=ENGLISH).context["chart"]

    assert not any(found["beyond"])
    assert "within" not in found["words"]


def test_day_without_entries_has_no_chart_of_waits(admin_client):
    url = report_url("wait-distribution")

    assert admin_client.get(url, DAY, headers=ENGLISH).context["chart"] is None


def test_too_many_bars_are_not_drawn(admin_client, monkeypatch):
    make_day()
    monkeypatch.setattr(chart, "MOST_BARS", 2)

    assert chart_of(admin_client) is None


def test_without_the_library_there_is_the_table_alone(admin_client, monkeypatch):
    make_day()
    monkeypatch.setattr(report_page, "CHARTS", "vendor/none.js")

    html = page(admin_client, "queue-interval", **DAY)

    assert "chart-data" not in html
    assert "report-table" in html


@pytest.fixture
def window(live_server, settings) -> Iterator[Page]:
    """The page of the report in a browser."""
    make_day()
    with window_of(live_server, settings, 1440) as opened:
        query = f"?first={DAY['first']}&last={DAY['last']}"
        opened.goto(f"{live_server.url}{URL}{query}")
        yield opened


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_chart_is_drawn_with_its_words_and_anew_in_the_dark(window):
    drawn = window.locator(".chart svg")
    light = drawn.inner_html()

    window.emulate_media(color_scheme="dark")
    window.wait_for_function(
        "before => document.querySelector('.chart svg')?.innerHTML !== before",
        arg=light,
    )

    assert "09:00" in drawn.inner_html()
    assert window.locator(".chart").get_attribute("role") == "img"
