"""Regular jobs: one worker does each, and its row says what became of it."""

import os
import pickle
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from callcenter import jobs
from callcenter.jobs import Job
from callcenter.models import WorkerJob

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_queue(tmp_path, settings):
    settings.SPOOL_DIR = tmp_path / "spool"
    jobs.queue.cache_clear()
    yield
    jobs.queue.cache_clear()


def test_a_job_is_done_and_its_row_says_when():
    done = []
    began = timezone.now()

    assert jobs.run(Job("sweep", "Sweep", lambda: done.append(1)))

    row = WorkerJob.objects.get(name="sweep")
    assert done == [1]
    assert row.started_at
    assert row.done_at
    assert began <= row.started_at <= row.done_at <= timezone.now()
    assert (row.held_until, row.failed_at, row.error) == (None, None, "")


def test_a_job_that_fails_says_why_until_it_goes_well():
    def work():
        if not mended:
            raise ValueError("no broom")

    mended = []
    job = Job("sweep", "Sweep", work)
    assert not jobs.run(job)
    row = WorkerJob.objects.get()
    assert (row.error, row.done_at, row.held_until) == (
        "ValueError: no broom",
        None,
        None,
    )
    assert row.failed_at

    mended.append(True)
    assert jobs.run(job)
    row = WorkerJob.objects.get()
    assert (row.error, row.failed_at) == ("", None)
    assert row.done_at


def test_what_another_worker_does_is_left_to_it_while_it_lives():
    done = []
    job = Job("sweep", "Sweep", lambda: done.append(1))
    now = timezone.now()
    WorkerJob.objects.create(
        name="sweep", holder="cc2:1", held_until=now + timedelta(minutes=1)
    )
    assert not jobs.run(job)
    assert not done

    # It was killed: nobody prolongs what it held.
    WorkerJob.objects.update(held_until=now - timedelta(seconds=1))
    assert jobs.run(job)
    assert done == [1]


def test_a_worker_prolongs_and_gives_back_only_what_is_its_own(monkeypatch):
    monkeypatch.setattr(jobs, "_under_way", {"mine", "theirs"})
    now = timezone.now()
    soon = now + timedelta(seconds=1)
    for name, holder in (("mine", jobs.own_name()), ("theirs", "cc2:1")):
        WorkerJob.objects.create(name=name, holder=holder, held_until=soon)

    jobs.prolong()
    mine, theirs = WorkerJob.objects.order_by("name")
    assert mine.held_until
    assert mine.held_until > now + jobs.HELD_FOR / 2
    assert theirs.held_until == soon

    jobs.give_back()
    mine, theirs = WorkerJob.objects.order_by("name")
    assert mine.held_until is None
    assert theirs.held_until == soon


def test_a_job_that_the_database_left_in_the_middle_is_free_again(monkeypatch):
    def gone(*_args, **_changes):
        raise OperationalError("gone away")

    with monkeypatch.context() as away:
        away.setattr(jobs, "_let_go", gone)
        with pytest.raises(OperationalError):
            jobs.run(Job("sweep", "Sweep", lambda: None))
    held_until = WorkerJob.objects.get().held_until
    assert held_until

    # The worker lives, and does not hold for ever what it does no more.
    jobs.prolong()

    assert WorkerJob.objects.get().held_until == held_until


def test_a_job_is_not_begun_twice_although_its_worker_could_not_prolong_it():
    done, again = [], []

    def work():
        done.append(1)
        if len(done) == 1:
            # As after an outage: another thread of this worker finds the row free.
            WorkerJob.objects.update(held_until=timezone.now() - timedelta(seconds=1))
            again.append(jobs.run(job))
            assert WorkerJob.objects.get().done_at is None

    job = Job("sweep", "Sweep", work)

    assert jobs.run(job)
    assert (done, again) == ([1], [False])
    assert jobs.run(job)


def test_a_job_that_is_off_leaves_no_trace():
    job = Job("sweep", "Sweep", lambda: None, is_on=lambda: False)

    assert not jobs.run(job)
    assert not WorkerJob.objects.exists()


def test_a_job_that_is_asked_for_waits_in_a_file_that_only_we_can_read(settings):
    jobs.ask_soon("count-intervals")

    path = settings.SPOOL_DIR / jobs.QUEUE_FILE
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    huey = jobs.queue().huey
    task = huey.dequeue()
    assert task.args == ("count-intervals",)


def test_two_that_make_the_queue_at_once_lose_nothing_that_is_in_it(monkeypatch):
    jobs.ask_soon("count-intervals")
    jobs.queue.cache_clear()
    with monkeypatch.context() as earlier:
        # So it looked to the other one, before this one made it.
        earlier.setattr(Path, "exists", lambda _path: False)
        huey = jobs.queue().huey

    assert huey.dequeue().args == ("count-intervals",)


def test_nothing_happens_where_the_folder_cannot_be_written(settings, tmp_path, caplog):
    settings.SPOOL_DIR = tmp_path / "file"
    settings.SPOOL_DIR.write_text("")

    jobs.ask_soon("count-intervals")

    assert "could not be asked" in caplog.text


def test_what_others_wrote_into_the_queue_is_not_obeyed(settings):
    huey = jobs.queue().huey
    huey.storage.enqueue(pickle.dumps((os.system, "false")))

    with pytest.raises(ValueError, match="not found"):
        huey.dequeue()


def test_each_regular_job_has_a_name_and_a_time_of_its_own():
    names = [job.name for job in jobs.all_jobs()]
    assert len(names) == len(set(names)) > 2
    # Those of callcenter and of reports.
    assert {"prune-events", "count-intervals"} <= set(names)
    assert len(jobs.queue().huey._registry.periodic_tasks) == len(names)


def test_damaged_queue_is_set_aside_and_begun_anew(settings, caplog):
    settings.SPOOL_DIR.mkdir()
    file = settings.SPOOL_DIR / jobs.QUEUE_FILE
    file.write_bytes(b"no database" * 500)

    jobs.ask_soon("count-intervals")

    assert jobs.queue().huey.dequeue().args == ("count-intervals",)
    assert Path(f"{file}.damaged").read_bytes() == b"no database" * 500
    assert "begins anew" in caplog.text


def test_queue_that_cannot_be_written_is_an_error_of_a_file(settings):
    (settings.SPOOL_DIR / jobs.QUEUE_FILE).mkdir(parents=True)

    with pytest.raises(OSError, match=r"worker\.sqlite3"):
        jobs.queue()
