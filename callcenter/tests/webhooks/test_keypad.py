"""An operator does everything by keys of the telephone, as Twilio sends them."""

import pytest

from callcenter import presence
from callcenter.models import Connection, OperatorState, WebhookEvent, WrapUpCode
from callcenter.tests.pins import PIN
from callcenter.tests.twilio_client import CALLER, Leg, TwilioClient
from callcenter.tests.webhooks.installation import OPERATOR, database_gone, install

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installed():
    install()
    WrapUpCode.objects.create(code="billing", name="Billing", digits="12")
    presence.forget()
    yield
    presence.forget()


@pytest.fixture
def operator(twilio: TwilioClient) -> Leg:
    """An operator who is signed in."""
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    leg.presses(PIN)
    return leg


def talks(twilio: TwilioClient, operator: Leg, **action: str) -> Leg:
    """A caller who talks with the operator."""
    caller = twilio.leg(CALLER)
    caller.rings()
    caller.presses("1")
    caller.waits(0)
    caller.is_taken_by(operator, 9)
    operator.dial_ends("completed", DialBridged="true", **action)
    caller.leaves_queue("bridged", 9)
    caller.ends(100)
    return caller


def said(leg: Leg) -> list[str]:
    return [say.text or "" for say in leg.answer.document.iter("Say")]


def states() -> list[str]:
    rows = OperatorState.objects.order_by("started_at")
    return list(rows.values_list("state", flat=True))


def codes() -> list[tuple[str, str]]:
    rows = Connection.objects.order_by("connected_at")
    return list(rows.values_list("entry__call__sid", "wrap_up_code"))


@pytest.mark.parametrize("names_caller", [True, False])
def test_code_typed_after_a_talk_is_of_it_and_the_operator_is_ready_again(
    twilio, operator, names_caller
):
    wish = "電話を受けられるようになったら8を"
    caller = twilio.leg(CALLER)
    caller.rings()
    caller.presses("1")
    caller.waits(0)
    caller.is_taken_by(operator, 9)
    named = {"DialCallSid": caller.call_sid} if names_caller else {}
    operator.dial_ends("completed", DialCallDuration="80", **named)
    caller.leaves_queue("bridged", 9)

    operator.presses("*99")
    assert said(operator)[0] == "その番号の対応区分はありません。"
    operator.presses("*12")
    assert said(operator) == ["対応区分を記録しました。"]
    operator.presses("7")
    assert wish in said(operator)[0]
    operator.is_redirected()
    assert wish in said(operator)[0]
    operator.presses("8")
    assert said(operator) == ["受付を再開しました。"]
    assert operator.answer.find("Queue").text == "support"

    assert codes() == [(caller.call_sid, "billing")]
    assert states() == ["ready", "talking", "wrap_up", "not_ready", "ready"]
    events = WebhookEvent.objects.filter(decision__startswith="wrap_up:")
    assert [one.params["Digits"] for one in events] == ["*12"]


def test_code_is_of_the_second_of_two_callers(twilio, operator):
    first = talks(twilio, operator)
    operator.is_redirected()
    second = talks(twilio, operator)

    operator.presses("*12")

    assert codes() == [(first.call_sid, ""), (second.call_sid, "billing")]


def test_caller_hears_that_nobody_is_there_while_the_operator_is_not_ready(
    twilio, operator
):
    nobody = "オペレーターが席を外しております"
    caller = twilio.leg(CALLER)
    caller.rings()
    caller.presses("1")
    caller.waits(0)
    assert not [text for text in said(caller) if nobody in text]

    operator.presses("7")
    presence.forget()
    caller.waits(20)
    assert [text for text in said(caller) if nobody in text]

    operator.presses("8")
    presence.forget()
    caller.waits(40)
    assert not [text for text in said(caller) if nobody in text]


def test_operator_leaves_a_pause_by_key_and_is_signed_out(twilio, operator):
    operator.presses("7")
    operator.presses("9")

    assert operator.answer.verbs == ["Say", "Hangup"]
    assert states() == ["ready", "not_ready", "signed_out"]


def test_without_a_database_keys_are_heard(twilio, operator):
    with database_gone():
        operator.presses("7")
        assert "離席中です。" in said(operator)[0]
        operator.presses("*12")
        assert said(operator)[0] == "対応区分を記録しました。"
        operator.presses("8")
        assert operator.answer.has("Queue")
