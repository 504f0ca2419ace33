"""The page of the completeness: its numbers lead to calls."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.tests.definitions.test_completeness import make_one_of_each
from reports.tests.factories import LINE, NOON, make_call, make_queue
from reports.tests.pages.reading import Table, check_every_number, page

pytestmark = pytest.mark.django_db

DAYS = {"first": "2026-10-19", "last": "2026-10-21"}


@pytest.fixture
def client(admin_client):
    """Calls that lack something, on two of the days and after them."""
    make_queue()
    for hours in (-20, 0, 1, 30, 40):
        make_one_of_each(NOON + timedelta(hours=hours, minutes=20))
    return admin_client


@pytest.mark.parametrize(
    "interval", ["15", "60", "day", "week", "month", "fiscal-year"]
)
def test_every_number_opens_its_calls(client, interval):
    html = page(client, "completeness", **DAYS, interval=interval)

    assert check_every_number(client, html) >= 12


@pytest.mark.parametrize("asked", [{"line": LINE}, {"queue": "support"}])
def test_filtered(client, asked):
    html = page(client, "completeness", **DAYS, interval="day", **asked)

    assert check_every_number(client, html) >= 12


def test_hours_of_a_short_period_open_their_calls(client):
    html = page(client, "completeness", **DAYS, interval="hour-of-day")

    assert check_every_number(client, html) >= 20


def test_weekdays_open_their_calls(client):
    html = page(client, "completeness", **DAYS, interval="weekday")

    assert check_every_number(client, html) >= 12


def test_hours_of_a_long_period_that_the_list_cannot_show_have_no_links(client):
    html = page(
        client,
        "completeness",
        first="2026-09-01",
        last="2026-10-21",
        interval="hour-of-day",
    )

    total, *rows = Table(html).rows[2:]
    assert total[1][1]
    assert rows
    assert not any(href for row in rows for _text, href in row)


@pytest.mark.parametrize("interval", ["60", "day", "hour-of-day"])
def test_day_on_which_clocks_change(admin_client, settings, interval):
    settings.TIME_ZONE = "America/New_York"
    start = datetime(2026, 11, 1, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    for hour in range(26):
        make_call(start + timedelta(hours=hour, minutes=20))

    html = page(
        admin_client,
        "completeness",
        first="2026-11-01",
        last="2026-11-01",
        interval=interval,
    )

    assert check_every_number(admin_client, html) >= 2
    total = Table(html).rows[2]
    assert total[1][0] == "25"


def test_file_has_the_intervals_of_the_page(client):
    asked = DAYS | {"interval": "day"}

    response = client.get("/admin/reports/completeness/export/csv/", asked)

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["8", "16", "8"]
