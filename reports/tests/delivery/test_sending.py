"""Scheduled reports by a mail server on loopback: planned once, and what is sent."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from reports.models import Delivery, ExportAudit, ScheduledReport
from reports.tests.admin import rows
from reports.tests.delivery.scheduled import (
    BOSS,
    NOW,
    only,
    run,
    schedule,
    text_of,
    workbook,
)


@pytest.mark.django_db
def test_due_report_is_sent_once_with_figures_and_the_workbook(owner, entries, server):
    schedule(owner)

    run()
    run(NOW + timedelta(minutes=1))

    (message,) = server.messages
    assert message["To"] == BOSS
    assert message["Subject"] == "Morning 2026-10-20 (Queues at a glance)"
    assert message["From"] == "MiniCC <minicc@callcenter.example.com>"
    text = text_of(message)
    assert "Entered: 2 (0, +2)" in text
    assert "Service level: 50.0%" in text
    assert "Queue: Support" in text
    assert "(Asia/Tokyo)" in text
    assert (
        "https://callcenter.example.com/admin/reports/queue-summary/"
        "?first=2026-10-20&last=2026-10-20&queue=support" in text
    )
    assert "<td>Entered</td>" in message.get_body(("html",)).get_content()
    book, part = workbook(message)
    assert (
        part.get_filename()
        == "Queues at a glance Support 2026-10-20 (2026-10-21 0715).xlsx"
    )
    assert [row[0].value for row in book.worksheets[0]] == ["Queue", "Support"]
    found = only()
    assert (found.state, found.tries, found.rows) == ("sent", 1, 1)
    assert (found.first, found.last) == (datetime(2026, 10, 20).date(),) * 2  # noqa: DTZ001
    audit = ExportAudit.objects.get()
    assert (audit.user, audit.state, audit.row_count) == (owner, "complete", 1)
    assert f"mail_to={BOSS.replace('@', '%40')}" in audit.query or BOSS in audit.query


@pytest.mark.django_db
def test_workbook_is_the_one_of_the_download(owner, entries, server, client):
    schedule(owner)
    run()
    client.force_login(owner)
    url = reverse("admin:report_export", args=["queue-summary", "xlsx"])
    asked = {"first": "2026-10-20", "last": "2026-10-20", "queue": "support"}
    with time_machine.travel(NOW, tick=False):
        client.force_login(owner)
        answer = client.get(url, asked, headers={"accept-language": "en"})
        downloaded = b"".join(answer.streaming_content)

    (part,) = server.messages[0].iter_attachments()
    assert part.get_content() == downloaded


@pytest.mark.django_db
def test_japanese_subject_and_file_name_arrive_right(owner, entries, server):
    schedule(owner, name="朝会用", report="daily", query="", language="ja")

    run()

    (message,), ((_to, raw),) = server.messages, server.accepted
    assert raw.isascii()
    assert b"Subject: =?utf-8?" in raw
    assert b"filename*" in raw
    assert message["Subject"] == "朝会用 2026-10-20 (日報)"
    _book, part = workbook(message)
    assert part.get_filename() == "日報 2026-10-20 (2026-10-21 0715).xlsx"
    text = text_of(message)
    assert "2026/10/20 (火)" in text
    assert "待ち呼: 2 (0、+2)" in text or "待ち呼: 2 (0, +2)" in text
    assert "Entered" not in text
    assert message["Content-Language"] == "ja"


@pytest.mark.django_db
@pytest.mark.parametrize("may_see", [True, False])
def test_numbers_are_masked_by_the_rights_of_the_owner(owner, server, may_see):
    rows.make_call(caller="+81312345678", started_at=NOW - timedelta(hours=12))
    if may_see:
        owner.user_permissions.add(Permission.objects.get(codename="view_numbers"))
    schedule(owner, report="calls", query="")

    run()

    book, _part = workbook(server.messages[-1])
    cells = {cell.value for row in book.worksheets[0] for cell in row}
    assert ("03-1234-5678" in cells) == may_see
    assert ("********5678" in cells) == (not may_see)
    assert ("numbers are masked" in text_of(server.messages[-1])) == (not may_see)
    assert ExportAudit.objects.latest("pk").is_masked == (not may_see)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda user: User.objects.update(is_active=False), "no-right"),
        (lambda user: revoke(user, "view_call"), "no-right"),
        (lambda user: revoke(user, "add_exportaudit"), "no-right"),
        (lambda user: revoke(user, "schedule_reports"), "no-right"),
        (lambda user: ScheduledReport.objects.update(query="queue=gone"), "unreadable"),
        (lambda user: ScheduledReport.objects.update(report="gone"), "unreadable"),
    ],
)
def test_what_may_not_or_cannot_be_sent_is_not_and_says_why(
    owner, entries, server, spoil, problem
):
    schedule(owner)
    spoil(owner)

    run()

    assert server.accepted == []
    assert (only().state, only().problem) == ("failed", problem)


def revoke(user, codename):
    user.user_permissions.remove(Permission.objects.get(codename=codename))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("frequency", "late", "is_sent"),
    [
        ("daily", timedelta(hours=20), True),
        ("daily", timedelta(days=1, minutes=-1), True),
        ("weekly", timedelta(days=3, minutes=-20), True),
        ("weekly", timedelta(days=3, minutes=1), False),
        ("monthly", timedelta(days=6, hours=20), True),
        ("monthly", timedelta(days=7, minutes=1), False),
    ],
)
def test_missed_time_is_made_up_for_once_unless_it_is_too_late(
    owner, entries, server, frequency, late, is_sent
):
    schedule(owner, frequency=frequency)
    # 2026-06-01 is a Monday.
    due = datetime(2026, 5, 31, 22, tzinfo=UTC)
    ScheduledReport.objects.update(since=due - timedelta(days=90))

    run(due + late)

    assert len(server.accepted) == is_sent
    if is_sent:
        assert only().planned_at == due


@pytest.mark.django_db
def test_times_before_it_was_made_or_resumed_are_not_made_up_for(owner, server):
    made = schedule(owner, since=NOW)
    run()
    assert not Delivery.objects.exists()

    ScheduledReport.objects.filter(pk=made.pk).update(is_active=False)
    run(NOW + timedelta(days=1))
    assert not Delivery.objects.exists()
