"""A process that serves callers asks the database only from threads of its own."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from callcenter import patience
from callcenter.events import writer
from callcenter.events.spool import spool
from callcenter.flow import current
from callcenter.history import backlog
from callcenter.models import Call, WebhookEvent
from callcenter.tests.pins import PIN
from callcenter.tests.webhooks.installation import OPERATOR, install
from callcenter.upkeep import tidying
from callcenter.webhooks import serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _serving(twilio, monkeypatch):
    """What `serving.start` starts, but for the thread that tidies up."""
    monkeypatch.setattr(patience, "PROBED_EVERY_SECONDS", 0.05)
    install()
    current.current_plan()
    patience.start(writer.probe, threading.Event().set)
    backlog.start()
    writer.start(backlog.schedule)
    yield
    serving.stop()
    patience.stop()
    current.forget()


def refuse(*_args: object) -> None:
    raise AssertionError("an answer asks the database by itself")


@pytest.mark.usefixtures("_serving")
def test_no_step_of_a_call_asks_the_database_in_the_thread_that_answers(
    twilio, monkeypatch
):
    """Nor does an operator's who gives a PIN, wrong and right."""
    monkeypatch.setattr(current, "_is_kept_fresh", True)
    caller, operator = twilio.leg("+815012345678"), twilio.leg(OPERATOR)
    with connection.execute_wrapper(refuse):
        caller.rings()
        caller.presses("1")
        caller.waits(5)
        operator.rings()
        operator.is_redirected()
        operator.presses("0000")
        operator.presses(PIN)
        assert operator.answer.find("Queue").text == "support"
        caller.is_taken_by(operator, 9)
        # Its URL says nothing of the place in the call.
        twilio.post("menu/main", Digits="1", CallStatus="in-progress")
        assert caller.post("status", CallStatus="completed").status_code == 204

    assert twilio.client.get("/healthz").status_code == 200
    assert backlog.drain()
    assert WebhookEvent.objects.pending().count() == 0
    assert WebhookEvent.objects.count() >= 9
    assert Call.objects.count() >= 2


@pytest.mark.usefixtures("_serving")
def test_repeat_is_answered_as_it_was_first(twilio):
    first = twilio.post("menu/main", Digits="1", idempotency="t1")
    again = twilio.post("menu/main", Digits="2", idempotency="t1")

    assert again.verbs == first.verbs == ["Enqueue", "Say"]
    assert WebhookEvent.objects.count() == 1


@pytest.mark.usefixtures("_serving")
def test_while_the_database_is_away_events_go_to_the_spool_and_come_back(
    twilio, monkeypatch
):
    def gone(_events):
        raise OperationalError(2006, "Server has gone away")

    is_away = threading.Event()
    is_away.set()

    def probe():
        if is_away.is_set():
            raise OperationalError(2002, "Can't connect")

    back = threading.Event()
    patience.start(probe, back.set)
    monkeypatch.setattr(writer, "keep_all", gone)
    assert twilio.post("incoming").status_code == 200
    assert patience.is_away()
    monkeypatch.undo()
    # Nobody asks any more, though it would answer.
    assert twilio.post("menu/main", Digits="1").verbs == ["Enqueue", "Say"]
    assert twilio.client.get("/healthz").status_code == 503
    assert not WebhookEvent.objects.exists()

    is_away.clear()
    assert back.wait(5)
    assert serving._tidied(tidying.tidy)

    assert WebhookEvent.objects.count() == 2
    assert Call.objects.get().entry_count == 1
    assert twilio.client.get("/healthz").status_code == 200


def test_what_a_killed_process_left_pending_is_derived_at_the_start(twilio):
    install()
    for event in ("incoming", "menu/main"):
        twilio.post(event)
    WebhookEvent.objects.update(derived_at=None)
    Call.objects.all().delete()

    assert tidying.tidy()

    assert WebhookEvent.objects.pending().count() == 0
    assert Call.objects.count() == 1


def test_what_was_tried_in_vain_waits_for_the_look_at_all_that_is_pending(twilio):
    install()
    twilio.post("incoming")
    long_ago = timezone.now() - timedelta(minutes=5)
    WebhookEvent.objects.update(
        received_at=long_ago, derived_at=None, derivation_error="ValueError: a bug"
    )

    assert tidying.tidy_again()
    assert WebhookEvent.objects.pending().count() == 1

    assert tidying.tidy()
    assert WebhookEvent.objects.pending().count() == 0


def test_only_one_process_tidies_at_a_time():
    with tidying._turn() as is_ours:
        assert is_ours
        assert tidying.tidy() is False
    assert tidying.tidy() is True


def test_process_that_ends_leaves_its_spool_to_others(twilio):
    spool.prepare()
    serving.stop()

    assert tidying.tidy()
