"""Events are committed in groups, and whoever waits too long goes without."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, DataError, OperationalError, connection

from callcenter import patience
from callcenter.events import writer as module
from callcenter.events.record import keep_all
from callcenter.events.writer import Writer, probe
from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import ring

# The thread has a connection of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept():
    """What the writer has said to be stored."""
    return []


@pytest.fixture
def writer(kept):
    one = Writer(kept.append)
    yield one
    one.stop(5)


@pytest.fixture
def groups(monkeypatch):
    """The sizes of the groups, the first of which takes until `go_on` is set."""
    sizes, go_on = [], threading.Event()

    def counted(events):
        sizes.append(len(events))
        if len(sizes) == 1:
            assert go_on.wait(5)
        return keep_all(events)

    monkeypatch.setattr(module, "keep_all", counted)
    return sizes, go_on


def test_event_that_comes_alone_is_stored_before_it_is_given(writer, kept):
    stored = writer.keep(ring(), 5)

    assert stored.is_new
    assert WebhookEvent.objects.get().pk == stored.event.pk
    assert writer.stop(5) is None
    assert kept == [stored]


def test_what_gathers_is_committed_together(writer, kept, groups):
    sizes, go_on = groups
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(writer.keep, ring(0, token="first"), 5)
        while not sizes:
            time.sleep(0.01)
        others = [
            pool.submit(writer.keep, ring(each, token=f"t{each % 7}"), 5)
            for each in range(8)
        ]
        while writer._waiting.qsize() < 8:
            time.sleep(0.01)
        go_on.set()

    assert first.result().is_new
    assert {other.result().event.token for other in others} == {
        f"t{each}" for each in range(7)
    }
    assert sizes == [1, 8]
    writer.stop(5)
    assert WebhookEvent.objects.count() == 8
    # Two copies of one request are one event, derived once.
    assert len(kept) == 8


def test_whoever_waits_too_long_goes_without_and_the_event_is_stored_later(
    writer, kept, groups
):
    _sizes, go_on = groups

    assert writer.keep(ring(), 0.05) is None

    go_on.set()
    writer.stop(5)
    assert WebhookEvent.objects.count() == 1
    assert len(kept) == 1


def test_event_of_nobody_who_waits_is_not_committed(writer, groups):
    sizes, go_on = groups
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(writer.keep, ring(0, token="first"), 5)
        while not sizes:
            time.sleep(0.01)
        # It is in the spool by then.
        assert writer.keep(ring(1, token="late"), 0.05) is None
        go_on.set()
        assert first.result()

    writer.stop(5)
    assert WebhookEvent.objects.get().token == "first"


def test_event_that_is_refused_harms_no_other(writer, monkeypatch, groups, caplog):
    sizes, go_on = groups
    with ThreadPoolExecutor(4) as pool:
        pool.submit(writer.keep, ring(0, token="first"), 5)
        while not sizes:
            time.sleep(0.01)
        wrong = ring(1, token="wrong")
        wrong.kind = None  # type: ignore[assignment]
        found = [
            pool.submit(writer.keep, one, 5)
            for one in (wrong, ring(2, token="a"), ring(3, token="b"))
        ]
        while writer._waiting.qsize() < 3:
            time.sleep(0.01)
        go_on.set()

    assert [one.result() is None for one in found] == [True, False, False]
    assert "an event is refused" in caplog.text


@pytest.mark.parametrize(
    "error",
    [OperationalError(2006, "Server has gone away"), DataError(1406), RuntimeError()],
)
def test_thread_goes_on_after_any_failure(writer, monkeypatch, error):
    def fail(_events):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(module, "keep_all", fail)
        assert writer.keep(ring(0, token="t1"), 5) is None

    assert writer.keep(ring(1, token="t2"), 5).is_new


def test_probe_writes_and_leaves_nothing():
    probe()

    assert not WebhookEvent.objects.exists()


def test_probe_fails_while_the_writer_is_stuck(groups):
    _sizes, go_on = groups
    module.start(lambda _kept: None)
    try:
        with patience.of_one_answer():
            assert module.keep(ring()) is None
        with pytest.raises(DatabaseError, match="still waits"):
            probe()
    finally:
        go_on.set()
        module.stop()


def test_without_patience_left_nothing_is_handed_to_the_writer(monkeypatch):
    monkeypatch.setattr(patience, "is_away", lambda: True)
    module.start(lambda _kept: None)
    try:
        assert module.keep(ring()) is None
    finally:
        module.stop()
    assert not WebhookEvent.objects.exists()


@pytest.mark.server
def test_table_that_is_locked_holds_nobody_up_for_long(writer):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLES callcenter_webhookevent WRITE")
        begun = time.monotonic()
        assert writer.keep(ring(0, token="t1"), 1.5) is None
        took = time.monotonic() - begun
        cursor.execute("UNLOCK TABLES")
    other.close()

    assert took < 2
    assert writer.keep(ring(1, token="t2"), 5).is_new
