"""The page of the system says what does its work, and what to do about the rest."""

import os
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from callcenter.models import WorkerJob, WorkerProcess
from reports.models import ScheduledReport
from reports.tests.pages.reading import ENGLISH

pytestmark = pytest.mark.django_db

SYSTEM = "/admin/system/"


@pytest.fixture(autouse=True)
def _own_spool(tmp_path, settings):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.SPOOL_DIR.mkdir()


def page(client):
    response = client.get(SYSTEM, headers=ENGLISH)
    assert response.status_code == 200
    return response.content.decode()


def test_installation_without_a_worker_says_what_to_do(admin_client):
    text = page(admin_client)

    assert "Something needs your attention." in text
    assert "No worker is running." in text
    assert "Start “manage.py worker”" in text


def test_installation_that_does_its_work_says_so(admin_client):
    now = timezone.now()
    WorkerProcess.objects.create(name="cc1:7", started_at=now, seen_at=now)
    WorkerJob.objects.create(
        name="count-intervals", done_at=now, seconds=2.25, started_at=now
    )

    text = page(admin_client)

    assert "Everything does its work." in text
    assert "needs attention" not in text
    assert "cc1:7" in text
    assert "2.3" in text


def test_reports_that_do_not_arrive_need_attention(admin_client, admin_user):
    now = timezone.now()
    schedule = ScheduledReport.objects.create(
        user=admin_user,
        name="Morning",
        report="queue-summary",
        period="yesterday",
        frequency="daily",
        hour=7,
        recipients="boss@example.com",
        language="en",
        since=now,
    )
    assert "none sent yet" in page(admin_client)

    sent = schedule.deliveries.create(
        planned_at=now, first=now, last=now, state="sent", sent_at=now
    )
    assert "Last sent" in page(admin_client)
    assert "whose newest mail" not in page(admin_client)

    # Being tried again, and given up.
    for state in ("waiting", "failed"):
        sent.pk, sent.planned_at = None, sent.planned_at + timedelta(days=1)
        sent.state, sent.problem, sent.sent_at = state, "unreachable", None
        sent.save(force_insert=True)
        text = page(admin_client)
        assert "1 report whose newest mail has not been sent" in text
        assert "what the mail server answered" in text


def test_what_waits_in_the_spool_and_why_a_job_failed_are_shown(admin_client, settings):
    path = settings.SPOOL_DIR / "events-1-1.jsonl"
    path.write_bytes(b"{}" * 1500)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    os.utime(path, (an_hour_ago.timestamp(),) * 2)
    (settings.SPOOL_DIR / "events-0-1.jsonl.rejected").write_text("x")
    WorkerJob.objects.create(
        name="count-intervals", failed_at=an_hour_ago, error="ValueError: <no broom>"
    )

    text = page(admin_client)

    assert "3 kB of requests" in text
    assert "1 file of lines that could not be loaded" in text
    assert "“manage.py drain_spool” loads them" in text
    assert "ValueError: &lt;no broom&gt;" in text


def test_worker_that_was_killed_is_shown_as_silent(admin_client):
    now = timezone.now()
    killed = now - timedelta(seconds=90)
    WorkerProcess.objects.create(name="cc1:7", started_at=killed, seen_at=killed)
    WorkerProcess.objects.create(name="cc1:8", started_at=now, seen_at=now)

    rows = page(admin_client).split('<th scope="row">cc1:')[1:]

    assert ["silent" in row for row in sorted(rows)] == [True, False]
    assert "応答なし" in admin_client.get(SYSTEM).content.decode()


def test_usual_reason_of_a_failed_job_is_told_in_the_language_of_the_page(admin_client):
    WorkerJob.objects.create(
        name="reconcile",
        failed_at=timezone.now(),
        error="disk-full: OSError: [Errno 28] No space left on device",
    )

    text = admin_client.get(SYSTEM).content.decode()

    assert "ディスクの空き容量がありません。（OSError: [Errno 28]" in text
    assert "disk-full" not in text


@pytest.mark.parametrize(
    ("group", "status"),
    [("Supervisor", 200), ("Administrator", 200), ("Operator", 403)],
)
def test_supervisors_and_administrators_may_see_it(client, group, status):
    user = User.objects.create_user("someone", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)

    assert client.get(SYSTEM).status_code == status
    menu = client.get(reverse("admin:index")).content.decode()
    assert (f'href="{SYSTEM}"' in menu) == (status == 200)
