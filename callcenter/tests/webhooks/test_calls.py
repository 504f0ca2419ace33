"""Calls from the first ring to the end, as Twilio leads them."""

import pytest

from callcenter.models import Call, Connection, IvrStep, QueueEntry
from callcenter.tests.pins import PIN
from callcenter.tests.twilio_client import CALLER, LINE
from callcenter.tests.webhooks.installation import OPERATOR, install, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installed():
    install()


def test_a_caller_presses_a_key_waits_talks_and_hangs_up(twilio):
    operator = twilio.leg(OPERATOR)
    operator.rings()
    operator.is_redirected()
    operator.presses(PIN)
    assert operator.answer.find("Queue").text == "support"

    caller = twilio.leg(CALLER)
    caller.rings()
    assert caller.answer.verbs == ["Gather", "Redirect"]
    caller.presses("1")
    assert caller.answer.find("Enqueue").text == "support"
    caller.waits(0)
    assert caller.answer.verbs[-1] == "Play"
    caller.waits(20)
    caller.is_taken_by(operator, 31)
    assert caller.answer.verbs == ["Say"]

    operator.dial_ends(
        "completed",
        DialCallSid=caller.call_sid,
        DialCallDuration="90",
        DialBridged="true",
    )
    caller.leaves_queue("bridged", 31)
    assert caller.answer.verbs == []
    assert caller.ends(125).status_code == 204
    operator.is_redirected()
    operator.presses("9")
    assert operator.answer.verbs == ["Say", "Hangup"]
    operator.ends(300)

    call = Call.objects.get(sid=caller.call_sid)
    assert (call.kind, call.outcome, call.caller, call.line) == (
        "customer",
        "answered",
        CALLER,
        LINE,
    )
    assert call.ivr_path == "main>1>support"
    assert list(
        QueueEntry.objects.values_list("call__sid", "visit", "queue", "outcome")
    ) == [(caller.call_sid, 1, "support", "answered")]
    assert QueueEntry.objects.get().wait_seconds == 31
    assert list(
        Connection.objects.values_list("operator_call_sid", "operator", "talk_seconds")
    ) == [(operator.call_sid, OPERATOR, 90)]
    assert list(IvrStep.objects.values_list("menu", "input", "led_to")) == [
        ("main", "1", "enqueue:support/1")
    ]
    leg = Call.objects.get(sid=operator.call_sid)
    assert (leg.kind, leg.duration_seconds) == ("operator", 300)


def test_a_caller_who_hangs_up_while_waiting_is_an_abandoned_call(twilio):
    caller = twilio.leg(CALLER)
    caller.rings()
    caller.presses("3")
    caller.waits(0)
    caller.leaves_queue("hangup", 42)
    caller.ends(60)

    assert [decision for _, _, decision in stored()] == [
        "menu:main",
        "enqueue:sales/1",
        "hold",
        "end",
        "",
    ]
    entry = QueueEntry.objects.get()
    assert (entry.queue, entry.outcome, entry.wait_seconds) == (
        "sales",
        "abandoned",
        42,
    )


def test_the_place_in_the_call_travels_in_our_urls(twilio):
    caller = twilio.leg(CALLER)
    caller.rings()
    caller.presses("7")
    caller.presses("1")
    caller.waits(0)
    caller.leaves_queue("hangup", 9)

    assert [path for _, path, _ in stored()] == [
        "/twilio/incoming/",
        "/twilio/menu/main/?step=1&visits=0&again=0&lang=ja",
        "/twilio/menu/main/?step=2&visits=0&again=1&lang=ja",
        "/twilio/wait/support/1/?step=3&visits=1&lang=ja",
        "/twilio/queue-exit/support/1/?step=3&visits=1&lang=ja",
    ]


def test_behind_a_basic_lock_every_url_we_hand_out_carries_the_credentials(
    twilio, settings
):
    settings.WEBHOOK_BASIC_AUTH = "twilio:sesame"

    challenge = twilio.post("incoming", idempotency="one")
    answer = twilio.post("incoming", idempotency="one", basic="twilio:sesame")

    assert challenge.status_code == 401
    assert challenge.response["WWW-Authenticate"] == 'Basic realm="MiniCC"'
    action = answer.link("Gather", "action")
    assert action.startswith("https://twilio:sesame@cc.example.test/twilio/menu/main/")
    assert twilio.post(action, basic="twilio:sesame", Digits="1").has("Enqueue")
    assert [decision for _, _, decision in stored()] == [
        "menu:main",
        "enqueue:support/1",
    ]
