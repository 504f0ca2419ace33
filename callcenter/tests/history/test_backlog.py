"""An event is derived before its answer, or under load soon after it."""

import threading

import pytest
from django.db import OperationalError

from callcenter.events.record import Kept
from callcenter.history import backlog, store
from callcenter.history.backlog import drain
from callcenter.models import Call, WebhookEvent
from callcenter.tests.receive import keep
from callcenter.tests.sample_events import (
    CALLER,
    OTHER_CALLER,
    choose,
    end,
    leave,
    ring,
)

# All other tests derive at once: a fixture for all tests replaces it.
schedule = backlog.schedule

CALL = [ring(), choose(5), leave(65, "hangup", 60), end(66)]


def kept(event: WebhookEvent) -> Kept:
    (stored,) = keep(event)
    return stored


@pytest.mark.django_db
def test_an_event_that_comes_alone_is_derived_at_once():
    schedule(kept(ring()))

    assert WebhookEvent.objects.pending().count() == 0
    assert Call.objects.get().ivr_step_count == 1


@pytest.mark.django_db(transaction=True)
def test_while_another_is_deriving_a_thread_derives_events_each_call_once(
    monkeypatch,
):
    derived: list[str] = []
    real, is_deriving, go_on = store.rebuild, threading.Event(), threading.Event()

    def slow(kept, **_):
        is_deriving.set()
        assert go_on.wait(5)

    def counted(sids, **options):
        derived.extend(sids)
        real(sids, **options)

    monkeypatch.setattr(store, "derive_event", slow)
    monkeypatch.setattr(store, "rebuild", counted)
    busy = threading.Thread(target=schedule, args=[kept(ring(sid=OTHER_CALLER))])
    busy.start()
    assert is_deriving.wait(5)

    for event in CALL:
        schedule(kept(event))
    assert WebhookEvent.objects.pending().count() == 5
    go_on.set()
    busy.join()

    assert drain()
    assert derived == [CALLER]
    assert Call.objects.get(sid=CALLER).outcome == "abandoned"
    assert WebhookEvent.objects.pending().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_fails_stays_pending_and_the_thread_goes_on(monkeypatch, caplog):
    def gone(_kept):
        raise OperationalError(2006, "Server has gone away")

    with monkeypatch.context() as patched:
        patched.setattr(store, "derive_events", gone)
        with backlog._turn:
            schedule(kept(ring()))
        assert drain()
    assert "1 events are derived later" in caplog.text
    assert WebhookEvent.objects.pending().count() == 1

    with backlog._turn:
        schedule(kept(choose(5)))
    assert drain()

    assert Call.objects.get().entry_count == 1
