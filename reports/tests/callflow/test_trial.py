"""A trial call hears what a caller hears, because the flow itself answers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.urls import clear_script_prefix, set_script_prefix

from callcenter.decision import Verb
from callcenter.flow.plan import LinePlan, QueuePlan
from reports.callflow.trial import Heard, try_call
from reports.tests.callflow.plans import (
    HOLIDAY,
    MORNING,
    NUMBER,
    menu,
    option,
    plan,
    prompts,
    weekdays,
)


def ways(inputs: str, *menus, **more) -> list[tuple[str, str]]:
    """Each input with the decision on it."""
    call = try_call(NUMBER, plan(*menus, **more), MORNING, inputs)
    return [(answer.input, str(answer.decision)) for answer in call.answers]


MAIN = menu("main", key_1="queue:support", key_2="message:hours", key_3="end")


@pytest.mark.parametrize(
    ("inputs", "decisions"),
    [
        ("", [("", "menu:main")]),
        ("1", [("", "menu:main"), ("1", "enqueue:support/1")]),
        ("2", [("", "menu:main"), ("2", "message:hours")]),
        ("3", [("", "menu:main"), ("3", "end")]),
        ("s", [("", "menu:main"), ("s", "enqueue:support/1")]),
        (
            "9*1",
            [
                ("", "menu:main"),
                ("9", "menu:main"),
                ("*", "menu:main"),
                ("1", "enqueue:support/1"),
            ],
        ),
        (
            "999",
            [
                ("", "menu:main"),
                ("9", "menu:main"),
                ("9", "menu:main"),
                ("9", "enqueue:support/1"),
            ],
        ),
    ],
)
def test_each_input_leads_where_the_flow_leads(inputs, decisions):
    assert ways(inputs, MAIN) == decisions


def test_keys_after_the_end_are_not_heard():
    call = try_call(NUMBER, plan(MAIN), MORNING, "1234")

    assert (call.inputs, call.menu) == ("1", "")


def test_hanging_up_ends_the_try():
    call = try_call(NUMBER, plan(MAIN), MORNING, "9h1")

    assert (call.inputs, call.is_hung_up, call.menu) == ("9h", True, "")


def test_menu_that_asks_waits_for_a_key():
    assert try_call(NUMBER, plan(MAIN), MORNING, "9").menu == "main"


def test_language_of_an_option_is_heard_from_there_on():
    english = menu("english", key_1="queue:support")
    main = menu("main", key_5=option("menu:english", "en"))

    call = try_call(NUMBER, plan(main, english), MORNING, "57")

    assert [answer.heard for answer in call.answers] == [
        (
            Heard("お電話ありがとうございます。", "ja"),
            Heard("text in ja", "ja"),
        ),
        (Heard("text in en", "en"),),
        (Heard("Sorry, please choose again.", "en"), Heard("text in en", "en")),
    ]


def test_closed_line_says_so_and_ends():
    line = LinePlan(NUMBER, "support", menu="main", hours=weekdays(11, 18))

    assert ways("1", MAIN, line=line) == [("", "closed")]


def test_holiday_closes_the_line():
    line = LinePlan(NUMBER, "support", holidays=frozenset({HOLIDAY}))
    call = try_call(NUMBER, plan(line=line), datetime(2026, 11, 23, 3, tzinfo=UTC), "")

    assert call.answers[0].decision.verb == Verb.CLOSED


def test_queue_says_what_is_heard_at_each_event():
    queues = {
        "support": QueuePlan(
            "support", max_wait_seconds=90, prompts=prompts("ja", purpose="waiting")
        )
    }

    in_queue = try_call(NUMBER, plan(queues=queues), MORNING, "").answers[0].in_queue

    assert in_queue is not None
    assert (in_queue.queue, in_queue.max_wait_seconds) == ("support", 90)
    assert in_queue.waiting == (
        Heard("text in ja", "ja"),
        Heard("お客様は、ただいま1番目にお待ちいただいております。", "ja"),
        Heard(is_music=True),
    )
    assert "席を外しております" in in_queue.unstaffed[0].text
    assert in_queue.connecting[0].text.startswith("お待たせいたしました")
    assert "おつなぎすることができません" in in_queue.overflowed[0].text


def test_queue_without_operators_that_lets_nobody_wait_apologises():
    queues = {"support": QueuePlan("support", leaves_when_unstaffed=True)}

    in_queue = try_call(NUMBER, plan(queues=queues), MORNING, "").answers[0].in_queue

    assert in_queue is not None
    assert in_queue.unstaffed == in_queue.overflowed


def test_without_any_queue_callers_hear_an_apology():
    assert ways("", queues={}) == [("", "reject")]


def test_password_of_the_webhooks_is_on_no_page(settings):
    settings.WEBHOOK_BASIC_AUTH = "twilio:secret"

    call = try_call(NUMBER, plan(MAIN), MORNING, "1")

    assert call.answers[-1].in_queue is not None
    assert "secret" not in repr([(s.heard, s.in_queue) for s in call.answers])


@pytest.mark.parametrize("base", ["", "https://cc.example.com", "https://x.example/cc"])
def test_addresses_are_followed_under_any_prefix(settings, base):
    settings.PUBLIC_BASE_URL = base
    set_script_prefix("/cc/" if base.endswith("/cc") else "/")
    try:
        assert ways("91", MAIN)[-1] == ("1", "enqueue:support/1")
    finally:
        clear_script_prefix()


def test_operator_is_never_taken_for_the_caller():
    line = replace(LinePlan(NUMBER, "support"), language="en")

    call = try_call(NUMBER, plan(line=line), MORNING, "")

    assert str(call.answers[0].decision) == "enqueue:support/1"
