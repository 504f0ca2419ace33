"""Large exports: asked for on a page, written by the worker, fetched by the asker."""

import stat

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from reports.export import background, writing
from reports.models import ExportAudit, ExportJob
from reports.prepared.work import write_exports
from reports.tests.admin import rows
from reports.tests.factories import make_connection, make_entry, make_queue
from reports.tests.pages.reading import ENGLISH
from reports.tests.prepared.asking import CALLS, LIST, ask, fetched, files, page, read

pytestmark = pytest.mark.django_db


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
