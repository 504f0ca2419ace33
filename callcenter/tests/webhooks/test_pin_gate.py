"""Guessing a PIN by telephone: it pauses, closes, and leaves a trace."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone

from callcenter.demo.setup.installation import install as install_demo
from callcenter.flow import current
from callcenter.models import (
    AccessRecord,
    Operator,
    OperatorPin,
    WebhookEvent,
    WrongPins,
)
from callcenter.tests.pins import PIN
from callcenter.tests.twilio_client import ACCOUNT_SID, voice_form
from callcenter.tests.webhooks.installation import OPERATOR, database_gone, install

pytestmark = pytest.mark.django_db


def decisions(leg) -> list[str]:
    """What was decided for the leg, after it rang."""
    events = WebhookEvent.objects.filter(call_sid=leg.call_sid, kind="operator")
    return list(events.order_by("received_at", "id").values_list("decision", flat=True))


def guesses(twilio, *pins: str) -> list[str]:
    """Dial in as the operator, type these PINs, and hear what follows each."""
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    for pin in pins:
        leg.presses(pin)
    return decisions(leg)[1:]


def nobody_comes(leg) -> None:
    """The operator waits in the queue in vain, and is led back to the loop."""
    leg.post(leg.answer.link("Dial", "action"), DialCallStatus="no-answer")
    leg.is_redirected()


def test_many_guesses_over_many_calls_end_in_a_closed_door(twilio, caplog):
    install()
    begun = timezone.now()
    heard = []
    with time_machine.travel(begun) as clock:
        for number in range(35):
            heard += guesses(twilio, f"{500000 + number}")
            clock.shift(timedelta(minutes=5))

        # Even the right one, a day later.
        clock.shift(timedelta(days=1))
        assert guesses(twilio, PIN) == ["sign_off"]

    # So many were looked at: the others came in a pause, or after it was closed.
    assert heard.count("ask_pin") == 10
    assert heard.count("sign_off") == 25
    assert WrongPins.objects.get().is_closed
    assert AccessRecord.objects.filter(kind="wrong-pin", subject="Sato").count() == 36
    said = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert "10 wrong PINs of Sato in a row: signing in is closed" in said
    assert not any(OPERATOR in one or PIN in one for one in said)


def test_new_pin_ends_a_sign_in_under_way(twilio):
    install()
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    leg.presses(PIN)
    nobody_comes(leg)
    OperatorPin.replace({Operator.objects.get(number=OPERATOR): "581902"})
    current.forget()  # a second later

    nobody_comes(leg)
    leg.presses(PIN)
    leg.presses("581902")

    served = [one.partition(":")[0] for one in decisions(leg)]
    assert served == ["ask_pin", "dial", "dial", "ask_pin", "ask_pin", "dial"]
    kept = WebhookEvent.objects.filter(call_sid=leg.call_sid)
    assert not any("581902" in str(event.params) for event in kept)


def test_repeated_sign_in_does_not_prove_the_new_pin(twilio):
    install()
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    address = leg.answer.link("Gather", "action")

    def signs_in():
        more = {"CallSid": leg.call_sid, "From": OPERATOR, "CallStatus": "in-progress"}
        return twilio.post(address, idempotency="one", Digits=PIN, **more)

    signs_in()
    OperatorPin.replace({Operator.objects.get(number=OPERATOR): "581902"})
    current.forget()
    repeated = signs_in()

    leg.post(repeated.link("Dial", "action"), DialCallStatus="no-answer")
    leg.is_redirected()

    assert decisions(leg) == ["ask_pin", "dial:support", "ask_pin"]


def test_right_pin_after_four_wrong_ones_lets_in_and_counts_anew(twilio):
    install()

    assert guesses(twilio, "500001", "500002") == ["ask_pin", "ask_pin"]
    assert guesses(twilio, "500003", "500004") == ["ask_pin", "ask_pin"]
    assert guesses(twilio, PIN) == ["dial:support"]

    assert not WrongPins.objects.exists()
    assert guesses(twilio, "500005") == ["ask_pin"]


def test_right_pin_in_a_pause_is_refused_and_later_lets_in(twilio):
    install()
    with time_machine.travel(timezone.now()) as clock:
        for number in range(5):
            guesses(twilio, f"{500000 + number}")

        assert guesses(twilio, PIN) == ["sign_off"]
        clock.shift(timedelta(minutes=1, seconds=1))
        assert guesses(twilio, PIN) == ["dial:support"]


@pytest.mark.django_db(transaction=True)
def test_with_the_database_gone_few_are_tried_and_the_right_one_lets_in(twilio):
    install()
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    with database_gone():
        leg.presses("500001")
        assert leg.answer.has("Gather")
        leg.presses(PIN)
        assert leg.answer.has("Queue")
        for number in range(5):
            other = twilio.leg(OPERATOR)
            other.rings()
            other.is_redirected()
            other.presses(f"{500000 + number}")
        last = twilio.leg(OPERATOR)
        last.rings()
        last.is_redirected()
        last.presses(PIN)

    assert not last.answer.has("Queue")


def test_key_pressed_while_signed_in_is_no_guess(twilio):
    install()
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    leg.presses(PIN)
    leg.presses("5")

    assert not WrongPins.objects.exists()


@pytest.mark.parametrize(("demo", "lets_in"), [(True, True), (False, False)])
def test_pin_of_the_demo_is_right_only_while_the_demo_is_on(
    twilio, settings, demo, lets_in
):
    settings.DEMO = demo
    install_demo()

    assert (guesses(twilio, "1234") == ["dial:support"]) is lets_in


def test_request_that_is_repeated_counts_once_and_opens_nothing(twilio):
    install()
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    url = leg.answer.link("Gather", "action")
    who = {"CallSid": leg.call_sid, "From": OPERATOR, "CallStatus": "in-progress"}
    form = voice_form() | who | {"AccountSid": ACCOUNT_SID}

    for _repeat in range(12):
        twilio.send(url, form | {"Digits": "500001"}, idempotency="once")

    assert WrongPins.objects.get().count == 1
    twilio.send(url, form | {"Digits": PIN}, idempotency="once")
    assert WrongPins.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_right_pin_is_forgotten_also_where_a_deadlock_was_in_the_way(twilio):
    install()
    guesses(twilio, "500001")
    deadlocks = iter([True])

    def execute(run, sql, *rest):
        if sql.startswith("DELETE") and "wrongpins" in sql and next(deadlocks, 0):
            raise OperationalError(1213, "Deadlock found")
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        assert guesses(twilio, PIN) == ["dial:support"]

    assert next(deadlocks, None) is None
    assert not WrongPins.objects.exists()
