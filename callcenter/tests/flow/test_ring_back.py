"""What an operator hears whom Twilio rings to ring a caller back. No database."""

import pytest

from callcenter.flow import links
from callcenter.tests.flow.allowlist import faults
from callcenter.tests.flow.outlines import outline, said
from callcenter.tests.flow.plans import (
    LINE,
    SATO,
    answered,
    decided,
    make_plan,
    make_step,
)

PLAN = make_plan()
CALLER = "+81312345678"
TOKEN = "a" * 32
PATH = f"/twilio/ring-back/{TOKEN}/"


def taken(digits="", kind="ring-back", **more):
    """A request of the leg that we have rung: from our line, to the operator."""
    values = {"direction": "outbound-api", "call_status": "in-progress"} | more
    return make_step(
        kind, caller=LINE, to=SATO, token=TOKEN, digits=digits, step=1, **values
    )


def test_operator_is_told_whom_and_asked_for_a_key():
    step = taken()

    assert decided(step, PLAN, whom=CALLER) == "announce"
    made = answered("announce", step, PLAN, whom=CALLER)
    assert outline(made)[0].startswith(f"Gather action={PATH}?step=2")
    assert "0 3, 1 2 3 4, 5 6 7 8" in said(made)[0][0]
    assert [line.split()[0] for line in outline(made)] == [
        "Gather",
        "Say",
        "Say",
        "Hangup",
    ]
    assert faults(made, "ring-back") == []


def test_key_rings_the_caller_under_the_number_of_the_line():
    step = taken("1")

    assert decided(step, PLAN, whom=CALLER) == "dial:caller"
    made = answered("dial:caller", step, PLAN, whom=CALLER)
    dial, number = (line.strip() for line in outline(made))
    assert dial.startswith(f"Dial action={PATH}done/?step=2")
    assert f"answerOnBridge=true callerId={LINE} timeout=40" in dial
    assert number.endswith(f" {CALLER}")
    assert "statusCallback=/twilio/status/" in number
    assert faults(made, "ring-back") == []


@pytest.mark.parametrize("digits", ["2", "*", "11", "0"])
def test_another_key_rings_nobody(digits):
    step = taken(digits)

    assert decided(step, PLAN, whom=CALLER) == "sign_off"
    assert said(answered("sign_off", step, PLAN, whom=CALLER)) == [
        ("折り返しを取りやめました。", "ja-JP")
    ]


@pytest.mark.parametrize("digits", ["", "1", "5"])
def test_without_a_number_nobody_is_rung(digits):
    step = taken(digits)

    assert decided(step, PLAN) == "apology"
    for decision in ("apology", "dial:caller", "announce", f"dial:{CALLER}"):
        made = answered(decision, step, PLAN)
        assert [line.split()[0] for line in outline(made)] == ["Say", "Hangup"]


def test_leg_that_is_over_rings_nobody():
    step = taken("1", call_status="completed")

    assert decided(step, PLAN, whom=CALLER) != "dial:caller"


@pytest.mark.parametrize(
    ("status", "sentences"),
    [("completed", 0), ("answered", 0), ("busy", 1), ("no-answer", 1), ("", 1)],
)
def test_operator_is_told_that_the_caller_did_not_answer(status, sentences):
    step = taken(kind="ring-back-done", dial_call_status=status)

    assert decided(step, PLAN) == "goodbye"
    made = answered("goodbye", step, PLAN)
    assert len(said(made)) == sentences
    assert outline(made)[-1] == "Hangup"


def test_english_line_speaks_english():
    made = answered("announce", taken(language="en"), PLAN, whom=CALLER)

    assert said(made)[0] == (
        "This is a call-back. The customer's number is 0 3, 1 2 3 4, 5 6 7 8."
        " Press 1 to be connected.",
        "en-US",
    )


def test_address_for_twilio_names_the_ring_back_and_asks_for_retries(settings):
    settings.PUBLIC_BASE_URL = "https://cc.example.com"
    settings.WEBHOOK_BASIC_AUTH = "user:secret"

    assert links.ring_back(TOKEN) == (
        f"https://user:secret@cc.example.com{PATH}{links.RETRIES}"
    )
