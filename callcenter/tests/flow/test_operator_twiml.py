"""What documents say to operators, word for word. No database."""

from dataclasses import replace

import pytest

from callcenter.tests.flow.allowlist import parsed
from callcenter.tests.flow.outlines import PLAN, outline
from callcenter.tests.flow.plans import (
    CUSTOMER,
    PIN,
    SATO,
    SUZUKI,
    answered,
    make_step,
    proof_of,
    with_queue,
)


def lines_of(decision, step) -> list[str]:
    return outline(answered(decision, step, PLAN))


def test_operator_is_led_from_the_line_to_the_loop():
    made = answered("operator", make_step("incoming", caller=SATO), PLAN)

    assert outline(made) == ["Redirect /twilio/operator/?step=1&again=0"]


@pytest.mark.parametrize(
    ("digits", "again", "text", "keyed", "silent"),
    [
        ("", 0, "Please enter your PIN, then press the hash key.", 0, 1),
        ("", 1, "Please enter your PIN, then press the hash key.", 1, 2),
        (
            "0000",
            1,
            "That PIN is wrong. Please enter it again, then press the hash key.",
            2,
            3,
        ),
    ],
)
def test_pin_is_asked_and_what_was_wrong_or_silent_counted(
    digits, again, text, keyed, silent
):
    step = make_step(
        "operator", caller=SATO, digits=digits, again=again, step=1, language="en"
    )

    assert outline(answered("ask_pin", step, PLAN)) == [
        f"Gather action=/twilio/operator/?step=2&again={keyed} finishOnKey=#"
        " timeout=10",
        f"  Say {text}",
        f"Redirect /twilio/operator/?step=2&again={silent}",
    ]


KEY_HINT = "  Say Between two calls, press 7 if you are not ready, or 9 to leave."
SIGNED_IN = "  Say You are in the queue. Please wait for a call."
DIAL_SUPPORT = [
    "Gather action=/twilio/operator/?step=6&in=1&queue=support finishOnKey="
    " numDigits=1 timeout=1",
    "Dial action=/twilio/operator/done/?step=6&in=1&queue=support timeout=120",
    "  Queue url=/twilio/connect/?step=6&queue=support support",
]


@pytest.mark.parametrize(
    ("signed_in", "lines"),
    [
        (False, [DIAL_SUPPORT[0], SIGNED_IN, KEY_HINT, *DIAL_SUPPORT[1:]]),
        (True, DIAL_SUPPORT),
    ],
)
def test_operator_hears_once_that_they_are_signed_in_then_waits_in_the_queue(
    signed_in, lines
):
    given = proof_of(SATO)
    step = make_step(
        "operator",
        caller=SATO,
        step=5,
        digits="" if signed_in else PIN,
        signed_in=signed_in,
        proof=given if signed_in else "",
        language="en",
    )

    heard = [
        line.replace(f"&proof={given}", "") for line in lines_of("dial:support", step)
    ]
    assert heard == lines
    carried = [f"&proof={given}" in line for line in lines_of("dial:support", step)]
    assert carried.count(True) == 2


@pytest.mark.parametrize(("caller", "seconds"), [(SATO, "120"), (SUZUKI, "15")])
def test_operator_of_several_queues_chooses_again_soon(caller, seconds):
    made = answered("dial:support", make_step("operator", caller=caller), PLAN)

    assert [dial.get("timeout") for dial in parsed(made).iter("Dial")] == [seconds]


def test_operator_without_a_queue_hears_so_and_waits():
    given = proof_of(SUZUKI)
    step = make_step("operator", caller=SUZUKI, step=1, language="en")
    lines = [
        f"Gather action=/twilio/operator/?step=2&in=1&proof={given} finishOnKey="
        " numDigits=1 timeout=1",
        "  Say No queue is assigned to you. Please ask your administrator.",
        KEY_HINT,
        "  Pause length=10",
        f"Redirect /twilio/operator/?step=2&in=1&proof={given}",
    ]

    assert outline(answered("wait", step, PLAN)) == lines
    later = replace(step, signed_in=True, proof=given)
    assert outline(answered("wait", later, PLAN)) == [
        lines[0],
        *lines[3:],
    ]


