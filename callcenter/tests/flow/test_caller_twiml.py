"""What documents say to callers, word for word. No database."""

import pytest

from callcenter.flow.plan import Plan, PromptPlan
from callcenter.tests.flow.allowlist import parsed
from callcenter.tests.flow.outlines import BASE, MUSIC, PLAN, RETRIES, outline, said
from callcenter.tests.flow.plans import (
    answered,
    make_step,
    with_line,
    with_queue,
)


def test_line_greets_and_asks():
    step = make_step("incoming")

    action = "/twilio/menu/main/?step=1&visits=0&again=0&lang=ja"
    assert outline(answered("menu:main", step, PLAN)) == [
        f"Gather action={action} actionOnEmptyResult=true finishOnKey= numDigits=1"
        " timeout=10",
        "  Say お電話ありがとうございます。",
        "  Say 番号を押してください。",
        f"Redirect {action}",
    ]


def test_line_greets_in_its_own_words_and_language():
    plan = with_line(
        PLAN, language="en", prompts=(PromptPlan("greeting", "en", "Hello, MiniCC."),)
    )

    made = answered("menu:main", make_step("incoming"), plan)

    assert said(made) == [("Hello, MiniCC.", "en-US"), ("Press a number.", "en-US")]


@pytest.mark.parametrize(
    ("digits", "again", "next_again", "texts"),
    [
        (
            "9",
            0,
            1,
            [
                "恐れ入りますが、もう一度お選びください。",
                "番号を押してください。",
            ],
        ),
        ("", 1, 2, ["番号を押してください。"]),
        ("*", 1, 0, ["番号を押してください。"]),
    ],
)
def test_menu_asked_again_counts_wrong_and_missing_keys(
    digits, again, next_again, texts
):
    step = make_step(
        "menu", menu="main", digits=digits, again=again, step=4, visits=1, language="ja"
    )

    made = answered("menu:main", step, PLAN)

    assert [text for text, _ in said(made)] == texts
    assert parsed(made)[0].get("action") == (
        f"{BASE}/twilio/menu/main/?step=5&visits=1&again={next_again}&lang=ja{RETRIES}"
    )


def test_option_that_leads_to_another_language_is_heard_in_it():
    step = make_step("menu", menu="main", digits="5", step=1, language="ja")

    made = answered("menu:language", step, PLAN)

    assert said(made) == [("This is English.", "en-US")]
    assert parsed(made)[0].get("action") == (
        f"{BASE}/twilio/menu/language/?step=2&visits=0&again=0&lang=en{RETRIES}"
    )


def test_caller_is_put_into_the_queue_with_the_urls_of_the_next_steps():
    step = make_step("menu", menu="main", digits="1", step=1, language="en", visits=1)

    made = answered("enqueue:support/2", step, PLAN)

    query = "?step=2&visits=2&lang=en"
    assert outline(made) == [
        f"Enqueue action=/twilio/queue-exit/support/2/{query}"
        f" waitUrl=/twilio/wait/support/2/{query} support",
        "Say We are sorry. Our system is having trouble at the moment."
        " Please call again in a little while.",
    ]
    enqueue = parsed(made)[0]
    assert (enqueue.get("method"), enqueue.get("waitUrlMethod")) == ("POST", "POST")


def test_line_without_a_menu_greets_before_the_queue():
    made = answered("enqueue:support/1", make_step("incoming"), PLAN)

    assert [element.tag for element in parsed(made)] == ["Say", "Enqueue", "Say"]
    assert said(made)[0] == ("お電話ありがとうございます。", "ja-JP")


@pytest.mark.parametrize(
    ("values", "staffed", "heard"),
    [
        (
            {"queue_time": 0, "queue_position": 3},
            {"support"},
            [
                "Say オペレーターにおつなぎいたします。このままお待ちください。",
                "Say お客様は、ただいま3番目にお待ちいただいております。",
                f"Play {MUSIC}",
            ],
        ),
        (
            {"queue_time": 20, "queue_position": 1},
            None,
            [
                "Say お客様は、ただいま1番目にお待ちいただいております。",
                f"Play {MUSIC}",
            ],
        ),
        (
            {"queue_time": 0, "queue_position": 2},
            {"sales"},
            [
                "Say お客様は、ただいま2番目にお待ちいただいております。"
                " ただいまオペレーターが席を外しております。"
                "このままお待ちいただくか、後ほどおかけ直しください。",
                f"Play {MUSIC}",
            ],
        ),
        ({"queue_time": 20}, None, [f"Play {MUSIC}"]),
        ({}, None, [f"Play {MUSIC}"]),
        ({"queue_position": 0}, None, [f"Play {MUSIC}"]),
    ],
)
def test_waiting_caller_hears_their_place_and_music(values, staffed, heard):
    step = make_step("wait", queue="support", visit=1, **values)

    assert outline(answered("hold", step, PLAN, staffed=staffed)) == heard


