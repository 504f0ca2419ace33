"""The timeline of a leg by which an operator was rung to ring a caller back."""

from typing import Any

import pytest
from django.utils import translation

from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import (
    LINE,
    OPERATOR,
    OPERATOR_NUMBER,
    event,
)
from reports.tests.timeline.stories import lines, story
from reports.timeline import phases
from reports.timeline.words import Words

CALLERS_LEG = "CA" + "7" * 32


def asked(seconds: float, decision: str, path: str = "", **more: Any) -> WebhookEvent:
    who: dict[str, Any] = {
        "sid": OPERATOR,
        "From": LINE,
        "To": OPERATOR_NUMBER,
        "Direction": "outbound-api",
        "CallStatus": "in-progress",
    }
    return event(seconds, f"ring-back/abc/{path}", decision, **who | more)


def ring_back(status: str = "completed") -> list[WebhookEvent]:
    result = {"DialCallStatus": status, "DialCallSid": CALLERS_LEG}
    return [
        asked(5, "announce"),
        asked(9, "dial:caller", Digits="1"),
        asked(70, "goodbye", "done/", DialCallDuration=50, **result),
        event(
            71,
            "status/",
            sid=OPERATOR,
            From=LINE,
            To=OPERATOR_NUMBER,
            Direction="outbound-api",
            CallStatus="completed",
            CallDuration=66,
        ),
    ]


def said(*events: WebhookEvent) -> list[str]:
    found = story(*events, sid=OPERATOR)
    words = Words(number=str, address=str, sees_names_of_callers=True)
    with translation.override("en"):
        told = [one.kind.sentence(found.call, words) for one in phases.moments(found)]
    return [" · ".join([title, *details]) for title, details in told]


def test_ring_back_is_told_from_the_ring_to_the_end():
    found = story(*ring_back(), sid=OPERATOR)

    assert lines(found) == [
        "+5 dialled-out",
        "+5 took",
        "+9 took",
        "+70 rang-back",
        "+71 ended",
    ]
    assert found.call.caller == OPERATOR_NUMBER
    assert found.states == []


def test_ring_back_is_told_in_sentences():
    assert said(*ring_back())[:4] == [
        "The operator is rung, to ring a caller back",
        "The operator takes the call",
        "The operator presses “1” · Answer: The caller is rung",
        "Talk with the caller ended · Talk 0:00:50",
    ]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("busy", "The caller was busy"),
        ("no-answer", "The caller did not answer"),
        ("canceled", "The operator hung up before the caller answered"),
        ("failed", "The caller could not be called"),
        ("strange", "The call to the caller is over"),
    ],
)
def test_what_came_of_it_is_told(status, sentence):
    assert said(*ring_back(status))[3].startswith(sentence)
