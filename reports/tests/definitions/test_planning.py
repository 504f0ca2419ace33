"""How many operators would have been needed, against what happened."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import translation

from callcenter.models import Operator, OperatorQueue, Queue, QueueThreshold
from reports.definitions.planning import StaffingReport
from reports.present.links import report_url
from reports.staffing import Traffic, operators_needed, predict
from reports.tests.factories import (
    NOON,
    OPERATOR,
    count_marked,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
    make_state,
    rows_of,
    totals_of,
)
from reports.tests.pages.reading import ENGLISH, page

pytestmark = [
    pytest.mark.django_db,
    # The day after the calls of the factories.
    pytest.mark.usefixtures("the_next_day"),
]

REPORT = StaffingReport()
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def the_next_day():
    with time_machine.travel("2026-10-21T03:00:00Z"):
        yield


def make_half_hour(calls: int = 10, given_up: int = 2) -> None:
    """Calls from noon in Tokyo, three minutes of talk each; some give up after 60 s."""
    for number in range(calls):
        entry = make_entry(NOON + timedelta(seconds=number), wait_seconds=0)
        make_connection(entry, talk_seconds=180)
    for number in range(given_up):
        make_entry(
            NOON + timedelta(seconds=number), outcome="abandoned", wait_seconds=60
        )


def make_serving(queue: Queue, *names: str) -> None:
    for number, name in enumerate(names):
        operator = make_operator(name=name, number=f"{OPERATOR[:-1]}{number + 1}")
        OperatorQueue.objects.create(operator=operator, queue=queue)


def row_of(moment: datetime | str = NOON, **asked: Any) -> dict[str, Any]:
    rows = [row for row in rows_of(REPORT, **asked) if row["interval_start"] == moment]
    [row] = rows
    return row


def test_row_is_made_by_erlang_a_of_the_patience_of_the_callers():
    make_serving(make_queue(), "佐藤", "鈴木")
    make_half_hour()
    # One for the whole half hour, the other for half of it and then on a break.
    make_state("ready", NOON, NOON + HALF_HOUR, operator=f"{OPERATOR[:-1]}1")
    make_state("talking", NOON, NOON + HALF_HOUR / 2, operator=f"{OPERATOR[:-1]}2")
    make_state(
        "not_ready",
        NOON + HALF_HOUR / 2,
        NOON + HALF_HOUR,
        operator=f"{OPERATOR[:-1]}2",
    )

    row = row_of()

    # Two gave up, and all callers together waited for two minutes.
    traffic = Traffic(12, 1800, 180, patience_seconds=60)
    predicted = predict(traffic, 1.5, 20)
    assert row == {
        "interval_start": NOON,
        "queue": "support",
        "offered": 12,
        "aht_seconds": 180,
        "erlangs": pytest.approx(1.2),
        "operators_needed": operators_needed(traffic, 20, 0.8),
        "predicted_service_level": pytest.approx(predicted.service_level),
        "predicted_asa_seconds": pytest.approx(predicted.asa_seconds),
        "operators_ready": 1.5,
        "operators_gap": 1.5 - (operators_needed(traffic, 20, 0.8) or 0),
        "actual_service_level": pytest.approx(10 / 12),
    }


@pytest.mark.parametrize("interval", ["hour-of-day", "hour-of-week"])
def test_hour_that_recurs_is_planned_for_its_mean_load(interval):
    """Of two Tuesdays with 10 and 20 calls from noon an hour has 15 on average."""
    make_queue()
    make_half_hour(calls=10, given_up=0)
    for number in range(20):
        entry = make_entry(NOON - timedelta(days=7) + timedelta(seconds=number))
        make_connection(entry, talk_seconds=180)
    asked = {"first": "2026-10-13", "last": "2026-10-20", "interval": interval}
    key = "12" if interval == "hour-of-day" else "2-12"
    days = 8 if interval == "hour-of-day" else 2

    row = row_of(key, **asked)

    traffic = Traffic(30, days * 3600, 180)
    assert row["erlangs"] == pytest.approx(traffic.erlangs)
    assert row["operators_needed"] == operators_needed(traffic, 20, 0.8)


@pytest.mark.parametrize("interval", ["day", "week", "month", "weekday"])
def test_longer_intervals_are_refused(admin_client, interval):
    asked = {"interval": interval}

    response = admin_client.get(report_url("staffing"), asked, headers=ENGLISH)

    text = "This report takes these intervals: 15, 30, 60, hour-of-day, hour-of-week."
    assert text in response.content.decode()
    assert "table" not in response.context
    with translation.override("en"), pytest.raises(CommandError, match="takes these"):
        call_command("report", "staffing", "--interval", interval)


def test_shortage_is_marked(admin_client):
    make_serving(make_queue(), "佐藤")
    make_half_hour(calls=40)
    make_state("ready", NOON, NOON + HALF_HOUR)

    html = page(admin_client, "staffing", first="2026-10-20", last="2026-10-20")

    assert re.search(r'<span class="state state-bad">−\d\.0</span>', html)


def test_erlang_c_asks_for_no_fewer():
    make_queue()
    make_half_hour()

    by_c, by_a = row_of(erlang="c"), row_of()

    assert by_c["operators_needed"] == operators_needed(Traffic(12, 1800, 180), 20, 0.8)
    assert by_c["operators_needed"] >= by_a["operators_needed"]


def test_goal_and_threshold_can_be_asked_for_and_that_of_the_queue_counts():
    queue = make_queue()
    make_half_hour(given_up=0)
    traffic = Traffic(10, 1800, 180)
    usual, high = row_of(), row_of(goal=99)
    supposed = row_of(threshold=0)
    QueueThreshold.objects.create(
        queue=queue, valid_from="2026-10-20", target_seconds=300
    )
    long = row_of()

    assert usual["operators_needed"] == operators_needed(traffic, 20, 0.8)
    assert high["operators_needed"] == operators_needed(traffic, 20, 0.99)
    assert supposed["operators_needed"] == operators_needed(traffic, 0, 0.8)
    assert long["operators_needed"] == operators_needed(traffic, 300, 0.8)


def test_wrap_up_of_all_operators_is_part_of_the_handle_time():
    make_serving(make_queue(), "佐藤")
    make_half_hour(calls=4, given_up=0)
    make_state("wrap_up", NOON, NOON + timedelta(seconds=120))

    assert row_of()["aht_seconds"] == 180 + 120 / 4


def test_what_cannot_be_known_is_empty():
    make_queue()
    make_entry(outcome="abandoned", wait_seconds=60)

    row = row_of()
    quiet = row_of(NOON + HALF_HOUR)

    # Nobody has talked: nobody knows how long a talk is.
    for code in ("aht_seconds", "erlangs", "operators_needed", "predicted_asa_seconds"):
        assert row[code] is None
    assert row["actual_service_level"] == 0
    assert (quiet["erlangs"], quiet["operators_needed"]) == (0, 0)
    assert quiet["actual_service_level"] is None


def test_interval_that_has_not_begun_needs_nobody_that_is_known():
    make_queue()
    with time_machine.travel(NOON + HALF_HOUR / 2):
        make_half_hour(given_up=0)
        begun, later = row_of(), row_of(NOON + HALF_HOUR)

    # Ten calls in a quarter of an hour.
    assert begun["erlangs"] == pytest.approx(10 * 180 / 900)
    assert (later["erlangs"], later["operators_needed"]) == (None, None)
    assert later["operators_ready"] is None


def test_total_sets_predictions_beside_what_happened_in_the_same_intervals():
    make_serving(make_queue(), "佐藤")
    make_half_hour()
    make_state("ready", NOON, NOON + HALF_HOUR)
    # Of another queue, where nobody ever talked and nothing can be predicted.
    make_entry(queue="sales", outcome="abandoned", wait_seconds=60)

    rows, total = rows_of(REPORT), totals_of(REPORT)

    [row] = [row for row in rows if row["offered"] == 12]
    assert total["offered"] == 13
    assert total["predicted_service_level"] == pytest.approx(
        row["predicted_service_level"]
    )
    assert total["actual_service_level"] == pytest.approx(10 / 12)


@pytest.mark.parametrize("interval", ["hour-of-day", "weekday", "60", "day"])
def test_hours_and_weekdays_of_several_days_are_their_mean(interval):
    make_queue()
    make_half_hour(given_up=0)
    asked = {"first": "2026-10-13", "last": "2026-10-20", "interval": interval}

    [row] = [row for row in rows_of(REPORT, **asked) if row["offered"]]

    # Of eight days, two are Tuesdays.
    hours = {"hour-of-day": 8, "weekday": 2 * 24, "60": 1, "day": 24}[interval]
    assert row["erlangs"] == pytest.approx(10 * 180 / (hours * 3600))


def test_operator_without_the_queue_is_not_at_work_for_it():
    make_queue()
    make_operator()
    make_half_hour()
    make_state("ready", NOON, NOON + HALF_HOUR)

    assert row_of()["operators_ready"] == 0
    assert Operator.objects.exists()


def test_browser_works_as_the_telephone_does():
    queue = make_queue()
    operator = make_operator(client_identity="sato")
    OperatorQueue.objects.create(operator=operator, queue=queue)
    make_half_hour()
    make_state("ready", NOON, NOON + HALF_HOUR, operator="client:sato")

    assert row_of()["operators_ready"] == 1


@pytest.mark.parametrize("entries", [1, 20])
def test_number_of_queries_does_not_grow(entries, django_assert_num_queries):
    queue = make_queue()
    make_serving(queue, "佐藤", "鈴木")
    for number in range(entries):
        make_connection(make_entry(NOON + timedelta(seconds=number)))
        make_state("ready", NOON + timedelta(seconds=number), NOON + HALF_HOUR)
    count_marked()

    with django_assert_num_queries(11):
        rows_of(REPORT)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--first=2026-10-01", "--last=2026-11-01"], "31 days at most"),
        (["--goal=0"], "greater than or equal to 1"),
        (["--erlang=b"], "There is no formula “b”"),
    ],
)
def test_what_cannot_be_planned_is_refused(options, problem):
    with pytest.raises(CommandError, match=problem):
        call_command("report", "staffing", *options, stdout=StringIO())


def test_day_begins_by_the_clock_of_the_zone():
    make_queue()
    make_entry(datetime(2026, 10, 19, 15, 10, tzinfo=UTC), outcome="abandoned")

    assert rows_of(REPORT)[0]["offered"] == 1
