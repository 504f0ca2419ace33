"""Large exports that are interrupted or given up, and when their files go."""

import errno
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from callcenter.models import AccessRecord, WorkerProcess
from callcenter.upkeep import forgetting_texts
from callcenter.upkeep.forgetting import forget_caller
from reports.export import background, wanted, writing
from reports.models import ExportAudit, ExportJob
from reports.prepared.work import wanted_of, write_exports
from reports.tests.admin import rows
from reports.tests.prepared.asking import CALLS, ask, fetched, files, page, read

pytestmark = pytest.mark.django_db


class FullDisk:
    """A file of which the disk takes no more."""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        self._path.write_bytes(b"begun")
        return self

    def __exit__(self, *_):
        pass

    def write(self, _piece):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_is_said_and_the_next_file_is_written(
    admin_client, calls, monkeypatch
):
    job = ask(admin_client, q="5671")
    with monkeypatch.context() as patched:
        patched.setattr(writing, "write_bytes", FullDisk)
        write_exports()
    assert "disk for prepared files is full" in page(admin_client, job)
    assert files() == []
    assert ExportAudit.objects.get().state == "interrupted"

    again = ask(admin_client, q="5671")
    write_exports()
    assert again.pk != job.pk
    assert read(fetched(admin_client, again))


@pytest.mark.parametrize("stands_there", ["file", "link"])
def test_folder_that_cannot_be_written_is_said_and_ends_the_job(
    admin_client, calls, stands_there
):
    job = ask(admin_client, q="5671")
    place = background.folder()
    place.parent.mkdir(parents=True, exist_ok=True)
    if stands_there == "file":
        place.write_text("no folder")
    else:
        place.symlink_to("/proc/nowhere")

    write_exports()

    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "not-written")


def test_interrupted_file_begins_again_and_no_half_of_it_is_offered(
    admin_client, calls, monkeypatch
):
    job = ask(admin_client, q="+81312345671")

    def killed(*_):
        raise OperationalError("server has gone away")

    with monkeypatch.context() as patched:
        patched.setattr(writing, "begin", killed)
        with pytest.raises(OperationalError):
            write_exports()
    job.refresh_from_db()
    assert job.state == "running"
    assert "Download" not in page(admin_client, job)

    write_exports()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.rows_done) == ("ready", 2, 1)
    # What was searched for is kept no longer than needed.
    assert "q=********5671" in unquote(job.query)
    assert files() == [job.file]


def test_cancelled_while_it_is_written_it_is_given_up(admin_client, calls, monkeypatch):
    """A worker whose job another has taken stops, too: the row is not its own."""
    job = ask(admin_client)
    original = wanted.begin

    def cancelling(*arguments):
        admin_client.post(reverse("admin:prepared_file", args=[job.pk]))
        return original(*arguments)

    monkeypatch.setattr(writing, "begin", cancelling)
    write_exports()

    job.refresh_from_db()
    assert job.state == "removed"
    assert files() == []


def test_files_go_after_a_day_with_the_account_and_all_at_once(exporter, calls):
    client, user = exporter
    job = ask(client)
    write_exports()
    background.remove_old()
    assert files() == [ExportJob.objects.get().file]

    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        background.remove_old()
        client.force_login(user)
        assert "has been removed" in fetched(client, job).content.decode()
    assert files() == []

    job = ask(client, q="5671")
    write_exports()
    assert background.remove_all_files() == 1
    assert files() == []
    assert "has been removed" in page(client, job)

    job = ask(client)
    write_exports()
    User.objects.filter(pk=user.pk).update(is_active=False)
    background.remove_old()
    assert files() == []
    job.refresh_from_db()
    assert job.state == "removed"
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        background.remove_old()
    assert not ExportJob.objects.exists()


def test_file_whose_account_was_deleted_is_found_and_removed(exporter, calls):
    client, user = exporter
    ask(client)
    write_exports()
    user.delete()

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        background.remove_old()

    assert files() == []


def test_what_is_being_written_begins_again_where_all_files_are_removed(
    admin_client, calls
):
    job = ask(admin_client)
    ExportJob.objects.update(state="running", attempt=1)

    background.remove_all_files()

    job.refresh_from_db()
    assert (job.state, job.attempt) == ("waiting", 2)
    write_exports()
    job.refresh_from_db()
    assert job.state == "ready"


def test_no_file_is_offered_that_became_ready_while_all_were_removed(
    admin_client, calls, monkeypatch
):
    job = ask(admin_client)
    write_exports()
    ready = ExportJob.objects.filter(state="ready")
    ready.update(state="running")
    remove = background.remove

    def and_then_it_is_ready(found):
        removed = remove(found)
        ExportJob.objects.filter(state="running").update(state="ready")
        return removed

    monkeypatch.setattr(background, "remove", and_then_it_is_ready)
    background.remove_all_files()

    assert files() == []
    assert not ready.exists()
    monkeypatch.undo()
    write_exports()
    assert files() == [ExportJob.objects.get(pk=job.pk).file]


def test_file_that_goes_while_old_ones_are_looked_for_does_no_harm(monkeypatch):
    gone = background.folder() / "1-1.part"
    monkeypatch.setattr(background, "_files", lambda: [gone])

    background.remove_old()


def test_files_go_when_a_caller_is_forgotten(admin_client, calls):
    job = ask(admin_client)
    write_exports()

    call_command("forget_caller", "+81312345671", "--yes")

    assert files() == []
    job.refresh_from_db()
    assert job.state == "removed"


def test_files_go_also_when_the_forgetting_is_stopped_or_was_killed(
    admin_client, calls, monkeypatch
):
    def stop(*_args, **_options):
        raise KeyboardInterrupt

    ask(admin_client)
    write_exports()
    with monkeypatch.context() as patched:
        patched.setattr(forgetting_texts, "forget_in_tables", stop)
        with pytest.raises(KeyboardInterrupt):
            forget_caller("+81312345671", really=True, by="hana")
    assert files() == []
    assert AccessRecord.objects.get(kind="caller-forgotten").username == "hana"

    # Killed after the last number was gone, and before the files were.
    ask(admin_client)
    write_exports()
    forget_caller("+81312345671", really=True)
    ask(admin_client)
    write_exports()
    assert forget_caller("+81312345671", really=True).files == 1
    assert files() == []


def test_without_a_worker_the_page_says_so_and_offers_the_file_itself(
    admin_client, calls
):
    job = ask(admin_client, q="5671", numbers="e164")
    later = timezone.now() + timedelta(minutes=2)
    assert "not running" not in page(admin_client, job)

    with time_machine.travel(later):
        text = page(admin_client, job)
        assert "The worker is not running" in text
        WorkerProcess.objects.create(name="cc:1", started_at=later, seen_at=later)
        assert "not running" not in page(admin_client, job)

    url = f"{CALLS}?q=5671&amp;numbers=e164&amp;at_once=1"
    assert url in text
    assert read(admin_client.get(url.replace("&amp;", "&")))


def test_file_that_is_on_another_host_is_a_sentence(admin_client, calls):
    job = ask(admin_client)
    write_exports()
    (background.folder() / files()[0]).unlink()

    assert "must share its SPOOL_DIR" in fetched(admin_client, job).content.decode()


def test_job_of_a_list_is_made_again_with_its_filter(admin_client, calls):
    rows.make_call(outcome="abandoned")
    job = ask(admin_client, outcome__exact="answered")

    found = wanted_of(job)

    assert (found.subject, found.query) == (
        "callcenter.call",
        "outcome__exact=answered",
    )
    assert found.count() == 3
    assert wanted.MOST_STREAMED == 100_000