def test_waiting_caller_hears_their_language_and_the_words_of_the_queue():
    plan = with_queue(
        PLAN, "support", prompts=(PromptPlan("waiting", "en", "Support is coming."),)
    )
    step = make_step(
        "wait", queue="support", language="en", queue_time=0, queue_position=12
    )

    assert said(answered("hold", step, plan)) == [
        ("Support is coming.", "en-US"),
        ("You are number 12 in line.", "en-US"),
    ]


@pytest.mark.parametrize(
    "decision", ["leave:max_wait", "leave:closed", "leave:key", "leave:callback"]
)
def test_caller_leaves_the_queue_without_a_word(decision):
    step = make_step("wait", queue="support", queue_time=600)

    assert outline(answered(decision, step, PLAN)) == ["Leave"]


def test_document_after_a_conversation_or_hang_up_is_empty():
    step = make_step("queue-exit", queue="support", queue_result="bridged")

    assert answered("end", step, PLAN).to_xml() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response />'
    )


@pytest.mark.parametrize(
    ("result", "begins"),
    [
        ("queue-full", "We are sorry. All our lines are busy"),
        ("leave", "We are sorry. No operator can take your call"),
        ("error", "We are sorry. Our system is having trouble"),
        ("system-error", "We are sorry. Our system is having trouble"),
    ],
)
def test_caller_who_was_not_served_hears_why(result, begins):
    step = make_step("queue-exit", queue="support", queue_result=result, language="en")

    made = answered("apology", step, PLAN)

    (text, _), *more = said(made)
    assert (text[: len(begins)], more) == (begins, [])
    assert [element.tag for element in parsed(made)] == ["Say", "Hangup"]


@pytest.mark.parametrize(
    ("kind", "decision", "text"),
    [
        ("menu", "end", "Thank you for calling. Goodbye."),
        ("menu", "message:information", "About us."),
        ("menu", "message:gone", "Thank you for calling."),
        (
            "incoming",
            "closed",
            "Thank you for calling. Our office is closed now."
            " Please call again during business hours.",
        ),
        (
            "incoming",
            "reject",
            "We are sorry. Our system is having trouble at the moment."
            " Please call again in a little while.",
        ),
        (
            "fallback",
            "apology",
            "We are sorry. Our system is having trouble at the moment."
            " Please call again in a little while.",
        ),
    ],
)
def test_call_ends_with_a_word(kind, decision, text):
    step = make_step(kind, menu="main", language="en")

    assert outline(answered(decision, step, PLAN)) == [f"Say {text}", "Hangup"]


@pytest.mark.parametrize(
    ("kind", "decision"),
    [
        ("operator", "dial:\x08"),
        ("operator", "dial: "),
        ("incoming", "enqueue:\x00/1"),
        ("fallback", "dial:\ufffe"),
    ],
)
def test_a_decision_that_no_document_can_hold_is_answered_with_an_apology(
    kind, decision
):
    step = make_step(kind, language="en")

    assert outline(answered(decision, step, PLAN)) == [
        "Say We are sorry. Our system is having trouble at the moment."
        " Please call again in a little while.",
        "Hangup",
    ]


def test_with_an_empty_plan_the_end_of_a_menu_is_an_apology():
    step = make_step("menu", menu="main", language="en")

    ((text, _),) = said(answered("end", step, Plan()))

    assert text.startswith("We are sorry. Our system is having trouble")


def test_caller_hears_that_an_operator_comes():
    made = answered("announce", make_step("connect", queue="support"), PLAN)

    assert outline(made) == [
        "Say お待たせいたしました。オペレーターにおつなぎいたします。"
    ]


def test_fallback_dials_the_line_s_number():
    made = answered("dial:+81312345678", make_step("fallback"), PLAN)

    assert outline(made) == [
        "Say ただいまおつなぎいたします。",
        "Dial timeout=30",
        "  Number +81312345678",
    ]


@pytest.mark.parametrize("kind", ["status", "recording"])
def test_document_is_empty_where_nobody_listens(kind):
    assert outline(answered("", make_step(kind), PLAN)) == []
