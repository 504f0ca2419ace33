"""What the first page says beside its figures: a week ago, what needs action, weeks."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from callcenter.models import OperatorQueue, Queue
from reports.dashboard.attention import Matter
from reports.tests.admin import rows
from reports.tests.test_dashboard import (
    EVENING,
    JUST_NOW,
    OPERATOR,
    SEES_CALLS,
    make_state,
    make_waiting,
)

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
ENGLISH = {"accept-language": "en"}


def context(client):
    """The first page in English: what its template was given."""
    response = client.get("/admin/", headers=ENGLISH)
    assert response.status_code == 200
    return response.context["today"]


def matters(client) -> list[str]:
    return [each.text for each in context(client).matters]


@time_machine.travel(EVENING, tick=False)
def test_figures_say_what_they_were_a_week_ago_at_the_same_time(staff):
    rows.make_queue("support")
    rows.make_entry()
    for outcome, wait in (("answered", 5), ("answered", 60), ("abandoned", 60)):
        at = EVENING - WEEK - timedelta(minutes=1)
        rows.make_entry(
            rows.make_call(started_at=at),
            outcome=outcome,
            wait_seconds=wait,
            entered_at=at,
            left_at=None,
        )
    # Later on that day: not to be compared with yet.
    late = EVENING - WEEK + timedelta(minutes=1)
    rows.make_entry(rows.make_call(started_at=late), entered_at=late, left_at=None)

    found = {each.label: each.before for each in context(staff(*SEES_CALLS)).figures}

    assert found == {
        "Calls": "a week ago 3",
        "Waiting now": "",
        "Answered": "a week ago 2",
        "Abandoned": "a week ago 1",
        "Service level": "a week ago 33.3%",
        "Callers to ring back": "",
        "Operators ready": "",
    }


@time_machine.travel(EVENING, tick=False)
def test_center_without_a_week_ago_compares_with_nothing(staff):
    rows.make_entry()

    found = context(staff(*SEES_CALLS)).figures

    assert {each.before for each in found} == {""}
    assert rows.make_queue("sales")


def serve(queue: Queue, number: str = OPERATOR) -> None:
    operator = rows.make_operator(number=number)
    OperatorQueue.objects.create(operator=operator, queue=queue)


@time_machine.travel(EVENING, tick=False)
def test_queue_whose_callers_wait_for_nobody_needs_action(staff):
    serve(rows.make_queue("support"))
    make_waiting(JUST_NOW, entered_at=JUST_NOW)
    client = staff(*SEES_CALLS)

    nobody = context(client).matters
    make_state("ready", JUST_NOW)
    somebody = matters(client)

    assert [(each.text, each.note) for each in nobody] == [
        ("support: 1 waiting, nobody ready", "waiting for 0:00:10, threshold 20 s")
    ]
    assert client.get(nobody[0].url).context["cl"].result_count == 1
    assert somebody == []


@time_machine.travel(EVENING, tick=False)
@pytest.mark.parametrize(
    ("entries", "target", "is_said"),
    [(10, 80, True), (9, 80, False), (10, 60, False), (10, None, False)],
)
def test_service_level_far_below_its_target_needs_action(
    staff, entries, target, is_said
):
    queue = rows.make_queue("support")
    queue.thresholds.create(
        valid_from=EVENING.date(), target_seconds=20, service_level_target=target
    )
    for number in range(entries):
        rows.make_entry(
            rows.make_call(started_at=JUST_NOW, ended_at=None),
            outcome="answered",
            entered_at=JUST_NOW,
            left_at=None,
            wait_seconds=5 if number % 2 else 60,
        )
    client = staff(*SEES_CALLS)

    today = context(client)

    texts = [(each.text, each.note) for each in today.matters]
    known = [("support: service level 50.0% today", "The target is 80%.")]
    assert texts == (known if is_said else [])
    (figure,) = [each for each in today.figures if each.label == "Service level"]
    assert figure.note == (f"target {target}%" if target else "")
    if is_said:
        assert figure.state == "bad"
        asked = client.get(today.matters[0].url).context["asked"]
        assert asked.queue == "support"


@time_machine.travel(EVENING, tick=False)
def test_operator_of_another_queue_helps_nobody(staff):
    rows.make_queue("support")
    serve(rows.make_queue("sales"))
    make_waiting(JUST_NOW, entered_at=JUST_NOW)
    make_state("ready", JUST_NOW)

    assert matters(staff(*SEES_CALLS)) == ["support: 1 waiting, nobody ready"]


@time_machine.travel(EVENING, tick=False)
def test_caller_who_waits_thrice_the_threshold_needs_action(staff):
    serve(rows.make_queue("support"))
    make_state("ready", JUST_NOW)
    client = staff(*SEES_CALLS)
    make_waiting(JUST_NOW, entered_at=EVENING - timedelta(seconds=60))
    in_time = matters(client)
    make_waiting(JUST_NOW, entered_at=EVENING - timedelta(seconds=61))

    assert in_time == []
    assert matters(client) == ["support: 2 waiting"]


@time_machine.travel(EVENING, tick=False)
def test_who_may_not_see_operators_is_not_told_that_nobody_is_ready(staff):
    rows.make_queue("support")
    make_waiting(JUST_NOW, entered_at=JUST_NOW)

    assert matters(staff(*SEES_CALLS[:3])) == []


@time_machine.travel(EVENING, tick=False)
def test_matters_are_worst_first_and_each_opens_what_it_is_about(staff):
    rows.make_abandoned(rows.make_entry(outcome="abandoned"))
    rows.make_entry(outcome="unknown", left_at=None, wait_seconds=None)
    rows.make_event(derived_at=None)
    client = staff(*SEES_CALLS, "view_webhookevent", "view_numbers")

    found: list[Matter] = context(client).matters

    assert [(each.text, each.is_bad) for each in found] == [
        ("1 caller to ring back", True),
        ("1 queue entry without an end", False),
        ("Requests that are not in the history yet", False),
    ]
    assert len(client.get(found[0].url).context["callers"]) == 1
    for each in found[1:]:
        assert client.get(each.url).context["cl"].result_count == 1


@time_machine.travel(EVENING, tick=False)
def test_requests_are_a_matter_of_those_who_may_see_them(staff):
    rows.make_event(derived_at=None)

    assert matters(staff(*SEES_CALLS, "view_webhookevent")) == []


@time_machine.travel(EVENING, tick=False)
def test_quiet_center_needs_nothing(staff):
    client = staff(*SEES_CALLS)

    assert matters(client) == []
    html = client.get("/admin/", headers=ENGLISH).content.decode()
    assert "Nothing needs action now." in html


@time_machine.travel(EVENING, tick=False)
def test_four_weeks_until_yesterday_are_drawn(staff):
    # Saturday, the 21st, and four weeks before today, by the clocks of Tokyo.
    for day in ((2026, 11, 21), (2026, 10, 25), (2026, 10, 24)):
        at = datetime(*day, 1, tzinfo=UTC)
        rows.make_entry(outcome="abandoned", entered_at=at, left_at=None)
    client = staff(*SEES_CALLS)

    found = context(client).four_weeks

    assert (str(found.first), str(found.last)) == ("2026-10-25", "2026-11-21")
    shown = {
        day.short_name: [hour.cell.text for hour in day.hours if hour]
        for day in found.week.days
    }
    assert shown["Sat"] == ["100.0%"]
    assert shown["Sun"] == ["100.0%"]
    assert client.get(found.report_url).status_code == 200


@time_machine.travel(EVENING, tick=False)
def test_rare_hours_of_the_night_do_not_widen_the_four_weeks(staff):
    yesterday = datetime(2026, 11, 21, 1, tzinfo=UTC)
    for number in range(120):
        at = yesterday + timedelta(minutes=number)
        rows.make_entry(entered_at=at, left_at=None)
    rows.make_entry(entered_at=yesterday + timedelta(hours=10), left_at=None)

    assert context(staff(*SEES_CALLS)).four_weeks.week.hours == ["10:00", "11:00"]


def test_newcomer_has_no_weeks(staff):
    assert context(staff(*SEES_CALLS)).four_weeks is None
