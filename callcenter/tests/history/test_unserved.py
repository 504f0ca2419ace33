"""Who asked to be rung back, or left a message, joins those who gave up."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from callcenter.followup import acts
from callcenter.models import AbandonedCall, FollowUp, FollowUpStep, WebhookEvent
from callcenter.tests.history.derived import derived
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    LINE,
    OTHER_CALLER,
    at,
    choose,
    connect,
    end,
    event,
    leave,
    ring,
    sign_in,
    wait,
)
from callcenter.upkeep.forgetting import forget_caller
from callcenter.upkeep.rebuild import rebuild_all, sids_to_rebuild

RECORDING = "RE" + "a" * 32


def asking(start: float = 0, sid: str = CALLER) -> list[WebhookEvent]:
    """A caller waits, and asks for a call-back after half a minute."""
    return [
        ring(start, sid=sid),
        choose(start + 5, sid=sid),
        wait(start + 35, 30, "leave:callback", sid=sid, Digits="1"),
        leave(start + 36, "leave", 31, "goodbye", sid=sid),
        end(start + 42, sid=sid),
    ]


def message(seconds: float, path: str = "support/1", **params: Any) -> WebhookEvent:
    values: dict[str, Any] = {
        "RecordingSid": RECORDING,
        "RecordingDuration": 42,
    } | params
    return event(seconds, f"voicemail/{path}/?step=3", "goodbye", **values)


def speaking(start: float = 0, sid: str = CALLER) -> list[WebhookEvent]:
    """A caller waits, and leaves a message of 42 seconds."""
    return [
        ring(start, sid=sid),
        choose(start + 5, sid=sid),
        wait(start + 35, 30, "leave:voicemail", sid=sid, Digits="2"),
        leave(start + 36, "leave", 31, "voicemail", sid=sid),
        message(start + 90, sid=sid),
        end(start + 92, sid=sid),
    ]


def ring_back(start: float, seconds: int) -> WebhookEvent:
    """The end of a leg that we rang; the caller talked so long."""
    return event(
        start + seconds,
        "status/",
        sid="CA" + "7" * 32,
        Direction="outbound-dial",
        ParentCallSid="CA" + "9" * 32,
        From=LINE,
        To=CALLER_NUMBER,
        CallStatus="completed",
        CallDuration=seconds,
    )


def calls_again(start: float) -> list[WebhookEvent]:
    return [
        *sign_in(start - 100),
        ring(start, sid=OTHER_CALLER),
        choose(start + 5, sid=OTHER_CALLER),
        connect(start + 30, 25, sid=OTHER_CALLER),
    ]


def said(row: AbandonedCall) -> tuple[Any, ...]:
    return row.reason, row.visit, row.queue, row.abandoned_at, row.wait_seconds


def rows() -> list[AbandonedCall]:
    found: Any = AbandonedCall.all_reasons.with_state()
    return list(found.order_by("abandoned_at"))


def test_who_asks_for_a_call_back_is_to_be_rung_back_and_did_not_give_up():
    history = derived(*asking())

    assert [said(row) for row in history.unserved] == [
        ("callback", 1, "support", at(35), 31)
    ]
    assert history.abandoned_calls == []
    assert [one.entry.outcome for one in history.entries] == ["overflowed"]


def test_who_leaves_a_message_is_to_be_rung_back():
    history = derived(*speaking())

    assert [said(row) for row in history.unserved] == [
        ("voicemail", 1, "support", at(90), 31)
    ]
    assert history.abandoned_calls == []


def test_message_to_which_a_menu_led_counts_too():
    history = derived(ring(), message(60, "sales/0"), end(61))

    assert [said(row) for row in history.unserved] == [
        ("voicemail", 0, "sales", at(60), None)
    ]


def test_of_two_messages_of_one_visit_the_last_one_counts():
    again = message(130, RecordingSid="RE" + "b" * 32)

    history = derived(*speaking(), again)

    assert [said(row) for row in history.unserved] == [
        ("voicemail", 1, "support", at(130), 31)
    ]
    assert len(history.voicemails) == 2


def test_whoever_hung_up_without_a_message_is_not_to_be_rung_back():
    events = [one for one in speaking() if "voicemail/" not in one.path]

    assert derived(*events).unserved == []


@pytest.mark.django_db
@pytest.mark.parametrize("story", [asking, speaking])
def test_metrics_see_only_who_gave_up(story):
    gave_up = [
        ring(300, sid=OTHER_CALLER),
        choose(305, sid=OTHER_CALLER),
        leave(365, "hangup", 60, sid=OTHER_CALLER),
        end(366, sid=OTHER_CALLER),
    ]

    receive(*story(), *gave_up)

    assert [row.call.sid for row in AbandonedCall.objects.all()] == [OTHER_CALLER]
    assert AbandonedCall.objects.to_ring_back().count() == 1
    assert AbandonedCall.all_reasons.to_ring_back().count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("story", [asking, speaking])
@pytest.mark.parametrize("take", [receive, receive_together])
def test_contact_in_either_direction_closes_it(story, take):
    take(*story())
    assert [row.state for row in rows()] == ["open"]

    take(ring_back(600, 30))
    assert [(row.state, row.recovered_at) for row in rows()] == [("recovered", at(600))]

    take(*calls_again(400))
    assert [(row.state, row.recovered_at) for row in rows()] == [("recovered", at(430))]


@pytest.mark.django_db
@pytest.mark.parametrize("story", [asking, speaking])
def test_call_of_ours_that_nobody_answered_closes_nothing(story):
    receive(*story())

    unanswered = ring_back(600, 0)
    unanswered.params["CallStatus"] = unanswered.result = "no-answer"
    receive(unanswered)

    assert [row.state for row in rows()] == ["open"]


@pytest.mark.django_db
def test_message_past_all_queues_is_written_once_however_often_it_is_derived():
    receive(ring(), message(60, "sales/0"))
    [row] = rows()

    receive(end(61), message(200, "sales/0", RecordingSid="RE" + "b" * 32))

    [again] = rows()
    assert (again.pk, again.abandoned_at) == (row.pk, at(200))


@pytest.mark.django_db
def test_rebuild_keeps_rows_and_what_people_did():
    receive(*asking(), *speaking(500, OTHER_CALLER))
    acts.attempt(CALLER_NUMBER, User.objects.create(username="sato"), "no_answer")
    before, ids = history_rows(), [row.pk for row in rows()]

    errors = [error for _, error in rebuild_all(sids_to_rebuild()) if error]

    assert errors == []
    assert (history_rows(), [row.pk for row in rows()]) == (before, ids)
    assert [row.state for row in rows()] == ["in_progress", "in_progress"]
    assert FollowUp.objects.get(attempts=1).abandoned_call_id == ids[-1]


@pytest.mark.django_db
def test_claim_holds_all_that_a_caller_wants_and_what_comes_later():
    sato = User.objects.create(username="sato")
    receive(*asking())
    acts.claim(CALLER_NUMBER, sato)

    receive(*speaking(500, OTHER_CALLER))

    assert [(row.reason, row.state) for row in rows()] == [
        ("callback", "in_progress"),
        ("voicemail", "in_progress"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("has_follow_up", [False, True])
def test_late_event_takes_a_wish_back(has_follow_up):
    """The exit says that an operator took the caller after all."""
    receive(ring(), choose(5), wait(35, 30, "leave:callback"), end(90))
    assert [row.reason for row in rows()] == ["callback"]
    if has_follow_up:
        acts.claim(CALLER_NUMBER, User.objects.create(username="sato"))

    receive(*sign_in(), leave(36, "bridged", 31))

    assert [row.state for row in rows()] == ["withdrawn"] * has_follow_up


@pytest.mark.django_db
@pytest.mark.parametrize("is_derived_again", [False, True])
def test_forgotten_caller_keeps_the_row_and_the_acts_without_the_number(
    is_derived_again,
):
    receive(*asking(), *speaking(500, OTHER_CALLER))
    sato = User.objects.create(username="sato")
    acts.attempt(CALLER_NUMBER, sato, "no_answer", f"was {CALLER_NUMBER}")

    forget_caller(CALLER_NUMBER, really=True)
    if is_derived_again:
        assert not any(error for _, error in rebuild_all(sids_to_rebuild()))

    [first, second] = rows()
    assert first.caller == second.caller
    assert first.caller.startswith("forgotten-")
    assert [row.state for row in (first, second)] == ["closed", "closed"]
    assert list(FollowUpStep.objects.values_list("act", "text")) == [
        ("claimed", ""),
        ("attempt", "was ***"),
    ]
