"""Thresholds: what a change says about calls derived by the old ones."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from callcenter.models import WebhookEvent
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save

# 12:00 on the 24th of November in Tokyo.
pytestmark = [pytest.mark.django_db]
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
# Midnight in Tokyo, at which the 22nd begins.
MIDNIGHT = datetime(2026, 11, 21, 15, tzinfo=UTC)
NEW = {
    "thresholds__TOTAL_FORMS": 1,
    "thresholds__0__target_seconds": 30,
    "thresholds__0__short_abandon_seconds": 5,
}


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOW, tick=False):
        yield


def page(queue) -> str:
    return reverse("admin:callcenter_queue_change", args=[queue.pk])


def derived_call(entered_at: datetime, queue: str = "support") -> WebhookEvent:
    """A call that entered the queue at a moment; returns its event."""
    call = rows.make_call()
    rows.make_entry(call, entered_at=entered_at, left_at=None, queue=queue)
    return rows.make_event(call.sid)


def pending() -> list[WebhookEvent]:
    return list(WebhookEvent.objects.pending().order_by("id"))


def said(response) -> list[str]:
    return [
        str(message)
        for message in get_messages(response.wsgi_request)
        if message.level_tag == "warning"
    ]


def test_threshold_dated_back_has_the_calls_since_its_day_derived_again(admin_client):
    queue = rows.make_queue("support")
    derived_call(MIDNIGHT - timedelta(microseconds=1))
    derived_call(MIDNIGHT, queue="sales")
    first, second = derived_call(MIDNIGHT), derived_call(NOW)

    response = save(
        admin_client, page(queue), **NEW, thresholds__0__valid_from="2026-11-22"
    )

    assert errors(response) == []
    assert pending() == [first, second]
    assert said(response) == [
        "2 calls were counted by the old thresholds. They will be derived again with"
        " their next events, or by `manage.py rebuild_calls --pending`."
    ]


def test_page_says_in_japanese_what_will_be_derived_again(admin_client):
    queue = rows.make_queue("support")
    derived_call(NOW)

    response = save(
        admin_client, page(queue), "ja", **NEW, thresholds__0__valid_from="2026-11-24"
    )

    assert said(response) == [
        "1件の通話は変更前のしきい値で集計されています。次のイベントが届いたとき、または"
        "「manage.py rebuild_calls --pending」の実行時に、新しいしきい値で集計し直され"
        "ます。"
    ]


def test_threshold_of_days_to_come_touches_no_call(admin_client):
    queue = rows.make_queue("support")
    derived_call(NOW)

    response = save(
        admin_client, page(queue), **NEW, thresholds__0__valid_from="2026-11-25"
    )

    assert errors(response) == []
    assert (pending(), said(response)) == ([], [])


def test_target_alone_has_no_call_derived_again(admin_client):
    queue = rows.make_queue("support")
    threshold = rows.make_threshold(queue)
    derived_call(NOW)

    response = save(admin_client, page(queue), thresholds__0__service_level_target="80")

    assert errors(response) == []
    threshold.refresh_from_db()
    assert threshold.service_level_target == 80
    assert (pending(), said(response)) == ([], [])


@pytest.mark.parametrize("target", ["0", "101", "-1", "8.5", "x"])
def test_target_is_a_whole_percentage(admin_client, target):
    queue = rows.make_queue("support")
    rows.make_threshold(queue)

    response = save(
        admin_client, page(queue), thresholds__0__service_level_target=target
    )

    assert len(errors(response)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"thresholds__0__DELETE": "on"},
        {"thresholds__0__target_seconds": 30},
        {"thresholds__0__valid_from": "2026-12-01"},
    ],
)
def test_changed_moved_or_deleted_threshold_counts_from_its_old_day(
    admin_client, change
):
    queue = rows.make_queue("support")
    rows.make_threshold(queue, MIDNIGHT.date() + timedelta(days=1))
    derived_call(MIDNIGHT - timedelta(seconds=1))
    touched = derived_call(MIDNIGHT)

    response = save(admin_client, page(queue), **change)

    assert errors(response) == []
    assert pending() == [touched]


def test_threshold_moved_to_an_earlier_day_counts_from_its_new_day(admin_client):
    queue = rows.make_queue("support")
    rows.make_threshold(queue, NOW.date())
    touched = derived_call(MIDNIGHT)

    save(admin_client, page(queue), thresholds__0__valid_from="2026-11-22")

    assert pending() == [touched]


def test_queue_saved_without_a_change_of_thresholds_touches_no_call(admin_client):
    queue = rows.make_queue("support")
    rows.make_threshold(queue)
    derived_call(NOW)

    save(admin_client, page(queue), name="Support")

    assert pending() == []


def test_page_that_is_refused_touches_no_call(admin_client):
    queue = rows.make_queue("support")
    derived_call(NOW)

    response = save(
        admin_client,
        page(queue),
        **NEW,
        thresholds__0__valid_from="2026-11-22",
        priority="first",
    )

    assert errors(response) == ["Enter a whole number."]
    assert pending() == []


def test_queue_has_one_threshold_a_day(admin_client):
    queue = rows.make_queue("support")
    rows.make_threshold(queue, NOW.date())
    change = {
        "thresholds__TOTAL_FORMS": 2,
        "thresholds__1__valid_from": NOW.date(),
        "thresholds__1__target_seconds": 10,
        "thresholds__1__short_abandon_seconds": 5,
    }

    assert errors(save(admin_client, page(queue), **change)) != []
    assert queue.thresholds.count() == 1