def test_waiting_for_a_queue_signs_nobody_in_who_has_not_given_the_pin():
    step = make_step("operator", caller=SATO, digits="0000", language="en")

    assert outline(answered("wait", step, PLAN)) == [
        "Gather action=/twilio/operator/?step=1&again=0 finishOnKey= numDigits=1"
        " timeout=1",
        "  Pause length=10",
        "Redirect /twilio/operator/?step=1&again=0",
    ]


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"dial_call_duration": 120, "dial_bridged": True}, "20"),
        ({"dial_call_duration": 120}, "20"),
        ({"dial_bridged": False, "dial_call_duration": 0}, "20"),
        ({}, "20"),
    ],
)
def test_operator_has_time_after_a_conversation(values, seconds):
    step = make_step(
        "operator-done",
        caller=SATO,
        queue="support",
        signed_in=True,
        step=7,
        dial_call_status="completed",
        **values,
    )

    assert outline(answered("wrap_up", step, PLAN)) == [
        "Gather action=/twilio/operator/?step=8&in=1&state=wrap_up finishOnKey="
        " numDigits=1 timeout=1",
        f"  Pause length={seconds}",
        "Redirect /twilio/operator/?step=8&in=1",
    ]


@pytest.mark.parametrize(
    ("values", "pauses"),
    [
        ({"dial_call_duration": 120}, []),
        ({"dial_bridged": True}, []),
        # Nobody has talked: that may have come back at once, and must not spin.
        ({"dial_call_duration": 0, "dial_bridged": False}, ["10"]),
        ({}, ["10"]),
    ],
)
def test_dial_without_a_conversation_is_followed_by_a_pause(values, pauses):
    plan = with_queue(PLAN, "support", wrapup_seconds=0)
    step = make_step(
        "operator-done", queue="support", dial_call_status="completed", **values
    )

    made = parsed(answered("wrap_up", step, plan))

    assert [pause.get("length") for pause in made.iter("Pause")] == pauses


@pytest.mark.parametrize(
    ("status", "lines"),
    [
        ("no-answer", []),
        (
            "failed",
            [
                "Gather action=/twilio/operator/?step=8&in=1 finishOnKey= numDigits=1"
                " timeout=1",
                "  Pause length=10",
            ],
        ),
    ],
)
def test_dial_that_failed_is_not_tried_again_at_once(status, lines):
    step = make_step(
        "operator-done",
        caller=SATO,
        queue="support",
        signed_in=True,
        step=7,
        dial_call_status=status,
    )

    assert outline(answered("dial:support", step, PLAN)) == [
        *lines,
        "Redirect /twilio/operator/?step=8&in=1&queue=support",
    ]


def test_return_from_a_dial_does_not_sign_in():
    step = make_step(
        "operator-done", caller=SATO, queue="support", dial_call_status="no-answer"
    )

    assert outline(answered("dial:support", step, PLAN)) == [
        "Redirect /twilio/operator/?step=1&again=0&queue=support"
    ]


@pytest.mark.parametrize(
    ("caller", "signed_in", "text"),
    [
        (SATO, True, "You have left the queue. Goodbye."),
        (
            SATO,
            False,
            "We could not verify your PIN."
            " Please call again in a little while, or ask your administrator.",
        ),
        (CUSTOMER, False, "Thank you for calling. Goodbye."),
        (CUSTOMER, True, "You have left the queue. Goodbye."),
    ],
)
def test_operator_hears_a_goodbye(caller, signed_in, text):
    step = make_step("operator", caller=caller, signed_in=signed_in, language="en")

    assert outline(answered("sign_off", step, PLAN)) == [f"Say {text}", "Hangup"]
