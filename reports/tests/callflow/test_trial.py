"""A try hears what a caller hears, because the flow itself answers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.urls import clear_script_prefix, set_script_prefix

from callcenter.flow.plan import LinePlan, QueuePlan
from reports.callflow.trial import Heard, walk
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
    walked = walk(NUMBER, plan(*menus, **more), MORNING, inputs)
    return [(scene.input, str(scene.decision)) for scene in walked.scenes]


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
    walked = walk(NUMBER, plan(MAIN), MORNING, "1234")

    assert (walked.inputs, walked.menu) == ("1", "")


def test_hanging_up_ends_the_try():
    walked = walk(NUMBER, plan(MAIN), MORNING, "9h1")

    assert (walked.inputs, walked.is_hung_up, walked.menu) == ("9h", True, "")


def test_menu_that_asks_waits_for_a_key():
    assert walk(NUMBER, plan(MAIN), MORNING, "9").menu == "main"


def test_language_of_an_option_is_heard_from_there_on():
    english = menu("english", key_1="queue:support")
    main = menu("main", key_5=option("menu:english", "en"))

    walked = walk(NUMBER, plan(main, english), MORNING, "57")

    assert [scene.heard for scene in walked.scenes] == [
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
    walked = walk(NUMBER, plan(line=line), datetime(2026, 11, 23, 3, tzinfo=UTC), "")

    assert walked.scenes[0].code == "closed"


def test_queue_tells_what_may_happen_in_it():
    queues = {
        "support": QueuePlan(
            "support", max_wait_seconds=90, prompts=prompts("ja", purpose="waiting")
        )
    }

    stay = walk(NUMBER, plan(queues=queues), MORNING, "").scenes[0].stay

    assert stay is not None
    assert (stay.queue, stay.max_wait_seconds) == ("support", 90)
    assert stay.waiting == (
        Heard("text in ja", "ja"),
        Heard("お客様は、ただいま1番目にお待ちいただいております。", "ja"),
        Heard(is_music=True),
    )
    assert "席を外しております" in stay.unstaffed[0].text
    assert stay.connecting[0].text.startswith("お待たせいたしました")
    assert "おつなぎすることができません" in stay.overflowed[0].text


def test_queue_that_lets_nobody_wait_unserved_apologises():
    queues = {"support": QueuePlan("support", leaves_when_unstaffed=True)}

    stay = walk(NUMBER, plan(queues=queues), MORNING, "").scenes[0].stay

    assert stay is not None
    assert stay.unstaffed == stay.overflowed


def test_without_any_queue_callers_hear_an_apology():
    assert ways("", queues={}) == [("", "reject")]


def test_password_of_the_webhooks_is_on_no_page(settings):
    settings.WEBHOOK_BASIC_AUTH = "twilio:secret"

    walked = walk(NUMBER, plan(MAIN), MORNING, "1")

    assert walked.scenes[-1].stay is not None
    assert "secret" not in repr([(s.heard, s.stay) for s in walked.scenes])


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

    walked = walk(NUMBER, plan(line=line), MORNING, "")

    assert str(walked.scenes[0].decision) == "enqueue:support/1"
