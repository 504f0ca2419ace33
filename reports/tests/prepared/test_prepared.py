"""Large exports: asked for on a page, written by the worker, fetched by the asker."""

import errno
import stat
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from callcenter.models import AccessRecord, WorkerProcess
from callcenter.upkeep import forgetting_texts
from callcenter.upkeep.forgetting import forget_caller
from reports.export import background, wanted, writing
from reports.models import ExportAudit, ExportJob
from reports.prepared.work import wanted_of, write_exports
from reports.tests.admin import rows
from reports.tests.factories import make_connection, make_entry, make_queue
from reports.tests.pages.reading import ENGLISH

pytestmark = pytest.mark.django_db

CALLS = reverse("admin:callcenter_call_export", args=["csv"])
LIST = reverse("admin:prepared_files")


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    monkeypatch.setattr("reports.admin.exports.MOST_STREAMED", 0)
    monkeypatch.setattr("reports.pages.report_file.MOST_STREAMED", -1)


@pytest.fixture
def calls():
    return [rows.make_call(caller=f"+8131234567{n}") for n in range(3)]


@pytest.fixture
def exporter():
    """A client of staff who may export calls with their numbers, and the account."""
    user = User.objects.create_user("hana", password="x", is_staff=True)
    wanted = {"add_exportaudit", "view_call", "view_numbers"}
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client = Client()
    client.force_login(user)
    return client, user


def ask(client, url=CALLS, **asked) -> ExportJob:
    response = client.get(url, asked, headers=ENGLISH)
    job = ExportJob.objects.latest("pk")
    assert response.status_code == 302
    assert response.url == reverse("admin:prepared_file", args=[job.pk])
    return job


def page(client, job) -> str:
    url = reverse("admin:prepared_file", args=[job.pk])
    text: str = client.get(url, headers=ENGLISH).content.decode()
    return text


def fetched(client, job):
    url = reverse("admin:prepared_file_download", args=[job.pk])
    return client.get(url, headers=ENGLISH, follow=True)


def files():
    folder = background.folder()
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


