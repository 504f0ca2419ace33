"""One bounded wait for the database, and nobody who asks it while it is away."""

import threading
import time

import pytest
from django.db import Error, OperationalError, ProgrammingError, connection

from callcenter import patience
from callcenter.patience import ask, is_away, is_outage

pytestmark = pytest.mark.django_db(transaction=True)


class Database:
    """What the probe and the look-ups of a test find."""

    def __init__(self) -> None:
        self.is_well = False
        self.was_back = threading.Event()
        self.probed = 0

    def probe(self) -> None:
        self.probed += 1
        if not self.is_well:
            raise OperationalError(2002, "Can't connect")


@pytest.fixture
def database(monkeypatch):
    """A serving process, which probes every few milliseconds."""
    monkeypatch.setattr(patience, "PROBED_EVERY_SECONDS", 0.02)
    one = Database()
    patience.start(one.probe, one.was_back.set)
    yield one
    one.is_well = True
    if is_away():
        assert one.was_back.wait(5)
    patience.stop()


def gone() -> None:
    raise OperationalError(2013, "Lost connection")


def test_answer_is_what_the_work_finds(database):
    assert ask(lambda: 7, None) == 7


def test_work_is_done_in_another_thread_so_that_nobody_waits_longer(database):
    is_over = threading.Event()
    begun = time.monotonic()
    with patience.of_one_answer():
        first = ask(lambda: is_over.wait(10), "unknown")
        second = ask(lambda: 7, "unknown")

    took = time.monotonic() - begun
    is_over.set()
    assert (first, second) == ("unknown", "unknown")
    assert patience.PATIENCE_SECONDS <= took < patience.PATIENCE_SECONDS + 1


@pytest.mark.parametrize("work", [lambda: time.sleep(0.2), gone])
def test_what_may_take_long_says_nothing_of_the_database(database, monkeypatch, work):
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.1)

    assert ask(work, "unknown", may_give_up=False) == "unknown"

    assert not is_away()


def test_two_questions_of_an_answer_share_its_patience(database, monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.3)
    with patience.of_one_answer():
        assert ask(lambda: time.sleep(0.2), "unknown") is None
        assert patience.left() < 0.15
        assert ask(lambda: time.sleep(0.2), "unknown") == "unknown"


def test_first_failure_ends_the_asking_until_a_write_succeeds(database, caplog):
    assert ask(gone, "unknown") == "unknown"
    assert is_away()
    assert ask(lambda: 7, "unknown") == "unknown"

    while database.probed < 3:
        time.sleep(0.01)
    assert is_away()
    database.is_well = True

    assert database.was_back.wait(5)
    assert not is_away()
    assert ask(lambda: 7, None) == 7
    said = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert len(said) == 2
    assert said[0].startswith("the database is away")
    assert said[1].startswith("the database is back after")


def test_log_says_once_a_minute_that_it_is_still_away(database, caplog, monkeypatch):
    monkeypatch.setattr(patience, "SAID_EVERY_SECONDS", 0.1)
    ask(gone, None)
    while "is away for" not in caplog.text:
        time.sleep(0.01)

    assert "Traceback" not in caplog.text
    assert len(caplog.records) < database.probed


def test_probe_that_fails_by_a_bug_goes_on(database):
    def bug() -> None:
        database.probed += 1
        if database.probed < 3:
            raise RuntimeError("a bug of ours")

    patience.start(bug, database.was_back.set)
    ask(gone, None)

    assert database.was_back.wait(5)


def test_wrong_question_is_no_outage(database, caplog):
    def wrong() -> None:
        raise ProgrammingError(1146, "no such table")

    assert ask(wrong, "unknown") == "unknown"
    assert not is_away()


def test_work_for_later_is_done_unless_the_database_is_away(database):
    done = threading.Event()
    patience.later(done.set)
    assert done.wait(5)

    ask(gone, None)
    done.clear()
    patience.later(done.set)
    assert not done.wait(0.1)


def test_other_processes_ask_at_once_and_go_on_asking():
    assert ask(threading.get_ident, None) == threading.get_ident()
    assert ask(gone, "unknown") == "unknown"
    assert not is_away()
    assert ask(lambda: 7, None) == 7


def test_what_is_an_outage():
    assert is_outage(OperationalError(1290, "read-only"))
    assert not is_outage(ProgrammingError(1146))
    assert not is_outage(ValueError())
    assert issubclass(OperationalError, Error)


def test_statements_of_our_threads_end_soon(monkeypatch):
    found = {}

    def look() -> None:
        patience.give_up_statements_soon(2)
        found.update(connection.settings_dict["OPTIONS"])

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    if connection.vendor == "sqlite":
        assert found["timeout"] == 1
    else:
        assert (found["read_timeout"], found["write_timeout"]) == (2, 2)
        assert found["init_command"].endswith("lock_wait_timeout=1")
    # Reports of the same process may run long.
    assert "read_timeout" not in connection.settings_dict["OPTIONS"]
