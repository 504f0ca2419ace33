"""The wall screen: who sees it, what it shows, and what it costs."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callcenter.models import (
    AbandonedCall,
    AccessRecord,
    Call,
    Operator,
    OperatorState,
    Queue,
    QueueEntry,
    QueueThreshold,
)
from callcenter.tests.twilio_client import sid
from reports.models import WallScreen
from reports.tests.admin.forms import errors, save
from reports.wall import board

pytestmark = pytest.mark.django_db

NUMBER = "+815000000201"


@pytest.fixture(autouse=True)
def _nothing_kept():
    board.forget()


@pytest.fixture
def support():
    queue = Queue.objects.create(slug="support", name="Support")
    QueueThreshold.objects.create(
        queue=queue, valid_from="2020-01-01", target_seconds=20, service_level_target=80
    )
    return queue


@pytest.fixture
def address():
    made = WallScreen(name="Hall", language="en", expires_on=timezone.localdate())
    token = made.renew()
    made.save()
    return f"/wall/{token}/"


def text_of(address, client=None):
    response = (client or Client()).get(f"{address}figures/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def entry(queue, outcome, seconds_ago, **more):
    now = timezone.now()
    at = now - timedelta(seconds=seconds_ago)
    call = Call.objects.create(
        sid=sid(), kind="customer", started_at=at, heard_at=now, caller="+815000000301"
    )
    return QueueEntry.objects.create(
        call=call,
        visit=1,
        queue=queue.slug,
        entered_at=at,
        entered_quarter=int(at.timestamp()) // 900,
        target_seconds=20,
        outcome=outcome,
        **more,
    )


def sign_in(queue, state="ready"):
    operator = Operator.objects.create(name="Sato", number=NUMBER)
    operator.queues.add(queue)
    now = timezone.now()
    leg = Call.objects.create(sid=sid(), kind="operator", started_at=now, heard_at=now)
    OperatorState.objects.create(call=leg, operator=NUMBER, state=state, started_at=now)


def test_screen_is_seen_without_a_log_in_in_its_language(address, support):
    response = Client().get(address, headers={"accept-language": "ja"})

    text = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="en"' in text
    assert "Longest wait" in text
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}
    assert WallScreen.objects.get().seen_at


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"expires_on": timezone.localdate() - timedelta(days=2)},
        {"token_hash": "of another token"},
    ],
)
@pytest.mark.parametrize("path", ["", "figures/"])
def test_address_that_ended_shows_words_and_no_figures(address, support, change, path):
    WallScreen.objects.update(**change)

    response = Client().get(address + path)

    assert response.status_code == 404
    assert "wall-tile" not in response.content.decode()
    assert response["Refresh"] == "60"


def test_address_that_ended_leads_to_the_dashboard_only_who_is_logged_in(
    address, support, admin_client
):
    WallScreen.objects.update(is_active=False)

    assert 'href="/admin/"' not in Client().get(address).content.decode()
    assert 'href="/admin/"' in admin_client.get(address).content.decode()


def test_page_not_found_leads_to_the_dashboard_only_who_is_logged_in(admin_client):
    nowhere = "/nowhere/"

    assert 'href="/admin/"' not in Client().get(nowhere).content.decode()
    assert 'href="/admin/"' in admin_client.get(nowhere).content.decode()


def test_waiting_callers_are_judged_by_operators_and_threshold(address, support):
    assert '<div class="wall-tile is-ok"> <dt>Waiting</dt>' in text_of(address)

    entry(support, "waiting", 15)
    board.forget()
    text = text_of(address)
    assert '<div class="wall-tile is-bad"> <dt>Waiting</dt>' in text
    assert "!! 0 ready" in text

    sign_in(support)
    board.forget()
    text = text_of(address)
    assert '<div class="wall-tile is-ok"> <dt>Waiting</dt>' in text
    assert "1 ready" in text
    assert '<div class="wall-tile is-ok"> <dt>Longest wait</dt>' in text


@pytest.mark.parametrize(
    ("seconds", "state", "value"),
    [(20, "ok", "0:20"), (21, "warn", "0:21"), (61, "bad", "1:01")],
)
def test_longest_wait_is_compared_with_the_threshold(
    address, support, seconds, state, value
):
    with time_machine.travel(timezone.now(), tick=False):
        entry(support, "waiting", seconds)
        text = text_of(address)

    figure = f'<dd class="value chars-4">{value}</dd>'
    assert f'is-{state}"> <dt>Longest wait</dt> {figure}' in text


def test_service_level_is_that_of_today_beside_its_target(address, support):
    with time_machine.travel("2026-11-25T03:10:00Z", tick=False):
        WallScreen.objects.update(expires_on="2026-11-25")
        for wait, seconds_ago in ((5, 7000), (25, 6000), (5, 60)):
            entry(support, "answered", seconds_ago, wait_seconds=wait)
        text = text_of(address)

    figure = '<dd class="value chars-5">66.7<small>%'
    assert f'is-bad"> <dt>Service level</dt> {figure}' in text
    assert "!! target 80% <span" in text
    assert "since 12:00: 100.0%" in text


def test_day_begins_empty_at_midnight_and_who_waits_is_kept(address, support):
    WallScreen.objects.update(expires_on="2026-11-26")
    # 0:00:05 in Tokyo.
    with time_machine.travel("2026-11-25T15:00:05Z", tick=False):
        entry(support, "answered", 60, wait_seconds=5)
        entry(support, "waiting", 35)
        text = text_of(address)

    assert "26 Nov 2026 (Thu) <b>00:00</b>" in text
    assert '<dt>Waiting</dt> <dd class="value chars-1">1</dd>' in text
    assert '<dt>Longest wait</dt> <dd class="value chars-4">0:35</dd>' in text
    assert '<div class="wall-tile"> <dt>Service level</dt>' in text
    assert '<dt>Service level</dt> <dd class="value chars-1">—</dd>' in text
    assert "Today <b>0</b> entered" in text


def test_callers_to_ring_back_are_counted_once_each(address, support):
    for _ in range(2):
        left = entry(support, "abandoned", 7200, wait_seconds=60)
        AbandonedCall.objects.create(
            call=left.call,
            visit=1,
            entry=left,
            queue="support",
            caller="+815000000301",
            entered_at=left.entered_at,
            abandoned_at=timezone.now() - timedelta(hours=2),
            wait_seconds=60,
        )

    text = text_of(address)

    assert 'is-bad"> <dt>To ring back</dt> <dd class="value chars-1">1</dd>' in text
    assert "oldest: 2 h 0 min ago" in text


def test_screen_of_some_queues_shows_no_others(address, support):
    Queue.objects.create(slug="sales", name="Sales")
    WallScreen.objects.get().queues.add(support)

    text = text_of(address)

    assert "Support" in text
    assert "Sales" not in text


def test_no_number_of_a_caller_is_shown(address, support):
    entry(support, "waiting", 5)

    assert "81500000" not in Client().get(address).content.decode()


def test_many_screens_ask_the_database_once(address, support):
    client = Client()
    with CaptureQueriesContext(connection) as first:
        client.get(f"{address}figures/")
    with CaptureQueriesContext(connection) as second:
        client.get(f"{address}figures/")

    # Whose screen it is, and of which queues.
    assert len(second) == 2
    assert len(first) > 8


def test_supervisor_makes_a_screen_and_sees_its_address_once(admin_client):
    page = "/admin/reports/wallscreen/add/"
    form = {"name": "Hall", "language": "ja", "is_active": "on"}
    form["expires_on"] = str(timezone.localdate() + timedelta(days=30))

    response = admin_client.post(page, form, follow=True)

    (message,) = [
        str(one) for one in response.context["messages"] if "/wall/" in str(one)
    ]
    path = message.split('href="')[1].split('"')[0].removeprefix("http://testserver")
    assert Client().get(path).status_code == 200
    row = WallScreen.objects.get()
    assert row.token_hash not in message
    assert row.created_by == User.objects.get(username="admin")
    assert AccessRecord.objects.get(kind="wall-address").subject == "Hall"

    change = f"/admin/reports/wallscreen/{row.pk}/change/"
    assert errors(save(admin_client, change, renews="on")) == []
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("days", [-1, 2000])
def test_screen_that_is_over_or_has_no_end_is_refused(admin_client, days):
    page = "/admin/reports/wallscreen/add/"
    form = {"name": "Hall", "language": "ja", "is_active": "on"}
    form["expires_on"] = str(timezone.localdate() + timedelta(days=days))

    assert errors(admin_client.post(page, form)) == [
        "Choose a day within the next three years."
    ] or errors(admin_client.post(page, form)) == ["3 年以内の日付を選択してください。"]
