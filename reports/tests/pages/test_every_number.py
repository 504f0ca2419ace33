"""Every number of a report opens exactly the rows that it counts."""

import random
from datetime import UTC, date, datetime, timedelta
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
from reports.tests.pages.reading import count_of, links, page

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


@pytest.fixture
def client(admin_client):
    """An administrator, and a history to ask for."""
    make_history()
    return admin_client


def check_every_number(client, html) -> int:
    """Follow each link of the table; returns how many there are."""
    found = links(html)
    for text, href in found:
        assert count_of(client, href) == int(text.replace(",", "")), (text, href)
    return len(found)


@pytest.mark.parametrize("interval", sorted(set(INTERVALS) - {"15", "30"}))
def test_interval(client, interval):
    html = page(client, "queue-interval", interval=interval, **DAYS)

    assert check_every_number(client, html) > 20


def test_half_hours_of_a_day(client):
    html = page(client, "queue-interval", first="2026-10-21", last="2026-10-21")

    assert check_every_number(client, html) > 5


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"queue": "support"},
        {"queue": "gone"},
        {"line": LINE},
        {"weekday": "3"},
        {"holidays": "out"},
        {"holidays": "only"},
        {"weekday": "2", "holidays": "out", "queue": "sales"},
    ],
)
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


@pytest.mark.parametrize("interval", ["hour-of-day", "weekday", "day", "60"])
@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe"])
def test_days_on_which_clocks_change(admin_client, settings, zone, interval):
    settings.TIME_ZONE = zone
    days = {
        "America/New_York": ("2026-10-30", "2026-11-02"),
        "Australia/Lord_Howe": ("2026-10-02", "2026-10-05"),
    }[zone]
    for hour in range(0, 96, 2):
        start = datetime.fromisoformat(days[0]).replace(tzinfo=ZoneInfo(zone))
        make_entry(start.astimezone(UTC) + timedelta(hours=hour, minutes=20))

    html = page(
        admin_client, "queue-interval", first=days[0], last=days[1], interval=interval
    )

    assert check_every_number(admin_client, html) > 8
