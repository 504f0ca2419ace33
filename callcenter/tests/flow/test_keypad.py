"""What operators on the telephone do by keys between two calls. No database."""

from dataclasses import replace
from typing import Any

import pytest

from callcenter.decision import Decision
from callcenter.flow.operator import MOST_PAUSES
from callcenter.flow.operator_twiml import NOT_READY_SECONDS
from callcenter.flow.plan import Plan
from callcenter.tests.flow.allowlist import parsed
from callcenter.tests.flow.outlines import outline
from callcenter.tests.flow.plans import (
    CUSTOMER,
    SATO,
    answered,
    decided,
    make_plan,
    make_step,
    proof_of,
    with_queue,
)

PLAN = make_plan(wrap_up_codes={"12": "billing", "7": "claim"})
WITHOUT_CODES = make_plan()
CALLER = "CA" + "c" * 32
SIGNED_IN: dict[str, Any] = {"signed_in": True, "caller": SATO, "language": "en"}
WRAPPING_UP = {"state": "wrap_up"}
AWAY = {"state": "not_ready"}


def answer(digits="", *, plan=PLAN, **values: Any) -> str:
    step = make_step("operator", digits=digits, **(SIGNED_IN | values))
    return decided(step, plan)


def heard(digits="", *, plan=PLAN, **values: Any) -> list[str]:
    """What is heard, and where keys and silence lead; without the proof of the PIN."""
    step = make_step("operator", digits=digits, **(SIGNED_IN | {"step": 7} | values))
    made = answered(decided(step, plan), step, plan)
    return [line.replace(f"&proof={proof_of(SATO)}", "") for line in outline(made)]


@pytest.mark.parametrize(
    ("digits", "ready", "wrapping_up", "away"),
    [
        # No key: after the gap, the wrap-up time or a pause.
        ("", "dial:support", "dial:support", "not_ready"),
        ("7", "not_ready", "not_ready", "not_ready"),
        ("8", "dial:support", "dial:support", "dial:support"),
        ("9", "sign_off", "sign_off", "sign_off"),
        # Pressed again and again, as it was not heard at once.
        ("777", "not_ready", "not_ready", "not_ready"),
        ("88", "dial:support", "dial:support", "dial:support"),
        # A code is kept whenever it is typed.
        ("*12", "wrap_up:billing", "wrap_up:billing", "wrap_up:billing"),
        ("*7", "wrap_up:claim", "wrap_up:claim", "wrap_up:claim"),
        # Anything else is asked for again, and ends neither wrap-up nor pause.
        ("*13", "wrap_up", "wrap_up", "not_ready"),
        ("*", "wrap_up", "wrap_up", "not_ready"),
        ("**12", "wrap_up", "wrap_up", "not_ready"),
        ("12", "dial:support", "wrap_up", "not_ready"),
        ("1", "dial:support", "wrap_up", "not_ready"),
        ("79", "dial:support", "wrap_up", "not_ready"),
        ("#", "dial:support", "wrap_up", "not_ready"),
    ],
)
def test_key_means_the_same_in_every_state(digits, ready, wrapping_up, away):
    assert answer(digits) == ready
    assert answer(digits, **WRAPPING_UP) == wrapping_up
    assert answer(digits, **AWAY) == away


@pytest.mark.parametrize("digits", ["7", "9", "*12", "*"])
@pytest.mark.parametrize("state", ["", "wrap_up", "not_ready"])
def test_keys_mean_nothing_before_the_sign_in(digits, state):
    assert answer(digits, signed_in=False, state=state) == "ask_pin"


def test_who_is_no_operator_any_more_is_signed_off_whatever_they_press():
    for digits in ("", "7", "*12"):
        assert answer(digits, caller=CUSTOMER, **AWAY) == "sign_off"


def test_new_pin_is_asked_for_in_a_pause_too():
    assert answer("", proof="another", **AWAY) == "ask_pin"
    assert answer("9", proof="another", **AWAY) == "sign_off"


def test_pause_is_long_but_ends_in_a_goodbye():
    assert answer("", again=MOST_PAUSES - 1, **AWAY) == "not_ready"
    assert answer("", again=MOST_PAUSES, **AWAY) == "sign_off"
    # Whoever presses a key is there.
    assert answer("7", again=MOST_PAUSES, **AWAY) == "not_ready"
    assert answer("*12", again=MOST_PAUSES, **AWAY) == "wrap_up:billing"
    assert MOST_PAUSES * NOT_READY_SECONDS == 2 * 60 * 60


def test_with_an_empty_plan_nobody_who_is_not_ready_becomes_ready():
    assert answer(plan=Plan(), **AWAY) == "not_ready"
    assert answer(plan=Plan(), again=MOST_PAUSES, **AWAY) == "sign_off"
    assert answer("8", plan=Plan(), **AWAY) == "wait"
    assert answer("9", plan=Plan()) == "sign_off"


NOT_READY = "You are not ready. To be ready again, press 8. To leave, press 9."
KEYS = "Press 7 if you are not ready, 8 to be ready, or 9 to leave."
CODE_HINT = (
    "To note what a call was about, press star, the wrap-up code and the hash key"
    " after it."
)
LISTEN = "finishOnKey=# timeout=3"


