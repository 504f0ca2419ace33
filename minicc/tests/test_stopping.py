"""A server that is told to stop answers what it was asked, and ends in time."""

import http.client
import os
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from callcenter.tests.twilio_client import signature, voice_form
from minicc.tests import sites


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Path:
    """The database that each server gets a copy of."""
    database: Path = tmp_path_factory.mktemp("installation") / "minicc.sqlite3"
    sites.install(database)
    return database


@pytest.fixture
def running(installation, tmp_path):
    """A database, and a server of it as docs/deploy.md runs it."""
    database = tmp_path / "minicc.sqlite3"
    shutil.copy(installation, database)
    options = ("--workers-kill-timeout", "8", "--respawn-failed-workers")
    with sites.process(database, tmp_path, *options) as (base, process):
        yield database, base, process


def post(base: str, path: str, **params: str) -> int:
    form = voice_form() | params
    signed = signature(base + path, form, sites.TOKEN)
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    connection.request(
        "POST",
        path,
        urlencode(form),
        {"Content-Type": sites.FORM_TYPE, "X-Twilio-Signature": signed},
    )
    with closing(connection):
        return connection.getresponse().status


def test_request_under_way_is_answered_before_the_server_ends(running):
    database, base, process = running
    assert post(base, "/twilio/incoming/") == 200
    answers: list[int] = []
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        # Whoever has to write waits for this one.
        other.execute("BEGIN IMMEDIATE")
        asked = threading.Thread(
            target=lambda: answers.append(post(base, "/twilio/status/"))
        )
        asked.start()
        # Within the patience of an answer, after which the event is in the spool.
        time.sleep(0.5)
        begun = time.monotonic()
        process.terminate()
        time.sleep(0.2)
        assert answers == []
        other.execute("ROLLBACK")
        asked.join(20)
        process.wait(20)

    assert answers == [204]
    assert time.monotonic() - begun < 10
    with closing(sqlite3.connect(database)) as after:
        rows = after.execute(
            "SELECT kind, derived_at IS NULL FROM callcenter_webhookevent"
        ).fetchall()
    # Both are in the history, too, and nothing is left to be loaded.
    assert sorted(rows) == [("incoming", 0), ("status", 0)]
    assert [*database.with_name("spool").glob("events-*")] == []


def test_server_that_waits_for_nobody_ends_at_once(running):
    _database, _base, process = running
    begun = time.monotonic()

    process.terminate()
    process.wait(20)

    assert time.monotonic() - begun < 10


def test_worker_that_was_killed_is_replaced(running):
    _database, base, process = running
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    assert children.split()
    for child in children.split():
        os.kill(int(child), signal.SIGKILL)

    deadline = time.monotonic() + 20
    status = 0
    while status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
        try:
            status = post(base, "/twilio/incoming/")
        except OSError:
            continue
    assert status == 200
