"""A server keeps serving callers while its database is away, and loses nothing."""

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from minicc.tests import sites
from minicc.tests.test_stopping import post

# The file of SQLite is all that these servers have, whatever the tests run on.
pytestmark = pytest.mark.once

OPTIONS = ("--workers-kill-timeout", "8", "--respawn-failed-workers")
# What an answer may take that waits for the database in vain; and one that does not.
FIRST_SECONDS, LATER_SECONDS = 3.0, 1.0


@pytest.fixture
def served(tmp_path):
    """A database, a server of it, and its address."""
    database = tmp_path / "minicc.sqlite3"
    sites.install(database)
    with sites.process(database, tmp_path, *OPTIONS) as (base, process):
        assert post(base, "/twilio/incoming/") == 200
        yield database, base, process


def timed(base: str, path: str, **params: str) -> float:
    """How many seconds an answer takes, which has to be a good one."""
    begun = time.monotonic()
    assert post(base, path, **params) in (200, 204)
    return time.monotonic() - begun


def statuses(database: Path) -> int:
    with closing(sqlite3.connect(database, timeout=30)) as look:
        sql = (
            "SELECT COUNT(*) FROM callcenter_webhookevent"
            " WHERE kind = 'status' AND derived_at IS NOT NULL"
        )
        return int(look.execute(sql).fetchone()[0])


def wait_for(database: Path, count: int) -> None:
    """Wait until so many ends of calls are in the history."""
    deadline = time.monotonic() + 30
    while statuses(database) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    assert statuses(database) == count


def test_callers_are_served_while_the_database_is_locked(served):
    database, base, _process = served
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = timed(base, "/twilio/status/", CallDuration="1")
        later = max(
            timed(base, "/twilio/status/", CallDuration=str(number))
            for number in range(2, 12)
        )
        other.execute("ROLLBACK")

    assert first < FIRST_SECONDS
    assert later < LATER_SECONDS
    wait_for(database, 11)
    spool = database.with_name("spool")
    assert [path for path in spool.glob("events-*") if path.stat().st_size] == []


def test_what_a_killed_process_had_in_its_spool_is_loaded_by_the_next(served):
    database, base, process = served
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(1, 6):
            assert post(base, "/twilio/status/", CallDuration=str(number)) == 204
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for child in children.read_text().split():
            os.kill(int(child), signal.SIGKILL)
        other.execute("ROLLBACK")

    wait_for(database, 5)


def test_server_that_is_told_to_reload_answers_every_request(served):
    database, base, process = served
    answers: list[int] = []
    is_over = threading.Event()

    def keep_asking() -> None:
        while not is_over.is_set():
            number = len(answers) + 1
            answers.append(post(base, "/twilio/status/", CallDuration=str(number)))

    asking = threading.Thread(target=keep_asking)
    asking.start()
    time.sleep(1)
    process.send_signal(signal.SIGHUP)
    time.sleep(6)
    is_over.set()
    asking.join()

    assert set(answers) == {204}
    wait_for(database, len(answers))
