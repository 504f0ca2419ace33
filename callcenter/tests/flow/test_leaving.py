"""How callers leave a queue, or never come into it: offers, closing time, no call."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from callcenter.flow.plan import HoursPlan, OptionPlan
from callcenter.tests.flow.outlines import outline, said
from callcenter.tests.flow.plans import (
    CUSTOMER,
    LINE,
    NOW,
    answered,
    decided,
    make_plan,
    make_step,
    with_line,
    with_menu,
    with_queue,
)

PLAN = make_plan()
CALLBACK = with_queue(PLAN, "support", offers_callback=True)
VOICEMAIL = with_queue(PLAN, "support", offers_voicemail=True)
BOTH = with_queue(CALLBACK, "support", offers_voicemail=True)
SATURDAY = datetime(2026, 10, 9, 20, 0, tzinfo=UTC)
ON_WEEKDAYS = tuple(HoursPlan(day, time(9), time(18)) for day in range(1, 6))
ACTION = "/twilio/voicemail/support/1/?step=5&visits=1&lang=ja"


def waiting(digits="", caller=CUSTOMER, queue_time=25, **more):
    return make_step(
        "wait",
        caller=caller,
        queue="support",
        visit=1,
        visits=1,
        step=4,
        digits=digits,
        queue_time=queue_time,
        language="ja",
        **more,
    )


def leaving(result="leave"):
    return make_step(
        "queue-exit",
        queue="support",
        visit=1,
        visits=1,
        step=4,
        queue_result=result,
        language="ja",
    )


@pytest.mark.parametrize(
    ("plan", "digits", "decision"),
    [
        (BOTH, "1", "leave:callback"),
        (BOTH, "2", "leave:voicemail"),
        (BOTH, "", "hold"),
        (BOTH, "3", "hold"),
        (BOTH, "12", "hold"),
        (CALLBACK, "2", "hold"),
        (VOICEMAIL, "1", "hold"),
        (PLAN, "1", "hold"),
    ],
)
def test_key_leads_out_of_the_queue_where_that_is_offered(plan, digits, decision):
    assert decided(waiting(digits), plan) == decision


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "+12125550123"])
def test_nobody_is_promised_a_call_back_whom_we_cannot_ring(caller):
    step = waiting("1", caller=caller, queue_time=0)

    assert decided(step, BOTH) == "hold"
    texts = [text for text, _language in said(answered("hold", step, BOTH))]
    assert not any("1を押" in text for text in texts)
    assert any("2を押" in text for text in texts)


def test_wait_document_listens_for_a_key_while_the_music_plays():
    made = answered("hold", waiting(queue_time=0, queue_position=2), BOTH)

    action = "/twilio/wait/support/1/?step=5&visits=1&lang=ja"
    first, *heard = outline(made)
    assert first == f"Gather action={action} finishOnKey= numDigits=1 timeout=1"
    assert [line.split()[0] for line in heard] == ["Say", "Say", "Play"]
    assert "1を押" in heard[1]
    assert "2を押" in heard[1]


def test_keys_are_named_once_a_minute():
    def is_named(queue_time):
        made = answered("hold", waiting(queue_time=queue_time, queue_position=2), BOTH)
        return any("1を押" in text for text, _language in said(made))

    assert [is_named(seconds) for seconds in (0, 22, 44, 66, 88, 110, 132)] == [
        True,
        False,
        False,
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("estimate", "staffed", "minutes"),
    [
        (1, None, "1分"),
        (60, None, "1分"),
        (61, {"support"}, "2分"),
        (600, None, "10分"),
    ],
)
def test_estimated_wait_is_said_in_minutes_rounded_up(estimate, staffed, minutes):
    step = waiting(queue_position=2)
    made = answered("hold", step, PLAN, estimate_seconds=estimate, staffed=staffed)

    assert f"およそ{minutes}" in said(made)[0][0]


def test_without_operators_no_wait_is_estimated():
    step = waiting(queue_position=2)
    made = answered("hold", step, PLAN, estimate_seconds=60, staffed=set())

    assert "およそ" not in said(made)[0][0]


@pytest.mark.parametrize(
    ("plan", "now", "decision"),
    [
        (with_queue(PLAN, "support", leaves_at_closing=True), SATURDAY, "leave:closed"),
        (with_queue(PLAN, "support", leaves_at_closing=True), NOW, "hold"),
        (PLAN, SATURDAY, "hold"),
    ],
)
def test_caller_leaves_at_closing_time_where_the_queue_says_so(plan, now, decision):
    plan = with_line(plan, hours=ON_WEEKDAYS)

    assert decided(waiting(), plan, now) == decision


@pytest.mark.parametrize(
    ("plan", "left", "decision"),
    [
        (BOTH, "callback", "goodbye"),
        (BOTH, "voicemail", "voicemail"),
        (BOTH, "max_wait", "voicemail"),
        (BOTH, "closed", "voicemail"),
        # The database cannot say why.
        (BOTH, "", "voicemail"),
        (CALLBACK, "callback", "goodbye"),
        (CALLBACK, "max_wait", "apology"),
        # Voicemail was switched off meanwhile.
        (PLAN, "voicemail", "apology"),
        (PLAN, "", "apology"),
    ],
)
def test_what_follows_depends_on_why_the_caller_left(plan, left, decision):
    assert decided(leaving(), plan, left=left) == decision


@pytest.mark.parametrize(
    ("result", "decision"), [("hangup", "end"), ("queue-full", "apology")]
)
def test_voicemail_is_for_those_who_left_while_they_waited(result, decision):
    assert decided(leaving(result), BOTH, left="voicemail") == decision


def test_message_is_recorded_after_it_was_said_so():
    say, record = outline(answered("voicemail", leaving(), BOTH))

    assert "録音いたします" in say
    assert record == (
        f"Record action={ACTION} finishOnKey=# maxLength=180 playBeep=true"
        " recordingStatusCallback=/twilio/recording/?step=5"
        " recordingStatusCallbackMethod=POST timeout=5"
    )
    thanks = make_step("voicemail", queue="support", visit=1, language="ja")
    assert decided(thanks, BOTH) == "goodbye"
    assert outline(answered("goodbye", thanks, BOTH))[-1] == "Hangup"


def test_whoever_asked_for_a_call_back_hears_that_it_is_noted():
    first, last = outline(answered("goodbye", leaving(), BOTH))

    assert "折り返し" in first
    assert last == "Hangup"


def test_menu_leads_to_voicemail_without_a_stay_in_the_queue():
    plan = with_menu(
        PLAN, "main", options={"7": OptionPlan("voicemail", "support", "en")}
    )
    step = make_step("menu", menu="main", digits="7", step=2, language="ja")

    assert decided(step, plan) == "voicemail:support"
    say, record = outline(answered("voicemail:support", step, plan))
    assert "will be recorded" in say
    assert "action=/twilio/voicemail/support/0/?step=3&visits=0&lang=en" in record


@pytest.mark.parametrize(
    ("target", "decision"),
    [
        ("+81312345678", "dial:+81312345678"),
        # A line of ours would lead back here; an empty one must not be dialled.
        (LINE, "enqueue:support/1"),
        ("", "enqueue:support/1"),
    ],
)
def test_menu_leads_to_another_number(target, decision):
    plan = with_menu(PLAN, "main", options={"7": OptionPlan("number", target)})
    step = make_step("menu", menu="main", digits="7")

    assert decided(step, plan) == decision


def test_number_is_dialled_after_a_word():
    step = make_step("menu", menu="main", digits="7", language="en")

    assert outline(answered("dial:+81312345678", step, PLAN)) == [
        "Say We are connecting you now.",
        "Dial timeout=30",
        "  Number +81312345678",
    ]


@pytest.mark.parametrize(
    ("caller", "decision"),
    [
        (CUSTOMER, "reject:blocked"),
        (f"sip:{CUSTOMER}@example.com", "reject:blocked"),
        ("+815000406208", "menu:main"),
        ("", "menu:main"),
        ("anonymous", "menu:main"),
    ],
)
def test_blocked_caller_is_not_answered(caller, decision):
    plan = replace(PLAN, blocked=frozenset({CUSTOMER}))

    assert decided(make_step("incoming", caller=caller), plan) == decision


def test_blocked_caller_costs_nothing():
    assert outline(answered("reject:blocked", make_step("incoming"), PLAN)) == [
        "Reject"
    ]
