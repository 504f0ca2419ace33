"""Callers who leave a queue for a call-back or a message, as Twilio sends it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from callcenter import presence
from callcenter.flow import current
from callcenter.models import (
    BlockedNumber,
    Call,
    CallbackRequest,
    Menu,
    MenuOption,
    PhoneLine,
    Queue,
    QueueEntry,
    Recording,
    Voicemail,
)
from callcenter.tests.twilio_client import CALLER, sid
from callcenter.tests.webhooks.installation import database_gone, install, stored

pytestmark = pytest.mark.django_db

RECORDING = "RE" + "a" * 32
URL = f"https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/{RECORDING}"


@pytest.fixture
def _offers():
    install()
    Queue.objects.filter(slug="support").update(
        offers_callback=True, offers_voicemail=True
    )
    current.forget()


def wait(twilio, call, **params):
    return twilio.post(
        "/twilio/wait/support/1/?step=2&visits=1&lang=ja",
        CallSid=call,
        **{"QueueTime": "25", "QueuePosition": "2", **params},
    )


def leave(twilio, call, result="leave"):
    return twilio.post(
        "/twilio/queue-exit/support/1/?step=2&visits=1&lang=ja",
        CallSid=call,
        QueueResult=result,
        QueueTime="30",
    )


@pytest.mark.usefixtures("_offers")
def test_call_back_is_noted_and_the_entry_says_so(twilio):
    call = sid()
    assert wait(twilio, call).verbs == ["Gather"]
    assert wait(twilio, call, Digits="1").verbs == ["Leave"]

    assert leave(twilio, call).verbs == ["Say", "Hangup"]

    assert [one[2] for one in stored()] == ["hold", "leave:callback", "goodbye"]
    entry = QueueEntry.objects.get()
    assert (entry.outcome, entry.overflow_reason) == ("overflowed", "callback")
    assert CallbackRequest.objects.get().caller == CALLER


@pytest.mark.usefixtures("_offers")
def test_message_is_taken_and_its_recording_known(twilio):
    call = sid()
    wait(twilio, call, Digits="2")

    assert leave(twilio, call).verbs == ["Say", "Record"]
    thanks = twilio.post(
        "/twilio/voicemail/support/1/?step=3&visits=1&lang=ja",
        CallSid=call,
        RecordingSid=RECORDING,
        RecordingUrl=URL,
        RecordingDuration="12",
        Digits="#",
    )
    assert thanks.verbs == ["Say", "Hangup"]
    done = twilio.post(
        "recording",
        CallSid=call,
        RecordingSid=RECORDING,
        RecordingUrl=URL,
        RecordingStatus="completed",
        RecordingDuration="12",
        RecordingSource="RecordVerb",
    )
    assert done.status_code == 204

    message = Voicemail.objects.get()
    assert (message.queue, message.visit, message.duration_seconds) == (
        "support",
        1,
        12,
    )
    assert Recording.objects.get().recording_sid == RECORDING
    entry = QueueEntry.objects.get()
    assert (entry.outcome, entry.overflow_reason) == ("overflowed", "voicemail")


@pytest.mark.usefixtures("_offers")
def test_whoever_waited_too_long_may_leave_a_message(twilio):
    call = sid()
    assert wait(twilio, call, QueueTime="600").verbs == ["Leave"]

    assert leave(twilio, call).verbs == ["Say", "Record"]
    assert QueueEntry.objects.get().overflow_reason == "max_wait"


@pytest.mark.usefixtures("_offers")
def test_without_a_database_a_message_can_be_left_at_least(twilio):
    call = sid()
    wait(twilio, call, Digits="1")

    with database_gone():
        assert leave(twilio, call).verbs == ["Say", "Record"]


@pytest.mark.usefixtures("_offers")
def test_why_is_that_of_this_visit_and_of_its_last_wait(twilio):
    call = sid()
    wait(twilio, call, Digits="1")
    twilio.post(
        "/twilio/wait/support/2/?step=4&visits=2&lang=ja",
        CallSid=call,
        QueueTime="5",
        Digits="2",
    )

    answer = twilio.post(
        "/twilio/queue-exit/support/2/?step=4&visits=2&lang=ja",
        CallSid=call,
        QueueResult="leave",
    )

    assert answer.verbs == ["Say", "Record"]


def test_menu_leads_to_voicemail_without_an_entry(twilio):
    install()
    MenuOption.objects.create(
        menu=Menu.objects.get(),
        input="7",
        action="voicemail",
        queue=Queue.objects.get(slug="support"),
    )
    current.forget()
    call = sid()
    twilio.post("incoming", CallSid=call)

    answer = twilio.post("/twilio/menu/main/?step=1&visits=0", CallSid=call, Digits="7")
    assert answer.verbs == ["Say", "Record"]
    twilio.post(
        "/twilio/voicemail/support/0/?step=2&visits=0&lang=ja",
        CallSid=call,
        RecordingSid=RECORDING,
        RecordingUrl=URL,
        RecordingDuration="4",
    )
    twilio.post("status", CallSid=call, CallStatus="completed", CallDuration="20")

    assert not QueueEntry.objects.exists()
    assert (Voicemail.objects.get().queue, Voicemail.objects.get().visit) == (
        "support",
        0,
    )
    assert Call.objects.get().outcome == "self_service"


def test_operator_is_announced_in_the_language_of_the_caller(twilio):
    install()
    call = sid()
    wait(twilio, call)
    twilio.post(
        "/twilio/wait/support/1/?step=2&visits=1&lang=en", CallSid=call, QueueTime="40"
    )

    answer = twilio.post(
        "/twilio/connect/?step=3&queue=support", CallSid=call, DequeingCallSid=sid()
    )

    assert answer.find("Say").get("language") == "en-US"


def test_blocked_caller_is_rejected_and_the_call_kept(twilio):
    install()
    BlockedNumber.objects.create(number=CALLER)
    current.forget()
    call = sid()

    assert twilio.post("incoming", CallSid=call).verbs == ["Reject"]
    twilio.post("status", CallSid=call, CallStatus="no-answer", CallDuration="0")

    assert Call.objects.get().outcome == "rejected"


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "This call is recorded"), ("ja", "録音させて")]
)
def test_caller_is_told_of_the_recording_in_the_language_of_the_call(
    twilio, lang, text
):
    install()
    call = sid()
    twilio.post(
        f"/twilio/wait/support/1/?step=2&visits=1&lang={lang}",
        CallSid=call,
        QueueTime="5",
    )

    answer = twilio.post(
        "/twilio/connect/?step=3&queue=support&rec=1",
        CallSid=call,
        DequeingCallSid=sid(),
    )

    assert answer.verbs == ["Say", "Say"]
    assert text in (answer.document[1].text or "")


def test_wait_is_estimated_by_the_answers_of_the_last_half_hour():
    now = timezone.now()

    def answer(minutes, queue="support"):
        at = now - timedelta(minutes=minutes)
        call = Call.objects.create(sid=sid(), kind="customer", started_at=at)
        QueueEntry.objects.create(
            call=call,
            visit=1,
            queue=queue,
            entered_at=at - timedelta(seconds=30),
            entered_quarter=0,
            target_seconds=20,
            left_at=at,
            wait_seconds=30,
            outcome="answered",
        )

    for minutes in (5, 20, 31):
        answer(minutes)
    answer(1, "sales")
    assert presence.estimated_wait("support", 1, now) is None

    answer(10)
    assert presence.estimated_wait("support", 1, now) == 600
    assert presence.estimated_wait("support", 3, now) == 1800
    # Nobody wants to hear it.
    assert presence.estimated_wait("support", 7, now) is None


def test_call_that_a_menu_has_passed_on_is_self_service_and_a_fallback_is_not(twilio):
    install()
    PhoneLine.objects.update(fallback_number="+81312345678")
    menu = Menu.objects.get()
    MenuOption.objects.create(
        menu=menu, input="7", action="number", number="+81312345678"
    )
    current.forget()
    passed, failed = sid(), sid()
    twilio.post("incoming", CallSid=passed)
    answer = twilio.post(
        "/twilio/menu/main/?step=1&visits=0", CallSid=passed, Digits="7"
    )
    assert answer.verbs == ["Say", "Dial"]
    twilio.post("incoming", CallSid=failed)
    assert twilio.post("fallback", CallSid=failed).verbs == ["Say", "Dial"]
    for call in (passed, failed):
        twilio.post("status", CallSid=call, CallStatus="completed", CallDuration="9")

    outcomes = dict(Call.objects.values_list("sid", "outcome"))
    assert (outcomes[passed], outcomes[failed]) == ("self_service", "failed")