def read(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("code", ["csv", "csv-sjis", "xlsx", "json"])
@time_machine.travel("2026-11-24T05:32:00Z", tick=False)
def test_file_is_that_of_the_stream_byte_for_byte(admin_client, calls, code):
    url = reverse("admin:callcenter_call_export", args=[code])
    asked = {"q": "5671", "numbers": "e164"}
    streamed = admin_client.get(url, asked | {"at_once": "1"}, headers=ENGLISH)

    job = ask(admin_client, url, **asked)
    assert "begins within a minute" in page(admin_client, job)
    assert "is not ready yet" in fetched(admin_client, job).content.decode()
    write_exports()
    answer = fetched(admin_client, job)

    assert read(answer) == read(streamed)
    assert answer["Content-Disposition"] == streamed["Content-Disposition"]
    assert answer["Content-Type"] == streamed["Content-Type"]
    job.refresh_from_db()
    assert (job.state, job.rows_done, job.rows_total) == ("ready", 1, 1)
    assert answer["Content-Length"] == str(job.size)
    assert stat.S_IMODE(background.path_of(job).stat().st_mode) == 0o600
    assert stat.S_IMODE(background.folder().stat().st_mode) == 0o700
    ours, theirs = ExportAudit.objects.order_by("pk").values(
        *("subject", "query", "row_count", "state", "is_masked", "file_format")
    )
    assert ours == theirs


@time_machine.travel("2026-11-24T05:32:00Z", tick=False)
def test_report_is_that_of_the_stream_in_the_language_of_the_asker(admin_client):
    make_queue()
    make_connection(make_entry())
    url = reverse("admin:report_export", args=["queue-interval", "xlsx"])
    asked = {"first": "2026-10-20", "last": "2026-10-20", "queue": "support"}
    japanese = {"accept-language": "ja"}
    streamed = admin_client.get(url, asked | {"at_once": "1"}, headers=japanese)

    admin_client.get(url, asked, headers=japanese)
    write_exports()

    job = ExportJob.objects.get()
    assert job.language == "ja"
    assert read(fetched(admin_client, job)) == read(streamed)
    assert job.rows_total is None


def test_small_export_is_streamed_as_ever(admin_client, monkeypatch, calls):
    monkeypatch.setattr("reports.admin.exports.MOST_STREAMED", 3)

    assert read(admin_client.get(CALLS))
    assert not ExportJob.objects.exists()


def test_list_is_large_from_more_rows_than_are_counted(monkeypatch, admin_client):
    """Of a list of which the pager counts but the first rows, further ones count."""
    for _ in range(4):
        rows.make_call()
    monkeypatch.setattr("reports.admin.listing.MOST_LISTED", 2)
    monkeypatch.setattr("reports.admin.exports.MOST_STREAMED", 4)
    assert read(admin_client.get(CALLS))

    rows.make_call()
    ask(admin_client)
    write_exports()
    assert ExportJob.objects.get().rows_total == 5


@pytest.mark.parametrize(
    ("slug", "asked", "is_large"),
    [
        ("queue-interval", {"first": "2026-01-01", "last": "2026-12-31"}, False),
        ("queue-interval", {"first": "2026-01-01", "interval": "15"}, True),
        ("queue-summary", {"first": "2001-01-01", "last": "2026-12-31"}, False),
        ("repeat-callers", {"first": "2026-10-20", "last": "2026-10-20"}, True),
        ("queue-summary", {"first": "2026-10-20", "last": "2026-10-20"}, False),
    ],
)
def test_report_is_large_by_its_intervals_and_by_what_it_has_to_read(
    admin_client, monkeypatch, slug, asked, is_large
):
    for name in ("support", "sales"):
        make_queue(name)
    for _ in range(4):
        make_entry()
    monkeypatch.setattr("reports.pages.report_file.MOST_STREAMED", 40_000)
    monkeypatch.setattr("reports.pages.report_file.ENTRIES_A_ROW", 0.00001)
    url = reverse("admin:report_export", args=[slug, "csv"])

    with time_machine.travel("2026-11-24T05:32:00Z"):
        answer = admin_client.get(url, asked)

    assert answer.status_code == (302 if is_large else 200)
    assert ExportJob.objects.exists() == is_large


def test_whoever_asks_twice_waits_for_one_file_and_not_for_too_many(
    admin_client, calls, monkeypatch
):
    assert ask(admin_client) == ask(admin_client)
    monkeypatch.setattr(background, "MOST_OPEN", 1)

    refused = admin_client.get(CALLS, {"q": "5671"}, follow=True, headers=ENGLISH)

    assert "1 files of yours are still to be written" in refused.content.decode()
    assert ExportJob.objects.count() == 1


def test_nobody_else_sees_or_fetches_it(admin_client, exporter, calls):
    job = ask(admin_client)
    write_exports()
    other, _user = exporter

    assert fetched(other, job).status_code == 404
    url = reverse("admin:prepared_file", args=[job.pk])
    assert other.get(url).status_code == other.post(url).status_code == 404
    assert "No files yet" in other.get(LIST, headers=ENGLISH).content.decode()
    assert job.get_state_display()
    assert "Download" in admin_client.get(LIST, headers=ENGLISH).content.decode()


def test_rights_count_when_it_is_written_and_when_it_is_fetched(exporter, calls):
    client, user = exporter
    masked, whole = ask(client, q="5671"), ask(client, numbers="e164")
    user.user_permissions.remove(Permission.objects.get(codename="view_numbers"))
    ExportJob.objects.filter(pk=whole.pk).update(state="failed")
    write_exports()
    masked.refresh_from_db()
    assert masked.is_masked
    text = read(fetched(client, masked))
    assert b"********5671" in text
    assert b"1234-5671" not in text
    assert ExportAudit.objects.get().is_masked

    user.user_permissions.add(Permission.objects.get(codename="view_numbers"))
    ExportJob.objects.filter(pk=whole.pk).update(state="waiting")
    write_exports()
    assert b"+81312345670" in read(fetched(client, whole))

    for codename in ("view_numbers", "view_call"):
        user.user_permissions.remove(Permission.objects.get(codename=codename))
        refused = fetched(client, whole)
        assert "may not see everything" in refused.content.decode()
    user.user_permissions.remove(Permission.objects.get(codename="add_exportaudit"))
    assert fetched(client, whole).status_code == 403


@pytest.mark.parametrize(
    ("spoil_job", "problem"),
    [
        (lambda user, job: User.objects.update(is_active=False), "no-right"),
        (lambda user, job: user.user_permissions.clear(), "no-right"),
        (lambda user, job: spoil(job, query="in_queue=gone&x=1"), "unreadable"),
        (lambda user, job: spoil(job, subject="callcenter.gone"), "unreadable"),
        (lambda user, job: spoil(job, file_format="pdf"), "unreadable"),
        (lambda user, job: spoil(job, attempt=writing.MOST_ATTEMPTS), "given-up"),
    ],
)
def test_what_can_no_longer_be_written_says_why_and_leaves_nothing(
    exporter, calls, spoil_job, problem
):
    client, user = exporter
    job = ask(client)
    spoil_job(user, job)

    write_exports()

    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", problem)
    assert files() == []


def spoil(job, **changes):
    ExportJob.objects.filter(pk=job.pk).update(**changes)


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