def test_who_is_not_ready_hears_how_to_be_ready_again_and_is_asked_again():
    first = heard("7", again=5)
    assert first == [
        f"Gather action=/twilio/operator/?step=8&in=1&state=not_ready {LISTEN}",
        f"  Say {NOT_READY}",
        "  Pause length=298",
        "Redirect /twilio/operator/?step=8&in=1&state=not_ready&again=1",
    ]
    second = heard("", again=1, **AWAY)
    assert second == [*first[:-1], first[-1].replace("again=1", "again=2")]


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("*12", "The wrap-up code is noted."),
        ("*99", "There is no such wrap-up code."),
        ("3", "This key has no meaning here."),
    ],
)
def test_what_was_typed_in_a_pause_is_said_and_the_pause_begins_again(digits, said):
    lines = heard(digits, again=9, about=CALLER, **AWAY)

    assert [line for line in lines if "Say" in line] == [
        f"  Say {said}",
        f"  Say {NOT_READY}",
    ]
    assert lines[-1] == (
        f"Redirect /twilio/operator/?step=8&in=1&state=not_ready&again=1&about={CALLER}"
    )


def test_noted_code_ends_the_wrap_up_after_a_moment_to_correct_it():
    assert heard("*12", about=CALLER, **WRAPPING_UP) == [
        "Gather action=/twilio/operator/?step=8&in=1&state=wrap_up"
        f"&about={CALLER} {LISTEN}",
        "  Say The wrap-up code is noted.",
        "  Pause length=3",
        f"Redirect /twilio/operator/?step=8&in=1&about={CALLER}",
    ]


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("*99", "There is no such wrap-up code."),
        ("5", "This key has no meaning here."),
    ],
)
def test_unknown_keys_are_said_to_be_and_there_is_time_to_type_again(digits, said):
    assert heard(digits, about=CALLER, **WRAPPING_UP) == [
        "Gather action=/twilio/operator/?step=8&in=1&state=wrap_up"
        f"&about={CALLER} {LISTEN}",
        f"  Say {said}",
        f"  Say {CODE_HINT}",
        f"  Say {KEYS}",
        "  Pause length=8",
        f"Redirect /twilio/operator/?step=8&in=1&about={CALLER}",
    ]


def test_without_codes_one_key_counts_at_once():
    lines = heard("5", plan=WITHOUT_CODES, **WRAPPING_UP)

    assert lines == [
        "Gather action=/twilio/operator/?step=8&in=1&state=wrap_up finishOnKey="
        " numDigits=1 timeout=1",
        "  Say This key has no meaning here.",
        f"  Say {KEYS}",
        "  Pause length=10",
        "Redirect /twilio/operator/?step=8&in=1",
    ]


@pytest.mark.parametrize(
    ("wrapup_seconds", "plan", "pauses", "timeout"),
    [
        (20, WITHOUT_CODES, ["20"], "1"),
        # As long as without codes: of the time three seconds are those of the Gather.
        (20, PLAN, ["18"], "3"),
        (2, PLAN, [], "3"),
        (0, PLAN, [], "3"),
    ],
)
def test_wrap_up_lasts_as_long_as_the_queue_says(wrapup_seconds, plan, pauses, timeout):
    plan = with_queue(plan, "support", wrapup_seconds=wrapup_seconds)
    step = make_step(
        "operator-done",
        caller=SATO,
        queue="support",
        signed_in=True,
        dial_call_status="completed",
        dial_bridged=True,
        about=CALLER,
    )

    made = parsed(answered("wrap_up", step, plan))

    assert [pause.get("length") for pause in made.iter("Pause")] == pauses
    assert [each.get("timeout") for each in made.iter("Gather")] == [timeout]
    assert [f"about={CALLER}" in each.get("action", "") for each in made[:1]] == [True]


@pytest.mark.parametrize(
    ("digits", "values", "said"),
    [
        ("8", WRAPPING_UP, ["You are ready again."]),
        ("8", AWAY, ["You are ready again."]),
        # From a Dial in which no caller came: now keys are heard.
        ("", {"queue": "support"}, ["You are ready."]),
        # From the wrap-up.
        ("", {}, []),
    ],
)
def test_operator_hears_that_they_are_ready(digits, values, said):
    lines = heard(digits, **values)

    assert [line.strip() for line in lines if "Say" in line] == [
        f"Say {text}" for text in said
    ]
    assert lines[-2].startswith("Dial ")


def test_hint_of_codes_is_heard_at_the_sign_in_where_there_are_any():
    def sentences(plan):
        step = make_step("operator", caller=SATO, digits="1234", language="en")
        made = answered("dial:support", step, plan)
        return [say.text for say in parsed(made).iter("Say")]

    greeting, hint = sentences(WITHOUT_CODES)
    assert sentences(PLAN) == [greeting, hint, CODE_HINT]
    assert "press 7 if you are not ready" in hint


def test_caller_of_the_last_talk_is_named_until_the_next_dial():
    dialled = heard("", about=CALLER)

    assert f"about={CALLER}" in dialled[0]
    assert [line for line in dialled if line.startswith("Dial")] == [
        "Dial action=/twilio/operator/done/?step=8&in=1&queue=support timeout=120"
    ]


def test_document_of_a_code_that_is_gone_says_what_was_noted():
    step = make_step("operator", caller=SATO, digits="*12", signed_in=True, **AWAY)
    plan = replace(PLAN, wrap_up_codes={})
    noted = answered(str(Decision.parse("wrap_up:billing")), step, plan)

    said = [say.text for say in parsed(noted).iter("Say")]
    assert said[0] == "対応区分を記録しました。"
