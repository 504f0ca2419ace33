"""An installation with at least one row of every table that has a page.

Run in a process of its own: `manage.py shell -c "from ... import fill; fill()"`.
"""

from datetime import timedelta

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.utils import timezone

from callcenter.models import PhoneLine, QueueEntry
from minicc.tests import sites
from reports.export import audit
from reports.models import (
    Delivery,
    ExportJob,
    SavedView,
    ScheduledReport,
    WallScreen,
)
from reports.models.walls import hash_of
from reports.tests.admin import rows

WALL_TOKEN = "token-of-the-wall"


def fill() -> None:
    """A new database: entries of every outcome, a call with all that hangs on it."""
    call_command("migrate", verbosity=0)
    call_command("demo", config_only=True, verbosity=0)
    supervisor = User.objects.create_superuser(sites.USER, password=sites.PASSWORD)
    for number, outcome in enumerate(QueueEntry.Outcome.values):
        _make_entry(outcome, minutes_ago=number)
    call = rows.make_call(ivr_path="main>1>support")
    rows.make_connection(rows.make_entry(call))
    rows.make_step(call)
    rows.make_state()
    rows.make_recording(call)
    rows.make_voicemail(call)
    rows.make_callback()
    rows.make_difference()
    rows.make_follow_up()
    rows.make_event(call.sid)
    rows.make_event(
        call.sid, seconds=3, derivation_error="Traceback\n  a line", derived_at=None
    )
    rows.make_holiday()
    rows.make_wrapup_code()
    rows.make_blocked_number()
    WallScreen.objects.create(
        name="お客様センター",
        token_hash=hash_of(WALL_TOKEN),
        expires_on=timezone.localdate() + timedelta(days=2),
    )
    audit.begin(supervisor, "callcenter.call", "q=5678", "xlsx", is_masked=False)
    for name, is_shared in (("毎週の確認", True), ("自分用", False)):
        SavedView.objects.create(
            report="queue-interval",
            name=name,
            query="period=last-week&queue=support&interval=day",
            is_shared=is_shared,
            user=supervisor,
            username=sites.USER,
        )
    for state in ExportJob.State.values:
        ExportJob.objects.create(
            user=supervisor,
            subject="callcenter.call",
            file_format="xlsx",
            numbers="page",
            language="ja",
            state=state,
            problem="disk-full" if state == "failed" else "",
            started_at=None if state == "waiting" else timezone.now(),
            rows_done=1_234,
        )
    _send(supervisor)
    Group.objects.get_or_create(name="Night shift")
    _log(supervisor, PhoneLine.objects.get(is_default=True))


def _send(user: User) -> None:
    """A scheduled report, with deliveries in every state."""
    now = timezone.now()
    schedule = ScheduledReport.objects.create(
        user=user,
        name="朝会用の日報",
        report="daily",
        period="yesterday",
        frequency="daily",
        hour=7,
        recipients="sato@example.com\nboss@example.com",
        language="ja",
        since=now,
    )
    for number, state in enumerate(Delivery.State.values):
        schedule.deliveries.create(
            planned_at=now - timedelta(days=number),
            first=now.date(),
            last=now.date(),
            state=state,
            tries=1,
            problem="" if state == "sent" else "log-in",
            answers={"boss@example.com": "550 unknown"} if state == "sent" else {},
        )


def _make_entry(outcome: str, minutes_ago: int) -> None:
    """A queue entry of today, for the dashboard."""
    entered_at = timezone.now() - timedelta(minutes=minutes_ago)
    is_waiting = outcome == "waiting"
    call = rows.make_call(
        outcome="" if is_waiting else outcome,
        started_at=entered_at - timedelta(seconds=20),
        ended_at=None,
    )
    rows.make_entry(
        call,
        outcome=outcome,
        overflow_reason="max_wait" if outcome == "overflowed" else "",
        entered_at=entered_at,
        left_at=None if is_waiting else entered_at + timedelta(seconds=40),
        wait_seconds=None if is_waiting else 40,
    )


def _log(user: User, line: PhoneLine) -> None:
    """A change in the log, for the pages that list changes."""
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(PhoneLine),
        object_id=str(line.pk),
        object_repr=str(line),
        action_flag=ADDITION,
    )
