"""What moments say, where a page of a recorded call does not show it."""

import pytest
from django.utils.translation import override

from callcenter.decision import NOTHING, Decision
from callcenter.models import Call, QueueEntry
from callcenter.tests.sample_events import CALLER
from reports.timeline.kinds import menus, operators, queueing
from reports.timeline.moment_kind import MomentKind
from reports.timeline.words import Words

WORDS = Words(number=str, address=str, menus={"main": "Main menu"})
Outcome = QueueEntry.Outcome


def said(kind: MomentKind, language: str = "en") -> tuple[str, list[str]]:
    with override(language):
        return kind.sentence(Call(sid=CALLER), WORDS)


@pytest.mark.parametrize(
    ("after", "english", "japanese"),
    [
        (None, [], []),
        (8, ["After 8 s"], ["8秒後"]),
        (59, ["After 59 s"], ["59秒後"]),
        (60, ["After 0:01:00"], ["0:01:00 後"]),
    ],
)
def test_time_until_a_key_is_said_in_seconds_below_a_minute(after, english, japanese):
    key = menus.MenuAnswered("main", "1", Decision.parse("menu:sales"), after)

    assert said(key)[1] == english
    assert said(key, "ja")[1] == japanese


def test_no_input_says_whether_the_menu_is_asked_again_or_the_call_goes_on():
    again = menus.MenuAnswered("main", "", Decision.parse("menu:main"), None)
    on = menus.MenuStep("main", "", Decision.parse("enqueue:support/1"))

    assert said(again) == ("Main menu: no input", ["Asked once more"])
    assert said(on) == ("Main menu: no input", ["Goes on to support"])


def test_decision_of_another_version_is_shown_as_it_is_kept():
    key = menus.MenuAnswered("main", "3", Decision.parse("teleport:moon"), None)

    assert said(key)[0] == "Main menu: “3” → teleport:moon"


@pytest.mark.parametrize(
    ("waited", "detail"),
    [
        (None, []),
        (20, ["Wait 0:00:20"]),
        (21, ["Wait 0:00:21 (1 s over the target of 20 s)"]),
    ],
)
def test_wait_names_the_target_only_where_it_was_longer(waited, detail):
    takes = operators.OperatorTakes("client:sato", CALLER, waited, target=20)

    assert said(takes) == ("client:sato takes the caller", detail)


@pytest.mark.parametrize(
    ("outcome", "title", "details"),
    [
        (Outcome.ANSWERED, "Operator hung up", ["Talk 0:01:07"]),
        (
            Outcome.SHORT_ABANDONED,
            "Caller hung up while waiting",
            ["short abandoned", "Wait 0:00:03"],
        ),
        (Outcome.OVERFLOWED, "Left the queue: maximum wait", ["Wait 0:00:03"]),
        (Outcome.BLOCKED, "The queue was full", []),
        (Outcome.FAILED, "The queue failed", ["error"]),
        (Outcome.UNKNOWN, "Left the queue (reason unknown)", ["error"]),
    ],
)
def test_end_of_a_queue_entry_is_said_by_its_outcome(outcome, title, details):
    entry = QueueEntry(
        outcome=outcome,
        overflow_reason="max_wait",
        queue_result="error",
        wait_seconds=3,
        is_lost_while_connecting=False,
    )
    left = queueing.Left(entry, talk=67, ended_by="operator", answer=NOTHING)

    assert said(left) == (title, details)
