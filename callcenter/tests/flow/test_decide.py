"""What is answered to callers; operators have a module of their own. No database."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from callcenter.flow.decide import MOST_DOCUMENTS
from callcenter.flow.plan import HoursPlan, OptionPlan, Plan
from callcenter.tests.flow.plans import (
    CUSTOMER,
    IDLE,
    LINE,
    NOW,
    SATO,
    decided,
    make_plan,
    make_step,
    with_line,
    with_menu,
    with_queue,
)

PLAN = make_plan()
EMPTY = Plan()
# A Saturday in Tokyo, when it is still Friday in Greenwich.
SATURDAY = datetime(2026, 10, 9, 20, 0, tzinfo=UTC)
ON_WEEKDAYS = tuple(HoursPlan(day, time(9), time(18)) for day in range(1, 6))


def menu_step(digits: str = "", **place):
    return make_step("menu", menu=place.pop("menu", "main"), digits=digits, **place)


@pytest.mark.parametrize(
    ("caller", "to", "decision"),
    [
        (CUSTOMER, LINE, "menu:main"),
        (CUSTOMER, "+15550100999", "menu:main"),
        (CUSTOMER, "", "menu:main"),
        (CUSTOMER, "sip:desk@example.com", "menu:main"),
        ("", LINE, "menu:main"),
        ("anonymous", LINE, "menu:main"),
        ("+266696687", LINE, "menu:main"),
        ("sip:front@example.com", LINE, "menu:main"),
        # A browser comes by a path of its own.
        ("client:agent_01", LINE, "menu:main"),
        (SATO, LINE, "operator"),
        (IDLE, LINE, "operator"),
        (SATO, "+15550100999", "operator"),
        # A raw number is never repaired.
        (SATO.removeprefix("+"), LINE, "menu:main"),
    ],
)
def test_answer_depends_on_caller_and_number_called(caller, to, decision):
    step = make_step("incoming", caller=caller, to=to)

    assert decided(step, PLAN, NOW) == decision


@pytest.mark.parametrize(
    ("plan", "decision"),
    [
        (with_line(PLAN, menu=""), "enqueue:support/1"),
        (with_line(PLAN, menu="gone"), "enqueue:support/1"),
        (with_line(PLAN, menu="", queue="sales"), "enqueue:sales/1"),
        (with_line(PLAN, menu="", queue="gone"), "enqueue:support/1"),
        (make_plan(lines={}, default_line=""), "enqueue:support/1"),
        (make_plan(default_line=""), "menu:main"),
        (make_plan(lines={}, queues={}), "reject"),
        (EMPTY, "reject"),
    ],
)
def test_caller_is_served_from_whatever_there_is(plan, decision):
    assert decided(make_step("incoming"), plan, NOW) == decision


def test_line_out_of_hours_is_closed_for_customers_only():
    plan = with_line(PLAN, hours=ON_WEEKDAYS)

    assert decided(make_step("incoming"), plan, SATURDAY) == "closed"
    assert decided(make_step("incoming"), plan, NOW) == "menu:main"
    assert decided(make_step("incoming", caller=SATO), plan, SATURDAY) == "operator"


@pytest.mark.parametrize(
    ("digits", "decision"),
    [
        ("1", "enqueue:support/1"),
        ("2", "message:information"),
        ("3", "enqueue:sales/1"),
        ("5", "menu:language"),
        ("0", "end"),
        ("*", "menu:main"),
        ("#", "enqueue:support/1"),  # leads to a queue that is gone
        ("", "enqueue:support/1"),
        ("9", "menu:main"),
        ("12", "menu:main"),
        ("silence", "menu:main"),  # spoken, not kept
        ("\\u0000", "menu:main"),
    ],
)
def test_key_leads_where_the_menu_says(digits, decision):
    assert decided(menu_step(digits), PLAN, NOW) == decision


def test_third_wrong_key_leads_to_the_queue_of_the_line():
    asked = [decided(menu_step("9", again=again), PLAN, NOW) for again in range(4)]

    assert asked == ["menu:main", "menu:main", "enqueue:support/1", "enqueue:support/1"]


def test_each_menu_has_its_number_of_tries():
    plan = with_menu(PLAN, "main", tries=1)

    assert decided(menu_step("9"), plan, NOW) == "enqueue:support/1"


@pytest.mark.parametrize(
    ("option", "again", "decision"),
    [
        (OptionPlan("queue", "sales"), 0, "enqueue:sales/1"),
        (OptionPlan("message", "information"), 2, "message:information"),
        (OptionPlan("end"), 2, "end"),
        (OptionPlan("menu", "language"), 0, "menu:language"),
        (OptionPlan("menu", "language"), 2, "enqueue:support/1"),
        (OptionPlan("menu", "main"), 1, "menu:main"),
        (OptionPlan("menu", "main"), 2, "enqueue:support/1"),
        (OptionPlan("menu", "gone"), 0, "enqueue:support/1"),
        (OptionPlan("message", "gone"), 0, "enqueue:support/1"),
        (OptionPlan("a future action", "support"), 0, "enqueue:support/1"),
    ],
)
@pytest.mark.parametrize(("name", "digits"), [("silence", ""), ("wrong", "9")])
def test_silence_and_wrong_keys_can_have_options_of_their_own(
    option, again, decision, name, digits
):
    plan = with_menu(PLAN, "main", options={name: option})

    assert decided(menu_step(digits, again=again), plan, NOW) == decision


def test_silence_does_not_lead_from_menu_to_menu_without_end():
    plan = with_menu(PLAN, "main", options={"silence": OptionPlan("menu", "language")})
    plan = with_menu(plan, "language", options={"silence": OptionPlan("menu", "main")})

    first = decided(menu_step(again=0), plan, NOW)
    second = decided(menu_step(menu="language", again=1), plan, NOW)
    third = decided(menu_step(menu="main", again=2), plan, NOW)

    assert (first, second, third) == ("menu:language", "menu:main", "enqueue:support/1")


def test_caller_who_has_heard_too_many_documents_is_put_into_the_queue():
    decisions = [
        decided(menu_step("*", step=step), PLAN, NOW)
        for step in (MOST_DOCUMENTS, MOST_DOCUMENTS + 1, 9_999_999)
    ]

    assert decisions == ["menu:main", "enqueue:support/1", "enqueue:support/1"]


@pytest.mark.parametrize("digits", ["", "1", "9"])
def test_menu_deleted_meanwhile_leads_to_the_queue_of_the_line(digits):
    step = menu_step(digits, menu="gone")

    assert decided(step, PLAN, NOW) == "enqueue:support/1"
    assert decided(step, EMPTY, NOW) == "end"


def test_second_queue_entry_of_a_call_has_the_next_visit():
    assert decided(menu_step("1", visits=1), PLAN, NOW) == "enqueue:support/2"


@pytest.mark.parametrize(
    ("queue_time", "decision"),
    [
        (None, "hold"),
        (0, "hold"),
        (599, "hold"),
        (600, "leave:max_wait"),
        (9_999_999, "leave:max_wait"),
    ],
)
def test_caller_waits_no_longer_than_the_maximum(queue_time, decision):
    step = make_step("wait", queue="support", visit=1, queue_time=queue_time)

    assert decided(step, PLAN, NOW) == decision


def test_each_queue_has_its_maximum_wait():
    plan = with_queue(PLAN, "support", max_wait_seconds=30)
    step = make_step("wait", queue="support", visit=1, queue_time=30)

    assert decided(step, plan, NOW) == "leave:max_wait"
    assert decided(replace(step, queue="sales"), plan, NOW) == "hold"


@pytest.mark.parametrize(
    ("staffed", "leaves", "decision"),
    [
        (None, True, "hold"),
        ({"support"}, True, "hold"),
        ({"sales"}, True, "leave:closed"),
        (set(), True, "leave:closed"),
        (set(), False, "hold"),
    ],
)
def test_caller_leaves_an_unstaffed_queue_if_the_queue_is_set_so(
    staffed, leaves, decision
):
    plan = with_queue(PLAN, "support", leaves_when_unstaffed=leaves)
    step = make_step("wait", queue="support", visit=1, queue_time=0)

    assert decided(step, plan, NOW, staffed=staffed) == decision


def test_caller_in_a_deleted_queue_moves_to_another_queue():
    waiting = make_step("wait", queue="gone", visit=2, queue_time=5)
    leaving = make_step("queue-exit", queue="gone", visit=2, queue_result="leave")

    assert decided(waiting, PLAN, NOW) == "leave:closed"
    assert decided(leaving, PLAN, NOW) == "enqueue:support/3"
    assert decided(replace(leaving, step=MOST_DOCUMENTS + 1), PLAN, NOW) == "apology"


def test_with_an_empty_plan_a_waiting_caller_goes_on_waiting():
    waiting = make_step("wait", queue="support", visit=1, queue_time=5)
    leaving = make_step("queue-exit", queue="support", visit=1, queue_result="leave")

    assert decided(waiting, EMPTY, NOW, staffed=set()) == "hold"
    assert decided(leaving, EMPTY, NOW) == "apology"


@pytest.mark.parametrize(
    ("result", "decision"),
    [
        ("bridged", "end"),
        ("bridging-in-process", "end"),
        ("error", "apology"),
        ("hangup", "end"),
        ("leave", "apology"),
        ("redirected", "end"),
        ("redirected-from-bridged", "end"),
        ("queue-full", "apology"),
        ("system-error", "apology"),
        ("", "end"),
        ("some-future-result", "end"),
    ],
)
def test_caller_who_leaves_the_queue_without_being_served_gets_an_apology(
    result, decision
):
    step = make_step("queue-exit", queue="support", visit=1, queue_result=result)

    assert decided(step, PLAN, NOW) == decision


@pytest.mark.parametrize(
    ("number", "caller", "to", "decision"),
    [
        ("+81312345678", CUSTOMER, LINE, "dial:+81312345678"),
        ("+81312345678", "", "+15550100999", "dial:+81312345678"),
        ("", CUSTOMER, LINE, "apology"),
        ("+81312345678", SATO, LINE, "apology"),
        ("+81312345678", "client:agent_01", "", "apology"),
        (LINE, CUSTOMER, LINE, "apology"),  # would come back here
    ],
)
def test_fallback_dials_the_number_of_the_line(number, caller, to, decision):
    plan = with_line(PLAN, fallback_number=number)

    assert decided(make_step("fallback", caller=caller, to=to), plan, NOW) == decision


@pytest.mark.parametrize(
    ("kind", "decision"),
    [
        ("connect", "announce"),
        ("fallback", "apology"),
        ("status", ""),
        ("recording", ""),
        ("a future kind", ""),
    ],
)
def test_kinds_that_need_no_plan(kind, decision):
    assert decided(make_step(kind, queue="support"), EMPTY, NOW) == decision
