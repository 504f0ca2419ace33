"""Every number of a report opens exactly the rows that it counts."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from callcenter.models import Holiday, QueueEntry
from reports.query.periods import INTERVALS
from reports.tests.factories import (
    LINE,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
)
from reports.tests.pages.reading import check_every_number, count_of, page

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 10, 19), date(2026, 10, 27)
DAYS = {"first": FIRST.isoformat(), "last": LAST.isoformat()}


def make_history(zone: str = "Asia/Tokyo", count: int = 60) -> None:
    """Entries of three queues, at random moments of the days and around them."""
    chance = random.Random(7)
    start = datetime.combine(FIRST - timedelta(days=1), datetime.min.time())
    begun = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    span = (LAST - FIRST).days + 3
    for _ in range(count):
        at = begun + timedelta(seconds=chance.randrange(span * 86_400))
        outcome = chance.choice(QueueEntry.Outcome.values)
        entry = make_entry(
            at,
            queue=chance.choice(["support", "sales", "gone"]),
            outcome=outcome,
            wait_seconds=chance.randrange(60),
            call=make_call(at, line=chance.choice([LINE, "+815000000102"])),
        )
        if outcome == "answered" and chance.random() < 0.5:
            make_connection(entry)
    make_queue("support")
    make_queue("sales")


CLOCKS_CHANGE = {
    "America/New_York": ("2026-10-30", "2026-11-02"),
    "Australia/Lord_Howe": ("2026-10-02", "2026-10-05"),
}


def make_entries_while_clocks_change(zone: str) -> tuple[str, str]:
    """Entries every two hours of four days; returns the first and the last day."""
    first, last = CLOCKS_CHANGE[zone]
    start = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    for hour in range(0, 96, 2):
        make_entry(start.astimezone(UTC) + timedelta(hours=hour, minutes=20))
    return first, last


@pytest.fixture
def client(admin_client):
    """An administrator, and a history to ask for."""
    make_history()
    return admin_client


@pytest.mark.parametrize("interval", sorted(set(INTERVALS) - {"15", "30"}))
def test_interval(client, interval):
    html = page(client, "queue-interval", interval=interval, **DAYS)

    assert check_every_number(client, html) > 20


def test_half_hours_of_a_day(client):
    html = page(client, "queue-interval", first="2026-10-21", last="2026-10-21")

    assert check_every_number(client, html) > 5


@pytest.mark.parametrize(
    ("slug", "more"),
    [
        ("queue-summary", {}),
        ("queue-interval", {"interval": "60"}),
        ("queue-interval", {"interval": "day"}),
    ],
)
def test_numbers_of_the_period_compared_with(client, slug, more):
    asked = {"first": "2026-10-22", "last": "2026-10-23"} | more

    html = page(client, slug, compare="before", **asked)

    assert check_every_number(client, html) > 10
    # The two days before it.
    assert re.search(r"entered_at__first=2026-10-2[01]", html)


FILTERS = [
    {},
    {"queue": "support"},
    {"queue": "gone"},
    {"line": LINE},
    {"weekday": "3"},
    {"holidays": "out"},
    {"holidays": "only"},
    {"weekday": "2", "holidays": "out", "queue": "sales"},
]
WHAT_IF = [
    {"threshold": "0"},
    {"threshold": "30"},
    {"threshold": "30", "line": LINE},
    {"threshold": "30", "formula": "SL4"},
    {"formula": "SL7"},
]


@pytest.mark.parametrize("asked", [*FILTERS, *WHAT_IF])
def test_filtered(client, asked):
    Holiday.objects.create(date=date(2026, 10, 20), name="Made for the test")

    assert check_every_number(client, page(client, "queue-summary", **DAYS, **asked))


def test_operator_by_telephone_and_browser(client):
    operator = make_operator(client_identity="sato")
    make_connection(
        make_entry(datetime(2026, 10, 20, 3, tzinfo=UTC)), operator="client:sato"
    )

    html = page(client, "queue-summary", **DAYS, operator=str(operator.pk))

    assert check_every_number(client, html)


@pytest.mark.parametrize(
    "slug", ["wait-distribution", "heat-map", "service-level-variants"]
)
@pytest.mark.parametrize("asked", [FILTERS[0], FILTERS[3], FILTERS[-1]])
def test_other_counts_of_entries(client, slug, asked):
    Holiday.objects.create(date=date(2026, 10, 20), name="Made for the test")
    make_entry(datetime(2026, 10, 21, 3, tzinfo=UTC), wait_seconds=None)

    assert check_every_number(client, page(client, slug, **DAYS, **asked)) > 1


@pytest.mark.parametrize("slug", ["heat-map", "service-level-variants"])
@pytest.mark.parametrize("threshold", ["0", "33"])
def test_other_threshold(client, slug, threshold):
    html = page(client, slug, **DAYS, threshold=threshold)

    assert check_every_number(client, html) > 1


@pytest.mark.parametrize("measure", ["offered", "entered", "answered", "abandoned"])
def test_numbers_of_the_week(client, measure):
    html = page(client, "heat-map", **DAYS, measure=measure)

    assert check_every_number(client, html, "week-table") > 3


@pytest.mark.parametrize("slug", ["wait-distribution", "service-level-variants"])
def test_terms_of_the_balance(client, slug):
    make_entry(datetime(2026, 10, 21, 3, tzinfo=UTC), wait_seconds=None)

    html = page(client, slug, **DAYS)

    terms = re.findall(r'class="term[^>]*>.*?<a href="([^"]+)"><b>(\d+)', html)
    assert len(terms) > 5
    for href, number in terms:
        assert count_of(client, unescape(href)) == int(number), href


@pytest.mark.parametrize("zone", sorted(CLOCKS_CHANGE))
def test_hours_of_the_week_on_which_clocks_change(admin_client, settings, zone):
    settings.TIME_ZONE = zone
    days = make_entries_while_clocks_change(zone)

    html = page(admin_client, "heat-map", first=days[0], last=days[1])

    assert check_every_number(admin_client, html) > 40
    assert check_every_number(admin_client, html, "week-table") > 40


@pytest.mark.parametrize("interval", ["hour-of-day", "weekday", "day", "60"])
@pytest.mark.parametrize("zone", sorted(CLOCKS_CHANGE))
def test_days_on_which_clocks_change(admin_client, settings, zone, interval):
    settings.TIME_ZONE = zone
    days = make_entries_while_clocks_change(zone)

    html = page(
        admin_client, "queue-interval", first=days[0], last=days[1], interval=interval
    )

    assert check_every_number(admin_client, html) > 8
