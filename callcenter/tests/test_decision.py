"""A decision and its text say the same. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.decision import NOTHING, Decision, Verb

# Every decision of docs/contract.md 8, "Decisions".
CONTRACT = {
    "menu:main": Decision(Verb.MENU, "main"),
    "enqueue:support/1": Decision(Verb.ENQUEUE, "support", 1),
    "closed": Decision(Verb.CLOSED),
    "operator": Decision(Verb.OPERATOR),
    "reject": Decision(Verb.REJECT),
    "message:information": Decision(Verb.MESSAGE, "information"),
    "end": Decision(Verb.END),
    "hold": Decision(Verb.HOLD),
    "leave:max_wait": Decision(Verb.LEAVE, "max_wait"),
    "apology": Decision(Verb.APOLOGY),
    "voicemail": Decision(Verb.VOICEMAIL),
    "announce": Decision(Verb.ANNOUNCE),
    "dial:support": Decision(Verb.DIAL, "support"),
    "dial:+81312345678": Decision(Verb.DIAL, "+81312345678"),
    "ask_pin": Decision(Verb.ASK_PIN),
    "wait": Decision(Verb.WAIT),
    "sign_off": Decision(Verb.SIGN_OFF),
    "wrap_up": Decision(Verb.WRAP_UP),
    "wrap_up:billing": Decision(Verb.WRAP_UP, "billing"),
    "not_ready": Decision(Verb.NOT_READY),
    "goodbye": Decision(Verb.GOODBYE),
}


@pytest.mark.parametrize(("text", "decision"), CONTRACT.items())
def test_every_decision_of_the_contract_is_read_and_written(text, decision):
    assert Decision.parse(text) == decision
    assert str(decision) == text


def test_every_verb_is_in_the_contract():
    known = {decision.verb for decision in CONTRACT.values()}

    assert known == set(Verb) - {Verb.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("", NOTHING),
        ("of:another/version", Decision(Verb.UNKNOWN, "of:another/version")),
        ("Menu:main", Decision(Verb.UNKNOWN, "Menu:main")),
        ("menu", Decision(Verb.UNKNOWN, "menu")),
        ("end:", Decision(Verb.UNKNOWN, "end:")),
        (":main", Decision(Verb.UNKNOWN, ":main")),
        # A verb we know, with something about it that we do not.
        ("menu:", Decision(Verb.MENU)),
        ("end:early", Decision(Verb.END, "early")),
        ("leave:of_boredom", Decision(Verb.LEAVE, "of_boredom")),
        ("message:a:b/c", Decision(Verb.MESSAGE, "a:b/c")),
        # A visit is written in one way only.
        ("enqueue:support", Decision(Verb.ENQUEUE, "support")),
        ("enqueue:support/", Decision(Verb.ENQUEUE, "support/")),
        ("enqueue:support/one", Decision(Verb.ENQUEUE, "support/one")),
        ("enqueue:support/0", Decision(Verb.ENQUEUE, "support/0")),
        ("enqueue:support/01", Decision(Verb.ENQUEUE, "support/01")),
        ("enqueue:support/１", Decision(Verb.ENQUEUE, "support/１")),
        ("enqueue:support/1\n", Decision(Verb.ENQUEUE, "support/1\n")),
        ("enqueue:support/123456", Decision(Verb.ENQUEUE, "support/123456")),
        ("enqueue:a/b/1", Decision(Verb.ENQUEUE, "a/b/1")),
        ("enqueue:/1", Decision(Verb.ENQUEUE, "/1")),
    ],
)
def test_text_that_is_no_decision_of_ours_is_kept_as_it_is(text, decision):
    assert Decision.parse(text) == decision
    assert str(decision) == text


@given(
    st.one_of(
        st.text(max_size=30),
        st.builds(
            lambda verb, mark, rest: f"{verb}{mark}{rest}",
            st.sampled_from(list(Verb)),
            st.sampled_from(["", ":", "/", "::"]),
            st.one_of(st.text(max_size=10), st.from_regex(r"[a-z]?/[0-9]{0,6}")),
        ),
    )
)
def test_no_text_fails_and_each_is_given_back(text):
    assert str(Decision.parse(text)) == text
