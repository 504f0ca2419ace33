"""An event is derived at once, or in a serving process soon after its answer."""

import threading

import pytest
from django.db import OperationalError

from callcenter.events.record import Kept
from callcenter.history import backlog, store
from callcenter.history.backlog import drain, schedule
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

CALL = [ring(), choose(5), leave(65, "hangup", 60), end(66)]


@pytest.fixture
def _thread():
    """What a serving process has."""
    backlog.start()
    yield
    backlog.stop()


def kept(event: WebhookEvent) -> Kept:
    (stored,) = keep(event)
    return stored


@pytest.mark.django_db
def test_without_a_thread_an_event_is_derived_at_once():
    schedule(kept(ring()))

    assert WebhookEvent.objects.pending().count() == 0
    assert Call.objects.get().ivr_step_count == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_thread")
def test_thread_derives_what_has_gathered_each_call_once(monkeypatch):
    derived: list[str] = []
    real, is_deriving, go_on = store.derive_events, threading.Event(), threading.Event()

    def slow_at_first(batch, **_):
        monkeypatch.setattr(store, "derive_events", real)
        is_deriving.set()
        assert go_on.wait(5)

    def counted(sids, **options):
        derived.extend(sids)
        return rebuild(sids, **options)

    rebuild = store.rebuild
    monkeypatch.setattr(store, "derive_events", slow_at_first)
    monkeypatch.setattr(store, "rebuild", counted)
    schedule(kept(ring(sid=OTHER_CALLER)))
    assert is_deriving.wait(5)

    for event in CALL:
        schedule(kept(event))
    assert WebhookEvent.objects.pending().count() == 5
    go_on.set()

    assert drain()
    assert derived == [CALLER]
    assert Call.objects.get(sid=CALLER).outcome == "abandoned"
    assert WebhookEvent.objects.pending().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_thread")
def test_batch_that_fails_stays_pending_and_the_thread_goes_on(monkeypatch, caplog):
    def gone(_kept):
        raise OperationalError(2006, "Server has gone away")

    with monkeypatch.context() as patched:
        patched.setattr(store, "derive_events", gone)
        schedule(kept(ring()))
        assert drain()
    assert "1 events are derived later: (2006" in caplog.text
    assert WebhookEvent.objects.pending().count() == 1

    schedule(kept(choose(5)))
    assert drain()

    assert Call.objects.get().entry_count == 1


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_derived_before_the_process_ends():
    backlog.start()
    for event in CALL:
        schedule(kept(event))

    backlog.stop()

    assert WebhookEvent.objects.pending().count() == 0


@pytest.mark.django_db
def test_more_than_can_wait_stays_pending(monkeypatch):
    monkeypatch.setattr(backlog, "MOST_WAITING", 0)
    backlog.start()
    schedule(kept(ring()))
    backlog.stop()

    assert WebhookEvent.objects.pending().count() == 1
