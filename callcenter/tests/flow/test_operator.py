"""What operators on the telephone are answered. No database."""

from datetime import timedelta

import pytest

from callcenter.flow.plan import Plan
from callcenter.tests.flow.plans import (
    CUSTOMER,
    IDLE,
    NOW,
    PIN,
    SATO,
    SUZUKI,
    decided,
    make_plan,
    make_step,
    proof_of,
    with_queue,
)

PLAN = make_plan()


def answer(caller=SATO, plan=PLAN, waiting=None, **values) -> str:
    return decided(
        make_step("operator", caller=caller, **values), plan, NOW, waiting=waiting
    )


def seconds_ago(seconds: int):
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("digits", "again", "decision"),
    [
        ("", 0, "ask_pin"),
        (PIN, 0, "dial:support"),
        (PIN, 2, "dial:support"),
        ("9", 0, "ask_pin"),  # no proof: it may be the beginning of a PIN only
        ("0000", 0, "ask_pin"),
        ("0000", 1, "ask_pin"),
        ("0000", 2, "sign_off"),
        ("0000", 9, "sign_off"),
        ("", 2, "ask_pin"),
        ("", 3, "sign_off"),
        (PIN + "5", 0, "ask_pin"),
        ("１２３４", 0, "ask_pin"),
    ],
)
def test_pin_opens_and_three_wrong_ones_end(digits, again, decision):
    assert answer(digits=digits, again=again) == decision


@pytest.mark.parametrize(
    ("caller", "decision"),
    [
        (SATO, "dial:support"),
        (SUZUKI, "dial:support"),
        (IDLE, "wait"),
        ("client:agent_01", "dial:support"),
        # Deactivated meanwhile, or never one.
        (CUSTOMER, "sign_off"),
        ("client:agent_99", "sign_off"),
        ("", "sign_off"),
        ("client:", "sign_off"),
    ],
)
def test_signed_in_leg_gets_calls_only_while_its_operator_is_active(caller, decision):
    assert answer(caller, signed_in=True) == decision


@pytest.mark.parametrize(
    ("caller", "decision"),
    [
        (SATO, "ask_pin"),
        (SUZUKI, "dial:support"),
        (IDLE, "wait"),
        # The identity of a browser stands in a token that we signed.
        ("client:agent_01", "dial:support"),
        (CUSTOMER, "sign_off"),
        ("anonymous", "sign_off"),
        ("", "sign_off"),
    ],
)
def test_nobody_signs_in_without_the_pin(caller, decision):
    assert answer(caller) == decision


@pytest.mark.parametrize(
    ("digits", "decision"),
    [("9", "sign_off"), ("1", "dial:support"), ("99", "sign_off")],
)
def test_operator_leaves_by_a_key(digits, decision):
    assert answer(digits=digits, signed_in=True) == decision


@pytest.mark.parametrize(
    ("caller", "signed_in_as", "digits", "decision"),
    [
        (SATO, SATO, "", "dial:support"),
        # The PIN is another one by now, or the first one was set.
        (SATO, "another PIN", "", "ask_pin"),
        (SATO, SUZUKI, "", "ask_pin"),
        (SATO, "another PIN", "9", "sign_off"),
        # The PIN was taken away; a browser needs none; an older URL does not say.
        (SUZUKI, SATO, "", "dial:support"),
        ("client:agent_01", "another PIN", "", "dial:support"),
        (SATO, "", "", "dial:support"),
    ],
)
def test_new_pin_ends_the_sign_in_with_the_old_one(
    caller, signed_in_as, digits, decision
):
    is_known = signed_in_as in (SATO, SUZUKI)
    given = proof_of(signed_in_as) if is_known else signed_in_as

    assert answer(caller, digits=digits, signed_in=True, proof=given) == decision


def test_addresses_do_not_carry_what_is_kept_of_the_pin():
    (kept,) = [one.pin for one in PLAN.operators if one.number == SATO]

    assert len(proof_of(SATO)) == 8
    assert proof_of(SATO) not in kept


def test_sign_off_key_has_no_effect_before_the_sign_in():
    assert answer(SUZUKI, digits="9") == "dial:support"


@pytest.mark.parametrize(
    ("waiting", "decision"),
    [
        ({}, "dial:support"),
        ({"support": 5, "sales": 500}, "dial:support"),  # priority goes first
        ({"sales": 10, "billing": 20}, "dial:billing"),
        ({"sales": 20, "billing": 10}, "dial:sales"),
        ({"sales": 1}, "dial:sales"),
        ({"other": 900}, "dial:support"),  # a queue they do not serve
    ],
)
def test_best_of_several_queues_is_by_priority_then_by_oldest_caller(waiting, decision):
    since = {queue: seconds_ago(seconds) for queue, seconds in waiting.items()}

    chosen = answer(SUZUKI, waiting=since, signed_in=True, queue="billing")

    assert chosen == decision


def test_operators_take_turns_among_their_queues_while_waiting_is_unknown():
    plan = make_plan()
    dialled, queue = [], ""
    for _ in range(4):
        queue = answer(SUZUKI, plan, signed_in=True, queue=queue).removeprefix("dial:")
        dialled.append(queue)

    assert dialled == ["support", "billing", "sales", "support"]


def test_queue_that_is_no_longer_active_is_not_dialled():
    plan = make_plan(queues={"sales": PLAN.queues["sales"]})

    assert answer(SUZUKI, plan, signed_in=True) == "dial:sales"
    assert answer(SATO, plan, signed_in=True) == "wait"


def test_priority_is_read_from_the_plan_in_force():
    plan = with_queue(PLAN, "sales", priority=1)
    waiting = {"support": seconds_ago(90), "sales": seconds_ago(1)}

    assert answer(SUZUKI, plan, waiting, signed_in=True) == "dial:sales"


def test_with_an_empty_plan_operators_stay_signed_in_and_no_other_signs_in():
    assert answer(plan=Plan(), signed_in=True) == "wait"
    assert answer(plan=Plan()) == "sign_off"


@pytest.mark.parametrize(
    ("caller", "queue", "status", "decision"),
    [
        (SATO, "support", "completed", "wrap_up"),
        (SATO, "support", "answered", "wrap_up"),
        (SATO, "support", "no-answer", "dial:support"),
        (SATO, "support", "failed", "dial:support"),
        (SATO, "support", "busy", "dial:support"),
        (SATO, "support", "canceled", "dial:support"),
        (SATO, "support", "", "dial:support"),
        (SATO, "support", "some-future-status", "dial:support"),
        (SUZUKI, "sales", "no-answer", "dial:sales"),
        (SUZUKI, "", "no-answer", "dial:support"),
        (IDLE, "", "no-answer", "wrap_up"),
        (CUSTOMER, "sales", "no-answer", "dial:sales"),
        ("client:agent_01", "", "completed", "wrap_up"),
    ],
)
def test_after_a_dial_comes_wrap_up_or_the_next_dial(caller, queue, status, decision):
    step = make_step(
        "operator-done", caller=caller, queue=queue, dial_call_status=status
    )

    assert decided(step, PLAN, NOW) == decision
