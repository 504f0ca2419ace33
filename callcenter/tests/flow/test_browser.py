"""What an operator in the browser is answered, whatever the browser sends."""

import pytest

from callcenter.tests.flow.outlines import outline, said
from callcenter.tests.flow.plans import (
    CUSTOMER,
    LINE,
    SATO,
    answered,
    decided,
    make_plan,
    make_step,
)

PLAN = make_plan()
AGENT = "client:agent_01"
ALLOWED = "+81312345678"


def calling(number="", caller=AGENT, **more):
    return make_step("client", caller=caller, to="", number=number, **more)


def test_operator_takes_callers_without_a_pin():
    assert decided(calling(), PLAN) == "operator"
    address = "/twilio/operator/?step=1&again=0"
    assert outline(answered("operator", calling(), PLAN)) == [f"Redirect {address}"]
    # The loop knows the identity, and asks for nothing.
    entering = make_step("operator", caller=AGENT, to="", step=1)
    assert decided(entering, PLAN) == "dial:support"


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        ("dial:support", "You are in the queue. Please wait for a call."),
        ("wait", "No queue is assigned to you. Please ask your administrator."),
    ],
)
def test_operator_hears_of_no_keys_where_the_page_has_buttons(decision, sentence):
    plan = make_plan(wrap_up_codes={"12": "billing"})
    entering = make_step("operator", caller=AGENT, to="", step=1, language="en")

    assert [text for text, _tag in said(answered(decision, entering, plan))] == [
        sentence
    ]


def test_operator_rings_a_number_under_that_of_the_line():
    assert decided(calling(ALLOWED), PLAN) == f"dial:{ALLOWED}"
    dial, number = outline(answered(f"dial:{ALLOWED}", calling(ALLOWED), PLAN))
    assert dial == f"Dial answerOnBridge=true callerId={LINE} timeout=40"
    assert number.endswith(f" {ALLOWED}")
    assert "statusCallback=/twilio/status/" in number


@pytest.mark.parametrize(
    "number",
    [
        "+12125550123",
        LINE,
        "sip:+81312345678@evil.example.com",
        "client:agent_02",
        "+81312345678,+12125550123",
        "+81312345678;ext=1",
        "tel:+12125550123",
        "0012125550123",
        # The page sends the international form alone.
        "03-1234-5678",
        "+81 3 1234 5678",
        "０３１２３４５６７８",
        "anonymous",
        "<Number>+12125550123</Number>",
        "\x00",
        "9" * 400,
    ],
)
def test_number_that_is_not_allowed_is_never_dialled(number):
    step = calling(number)

    decision = decided(step, PLAN)

    assert decision == "apology"
    assert said(answered(decision, step, PLAN)) == [
        ("この番号には発信できません。", "ja-JP")
    ]


@pytest.mark.parametrize(
    "caller",
    ["client:nobody", "client:", CUSTOMER, SATO, "", "sip:agent_01@example.com"],
)
@pytest.mark.parametrize("number", ["", ALLOWED])
def test_nobody_else_takes_callers_or_rings(caller, number):
    step = calling(number, caller=caller)

    assert decided(step, PLAN) == "sign_off"
    assert not any(
        line.strip().startswith(("Dial", "Redirect"))
        for line in outline(answered("sign_off", step, PLAN))
    )
