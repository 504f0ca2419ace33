"""The worker goes on whatever fails, and says so once."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from callcenter import jobs, worker
from callcenter.events.spool import Spool
from callcenter.jobs import Job
from callcenter.models import Call, WorkerJob, WorkerProcess
from callcenter.tests.sample_events import CALLER, choose, end, leave, ring
from callcenter.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_queue(tmp_path, settings):
    settings.SPOOL_DIR = tmp_path / "spool"
    jobs.queue.cache_clear()
    yield
    jobs.queue.cache_clear()


def leave_in_the_spool():
    spool = Spool()
    for event in (ring(), choose(5), leave(65, "hangup", 60), end(66)):
        assert spool.append(event)
    spool.close()


def test_a_step_loads_what_an_outage_has_left():
    leave_in_the_spool()

    Worker().step()

    assert Call.objects.get(sid=CALLER).outcome == "abandoned"


def test_while_the_database_is_away_the_worker_says_so_once_and_then_goes_on(
    monkeypatch, caplog
):
    def gone(*_args):
        raise OperationalError(2006, "Server has gone away")

    leave_in_the_spool()
    working = Worker()
    with monkeypatch.context() as broken:
        broken.setattr(worker, "tidy", gone)
        for _ in range(3):
            working.step()
    assert [each.message for each in caplog.records if "worker" in each.name] == [
        "the worker cannot go on: (2006, 'Server has gone away')"
    ]

    working.step()

    assert "the worker goes on" in caplog.text
    assert Call.objects.count() == 1


def test_a_worker_shows_that_it_lives_and_that_it_has_stopped(monkeypatch):
    monkeypatch.setattr(worker, "TIDIED_EVERY_SECONDS", 0.01)
    long_ago = timezone.now() - timedelta(days=8)
    WorkerProcess.objects.create(name="cc9:1", started_at=long_ago, seen_at=long_ago)
    WorkerJob.objects.create(
        name="long", holder=jobs.own_name(), held_until=timezone.now()
    )
    stop = threading.Event()
    working = Worker()
    thread = threading.Thread(target=working.work, args=(stop,))
    thread.start()
    try:
        assert wait_for(lambda: WorkerProcess.objects.filter(stopped_at=None).count())
        assert wait_for(lambda: working.passes > 1)
    finally:
        stop.set()
        thread.join()

    process = WorkerProcess.objects.get()
    assert process.name == jobs.own_name()
    assert process.stopped_at
    assert process.stopped_at >= process.seen_at >= process.started_at
    # Another worker may do what it could not end.
    assert WorkerJob.objects.get(name="long").held_until is None


def test_no_statement_of_a_job_waits_for_ever_for_a_database_that_hangs(monkeypatch):
    found: list[object] = []
    job = Job("look", "Look", lambda: found.append(limit_of_this_thread()))
    monkeypatch.setattr(jobs, "all_jobs", lambda: (job,))
    jobs.ask_soon("look")
    stop = threading.Event()
    thread = threading.Thread(target=Worker().work, args=(stop,))
    thread.start()
    try:
        assert wait_for(lambda: found)
    finally:
        stop.set()
        thread.join()

    # SQLite is a file: nothing of it hangs, and the usual wait for its lock stays.
    is_file = connection.vendor == "sqlite"
    assert found[0] == (None if is_file else worker.JOB_STATEMENT_SECONDS)


def test_a_job_of_every_day_waits_for_the_database_and_for_a_thread(monkeypatch):
    def gone(_name):
        raise OperationalError(2006, "Server has gone away")

    often = Job("often", "Often", lambda: None)
    daily = Job("daily", "Daily", lambda: None, minute="5", hour="3")
    monkeypatch.setattr(jobs, "all_jobs", lambda: (often, daily))
    monkeypatch.setattr(jobs, "_claim", gone)
    huey = jobs.queue().huey
    for task in huey._registry.periodic_tasks:
        huey.execute(task)

    # The next time of the other one is a minute away.
    again = huey.dequeue()
    assert again.args == ("daily",)
    # Not while its row may still be held by this try.
    assert again.eta > datetime.now() + jobs.HELD_FOR  # noqa: DTZ005
    assert huey.pending_count() == 0
    lasts = {task.name: task.expires for task in huey._registry.periodic_tasks}
    assert lasts["often"] < 60 < 1000 < lasts["daily"]


def limit_of_this_thread():
    return connection.settings_dict["OPTIONS"].get("read_timeout")


def test_a_worker_ends_with_the_process_that_started_it():
    with pytest.raises(CommandError, match="Process 1 has not started"):
        call_command("worker", parent=1)


def test_a_worker_without_tables_says_so_once_and_stops_when_it_is_asked(tmp_path):
    path = tmp_path / "empty.sqlite3"
    sqlite3.connect(path).close()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=configured.BASE_DIR,
        env={
            "PATH": "",
            "SECRET_KEY": "for-this-test-only",
            "DATABASE_URL": f"sqlite:///{path}",
            "SPOOL_DIR": str(tmp_path / "another"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        first = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        said, errors = process.communicate(timeout=15)
    finally:
        process.kill()
    assert "the worker cannot go on: no such table" in first
    assert "Traceback" not in errors
    assert said.startswith("The worker stops after 0:00:0")
    assert process.returncode == 0


def wait_for(condition, seconds=5.0):
    """Whether the condition comes true in that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
