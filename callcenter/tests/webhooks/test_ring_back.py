"""The requests of a leg by which an operator is rung to ring a caller back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth.models import User

from callcenter.flow import current
from callcenter.followup import acts
from callcenter.models import (
    AbandonedCall,
    Call,
    FollowUp,
    FollowUpStep,
    Operator,
    PhoneLine,
    RingBack,
    WebhookEvent,
)
from callcenter.params import DIALLED
from callcenter.tests.lost_callers import gave_up
from callcenter.tests.twilio_client import CALLER, LINE, Answer, sid
from callcenter.tests.webhooks.installation import (
    OPERATOR,
    database_gone,
    install,
    stored,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
LOST_AT = NOW - timedelta(minutes=9)
LEG = "CA" + "e" * 32


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def sato():
    install()
    current.forget()
    user = User.objects.create_user("sato")
    Operator.objects.update(user=user)
    return user


@pytest.fixture
def ring(sato):
    """A ring-back that has just begun."""
    gave_up(LOST_AT)
    return acts.ring(CALLER, sato, Operator.objects.get())


def ask(twilio, token: str, path: str = "", leg: str = LEG, **params: str) -> Answer:
    """A request of the leg that rings the operator."""
    form = {
        "CallSid": leg,
        "CallStatus": "in-progress",
        "Direction": "outbound-api",
        "From": LINE,
        "To": OPERATOR,
    }
    answer: Answer = twilio.post(f"/twilio/ring-back/{token}/{path}", **form | params)
    return answer


def dialled(answer: Answer) -> str:
    """The number that a document has Twilio ring; empty for none."""
    return answer.find("Number").text or "" if answer.has("Dial") else ""


def test_operator_takes_the_call_presses_the_key_and_the_caller_is_rung(twilio, ring):
    first = ask(twilio, ring.token)
    assert first.verbs == ["Gather", "Say", "Hangup"]

    second = twilio.post(
        first.link("Gather", "action"),
        CallSid=LEG,
        CallStatus="in-progress",
        Direction="outbound-api",
        From=LINE,
        To=OPERATOR,
        Digits="1",
    )

    assert dialled(second) == CALLER
    assert second.find("Dial").get("callerId") == LINE
    ring.refresh_from_db()
    assert (ring.operator_call_sid, ring.dialled_at) == (LEG, NOW)
    assert [one[2] for one in stored()] == ["announce", "dial:caller"]


def test_caller_is_rung_once_and_by_one_leg(twilio, ring):
    assert dialled(ask(twilio, ring.token, Digits="1")) == CALLER
    # Twilio asks again, as it does after a failure.
    assert dialled(ask(twilio, ring.token, Digits="1")) == CALLER

    another = ask(twilio, ring.token, leg=sid(), Digits="1")

    assert dialled(another) == ""
    assert another.verbs == ["Say", "Hangup"]


def test_ring_back_that_is_over_rings_nobody_again(twilio, ring):
    ask(twilio, ring.token, Digits="1")
    ask(twilio, ring.token, "done/?step=2", DialCallStatus="busy")

    assert dialled(ask(twilio, ring.token, Digits="1")) == ""


def test_ring_back_that_is_old_rings_nobody(twilio, ring, clock):
    clock.move_to(NOW + timedelta(minutes=2, seconds=1))

    assert dialled(ask(twilio, ring.token, Digits="1")) == ""


@pytest.mark.parametrize("token", ["0" * 32, "1", "a", "日本", "x" * 300])
def test_token_that_is_none_rings_nobody(twilio, ring, token):
    answer = ask(twilio, quote(token), Digits="1")

    assert answer.verbs == ["Say", "Hangup"]


def test_number_at_which_the_call_was_taken_must_be_the_operators(twilio, ring):
    other = ask(twilio, ring.token, Digits="1", To="+815000000299")

    assert dialled(other) == ""
    assert ring.__class__.objects.get().dialled_at is None


def nobody_claims(sato: User) -> None:
    acts.release(CALLER, sato)


def is_recovered(sato: User) -> None:
    AbandonedCall.all_reasons.update(recovered_at=NOW)


def is_closed(sato: User) -> None:
    acts.close(CALLER, sato)


def another_claims(sato: User) -> None:
    acts.release(CALLER, sato)
    acts.claim(CALLER, User.objects.create_user("yamada"))


def operator_is_off(sato: User) -> None:
    Operator.objects.update(is_active=False)


def operator_has_another_number(sato: User) -> None:
    Operator.objects.update(number="+815000000298")


def operator_is_gone(sato: User) -> None:
    Operator.objects.all().delete()


def account_is_off(sato: User) -> None:
    User.objects.update(is_active=False)


def account_is_gone(sato: User) -> None:
    sato.delete()


def caller_is_forgotten(sato: User) -> None:
    AbandonedCall.all_reasons.update(caller="forgotten-abcdefghijklmnop")


def number_is_now_a_line_of_ours(sato: User) -> None:
    PhoneLine.objects.filter(number=LINE).update(number=CALLER)


@pytest.mark.parametrize(
    "change",
    [
        nobody_claims,
        is_recovered,
        is_closed,
        another_claims,
        operator_is_off,
        operator_has_another_number,
        operator_is_gone,
        account_is_off,
        account_is_gone,
        caller_is_forgotten,
        number_is_now_a_line_of_ours,
    ],
)
def test_what_has_changed_meanwhile_is_seen_before_anybody_is_rung(
    twilio, ring, sato, change
):
    assert ask(twilio, ring.token).verbs == ["Gather", "Say", "Hangup"]

    change(sato)

    answer = ask(twilio, ring.token, Digits="1")
    assert dialled(answer) == ""
    assert answer.verbs == ["Say", "Hangup"]


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_operator_hears_an_apology_and_nobody_is_rung(
    twilio, ring
):
    with database_gone():
        for digits in ({}, {"Digits": "1"}):
            answer = ask(twilio, ring.token, **digits)
            assert answer.verbs == ["Say", "Hangup"]
        over = ask(twilio, ring.token, "done/", DialCallStatus="completed")

    assert over.verbs == ["Hangup"]
    ring.refresh_from_db()
    assert ring.dialled_at is None


def test_bug_of_ours_rings_nobody(twilio, ring, monkeypatch, caplog):
    def broken(*_args: Any, **_more: Any) -> str:
        raise RuntimeError("a bug")

    monkeypatch.setattr("callcenter.followup.ringing._whom", broken)

    assert ask(twilio, ring.token, Digits="1").verbs == ["Say", "Hangup"]


def test_unsigned_request_rings_nobody_and_stores_nothing(twilio, ring):
    refused = twilio.post(
        f"/twilio/ring-back/{ring.token}/", signed="", CallSid=LEG, Digits="1"
    )

    assert refused.status_code == 403
    assert not WebhookEvent.objects.exists()
    ring.refresh_from_db()
    assert ring.dialled_at is None


@pytest.mark.parametrize(
    ("status", "params", "result", "state"),
    [
        ("completed", {"DialCallDuration": "31"}, "reached", "reached"),
        ("answered", {}, "reached", "reached"),
        ("completed", {"DialCallDuration": "0"}, "no_answer", "in_progress"),
        ("completed", {"DialBridged": "false"}, "no_answer", "in_progress"),
        ("busy", {}, "busy", "in_progress"),
        ("no-answer", {}, "no_answer", "in_progress"),
        ("canceled", {}, "no_answer", "in_progress"),
        ("failed", {}, "failed", "in_progress"),
    ],
)
def test_result_is_what_twilio_says_of_the_dial(
    twilio, ring, sato, status, params, result, state
):
    ask(twilio, ring.token, Digits="1")

    ask(twilio, ring.token, "done/?step=2", DialCallStatus=status, **params)

    step = FollowUpStep.objects.get(act="attempt")
    assert (step.result, step.by, step.call_sid) == (result, sato, LEG)
    assert FollowUp.objects.get().state == state
    assert RingBack.objects.get().outcome == "rung"


def test_result_is_known_from_the_end_of_the_callers_leg_if_the_action_is_lost(
    twilio, ring
):
    ask(twilio, ring.token, Digits="1")
    # The end of the operator's leg alone says nothing of the caller.
    ended = {"CallStatus": "completed", "CallDuration": "60"}
    twilio.post("status", CallSid=LEG, From=LINE, To=OPERATOR, **ended)
    assert not FollowUpStep.objects.filter(act="attempt").exists()
    assert not RingBack.objects.under_way(NOW).exists()

    twilio.post(
        "status",
        CallSid=sid(),
        ParentCallSid=LEG,
        Direction="outbound-dial",
        From=LINE,
        To=CALLER,
        **ended,
    )

    assert FollowUpStep.objects.get(act="attempt").result == "reached"
    assert FollowUp.objects.get().attempts == 1


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_operator_who_does_not_take_the_call_has_tried_nothing(twilio, ring, status):
    RingBack.objects.update(operator_call_sid=LEG)

    twilio.post(
        "status",
        CallSid=LEG,
        CallStatus=status,
        Direction="outbound-api",
        From=LINE,
        To=OPERATOR,
    )

    assert RingBack.objects.get().outcome == "not_taken"
    assert (FollowUp.objects.get().state, FollowUp.objects.get().attempts) == (
        "in_progress",
        0,
    )


def test_operator_is_not_a_customer_of_the_call_that_rang_nobody(twilio, ring):
    ask(twilio, ring.token)
    ended = {"CallStatus": "completed", "CallDuration": "9"}
    twilio.post(
        "status",
        CallSid=LEG,
        Direction="outbound-api",
        From=LINE,
        To=OPERATOR,
        **ended,
    )

    assert Call.objects.get(sid=LEG).kind == "operator"
    assert RingBack.objects.get().outcome == "not_taken"


def test_people_who_were_faster_than_the_result_keep_what_they_said(twilio, ring, sato):
    ask(twilio, ring.token, Digits="1")
    acts.attempt(CALLER, sato, "left_message", "on the machine")
    acts.close(CALLER, sato)

    ask(twilio, ring.token, "done/?step=2", DialCallStatus="completed")

    assert FollowUp.objects.get().state == "closed"
    assert list(FollowUpStep.objects.values_list("act", "result")) == [
        ("claimed", ""),
        ("attempt", "reached"),
        ("attempt", "left_message"),
        ("closed", ""),
    ]


def test_all_that_the_caller_wants_is_done_with_one_call(twilio, ring, sato):
    gave_up(LOST_AT, reason="voicemail", abandoned_at=NOW - timedelta(minutes=3))
    acts.claim(CALLER, sato)
    ask(twilio, ring.token, Digits="1")

    ask(twilio, ring.token, "done/?step=2", DialCallStatus="completed")

    rows: Any = AbandonedCall.all_reasons.with_state()
    assert [row.state for row in rows] == ["reached", "reached"]
    assert not AbandonedCall.all_reasons.to_ring_back().exists()


def browser(twilio, leg: str, number: str = CALLER) -> Answer:
    answer: Answer = twilio.post(
        "client", CallSid=leg, From="client:agent_01", To="", **{DIALLED: number}
    )
    return answer


def ended(twilio, leg: str, status: str, to: str = CALLER) -> None:
    twilio.post(
        "status",
        CallSid=sid(),
        ParentCallSid=leg,
        Direction="outbound-dial",
        From=LINE,
        To=to,
        CallStatus=status,
        CallDuration="20",
    )


@pytest.mark.parametrize(
    ("status", "result", "state"),
    [("completed", "reached", "reached"), ("busy", "busy", "in_progress")],
)
def test_call_from_the_browser_to_a_claimed_caller_is_an_attempt_too(
    twilio, sato, status, result, state
):
    Operator.objects.update(client_identity="agent_01")
    current.forget()
    gave_up(LOST_AT)
    acts.claim(CALLER, sato)
    leg = sid()
    assert dialled(browser(twilio, leg)) == CALLER

    ended(twilio, leg, status)
    ended(twilio, leg, status)

    step = FollowUpStep.objects.get(act="attempt")
    assert (step.result, step.by, step.call_sid) == (result, sato, leg)
    assert (FollowUp.objects.get().state, FollowUp.objects.get().attempts) == (state, 1)


def test_call_from_the_browser_to_anybody_else_is_no_attempt(twilio, sato, clock):
    Operator.objects.update(client_identity="agent_01")
    current.forget()
    gave_up(LOST_AT)
    before, other = sid(), sid()
    browser(twilio, before)
    ended(twilio, before, "completed", "+815000000777")
    clock.move_to(NOW + timedelta(minutes=1))
    acts.claim(CALLER, sato)
    browser(twilio, other, "+815000000777")
    ended(twilio, other, "completed", "+815000000777")

    assert not FollowUpStep.objects.filter(act="attempt").exists()
