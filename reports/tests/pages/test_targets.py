"""Service level targets of queues on the pages of reports."""

from datetime import date, timedelta

import pytest

from callcenter.models import Queue
from reports.query.targets import Targets
from reports.tests.factories import NOON, make_entry, make_queue
from reports.tests.pages.reading import page
from reports.tests.pages.test_chart import chart_of

pytestmark = pytest.mark.django_db

DAYS = {"first": "2026-10-19", "last": "2026-10-21", "interval": "day"}
SUMMARY = {"first": "2026-10-19", "last": "2026-10-21"}


def aim(queue: Queue, target: int | None, valid_from: str = "2026-01-01") -> None:
    queue.thresholds.create(
        valid_from=date.fromisoformat(valid_from), service_level_target=target
    )


def test_target_is_that_of_the_day():
    queue = make_queue()
    aim(queue, 80)
    aim(queue, None, "2026-10-01")
    aim(queue, 90, "2026-10-20")

    targets = Targets()

    known = {
        day: targets.of("support", date.fromisoformat(day))
        for day in ("2025-12-31", "2026-01-01", "2026-10-01", "2026-10-20")
    }
    assert list(known.values()) == [None, 80, None, 90]
    assert targets.of("gone", NOON.date()) is None


def test_queues_share_a_target_where_it_is_the_same(django_assert_num_queries):
    aim(make_queue(), 80)
    aim(make_queue("sales"), 80)
    aim(make_queue("night"), 70)
    make_queue("test")
    with django_assert_num_queries(1):
        targets = Targets()

    day = NOON.date()
    assert targets.shared(["support", "sales"], day) == 80
    assert targets.shared(["support", "night"], day) is None
    assert targets.shared(["support", "test"], day) is None
    assert targets.shared([], day) is None


def test_rows_show_how_far_they_are_from_their_target(admin_client):
    aim(make_queue(), 80)
    aim(make_queue("sales"), 40)
    make_queue("test")
    for queue in ("support", "sales", "test"):
        make_entry(queue=queue)
        make_entry(queue=queue, wait_seconds=50)

    html = page(admin_client, "queue-summary", **SUMMARY)

    assert html.count('<svg class="meter') == 2
    assert html.count("meter-bad") == 1
    assert html.count("meter-ok") == 1
    said = "Support: within 20 s, short below 5 s (since 1 Jan 2026); target 80%"
    assert said in html


def test_chart_has_the_target_of_each_interval(admin_client):
    queue = make_queue()
    aim(queue, 80)
    aim(queue, 90, "2026-10-20")
    for days in (-1, 0, 1):
        make_entry(NOON + timedelta(days=days))

    chart = chart_of(admin_client, **DAYS)

    assert chart["target"] == [80, 90, 90]
    assert chart["words"]["target"] == "dashed: target"
    chart = chart_of(admin_client, **DAYS | {"first": "2026-10-20"})
    assert chart["words"]["target"] == "dashed: target 90"


def test_chart_of_queues_with_different_targets_has_none(admin_client):
    aim(make_queue(), 80)
    make_queue("sales")
    make_entry()
    make_entry(queue="sales")

    assert "target" not in chart_of(admin_client, **DAYS)
    assert "target" in chart_of(admin_client, queue="support", **DAYS)


def test_other_reports_have_no_targets(admin_client):
    aim(make_queue(), 80)
    make_entry()

    html = page(admin_client, "heat-map", **SUMMARY)

    assert '<svg class="meter' not in html
