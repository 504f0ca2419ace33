"""Scheduled reports that a server, a worker or the database keeps from being sent."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection
from django.http import QueryDict

from reports.delivery import planning
from reports.delivery.contents import contents
from reports.delivery.sending import send, send_due
from reports.models import Delivery, ExportAudit, ScheduledReport
from reports.tests.admin import rows
from reports.tests.delivery.scheduled import (
    BOSS,
    NOW,
    PEER,
    only,
    run,
    schedule,
    text_of,
)


@pytest.mark.django_db
def test_refusing_server_is_tried_again_and_the_failure_is_kept(
    owner, entries, server, settings
):
    schedule(owner)
    server.answers["MAIL"] = "451 4.3.0 try later"
    run()
    found = only()
    assert (found.state, found.problem) == ("waiting", "sender")
    assert found.said == "451 4.3.0 try later"
    assert found.next_at == NOW + timedelta(minutes=5)
    run(NOW + timedelta(minutes=4))
    assert only().tries == 1

    del server.answers["MAIL"]
    run(NOW + timedelta(minutes=5))

    found = only()
    assert (found.state, found.tries, found.problem, found.said) == ("sent", 2, "", "")
    # The report is still that of its day, and recorded once.
    assert server.messages[0]["Subject"].startswith("Morning 2026-10-20")
    assert ExportAudit.objects.get().state == "complete"


@pytest.mark.django_db
def test_it_is_given_up_after_a_day_and_can_be_sent_again(owner, entries, server):
    made = schedule(owner)
    server.answers["MAIL"] = "451 later"
    run()
    Delivery.objects.update(asked_at=NOW)
    ScheduledReport.objects.update(is_active=False)
    at = NOW
    while (found := only()).next_at:
        at = found.next_at
        run(at)
    assert at - NOW > timedelta(hours=22)
    assert (found.state, found.problem) == ("failed", "sender")

    del server.answers["MAIL"]
    with time_machine.travel(at, tick=False):
        assert planning.again(found, at)
        send_due()
    assert only().state == "sent"
    assert not planning.again(only(), at) or made


@pytest.mark.django_db
def test_recipients_who_are_refused_cost_the_others_nothing(owner, entries, server):
    schedule(owner, recipients=f"{BOSS}\n{PEER}\nlate@example.com")
    server.refused |= {PEER: "550 unknown", "late@example.com": "450 greylisted"}

    run()

    found = only()
    assert (found.state, found.problem) == ("waiting", "recipients")
    assert found.answers[BOSS] == "sent"
    del server.refused["late@example.com"]
    run(NOW + timedelta(minutes=5))
    found = only()
    assert (found.state, found.refused) == ("sent", {PEER: "550 unknown"})
    assert [to for to, _raw in server.accepted] == [[BOSS], ["late@example.com"]]
    first, second = server.messages
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.django_db
def test_only_recipient_refused_for_good_ends_it(owner, entries, server):
    schedule(owner)
    server.refused[BOSS] = "550 unknown"

    run()

    assert (only().state, only().problem, only().said) == (
        "failed",
        "recipients",
        "550 unknown",
    )


@pytest.mark.django_db
def test_record_names_whoever_gets_it_after_the_recipients_were_changed(
    owner, entries, server
):
    schedule(owner, recipients=f"{BOSS}\nwrong@example.com")
    server.refused["wrong@example.com"] = "550 unknown"
    run()

    ScheduledReport.objects.update(recipients=PEER)
    assert planning.again(only(), NOW)
    run()

    assert [to for to, _raw in server.accepted] == [[BOSS], [PEER]]
    record = ExportAudit.objects.get()
    assert (record.state, record.row_count) == ("complete", 1)
    (named,) = QueryDict(record.query).getlist("mail_to")
    assert set(named.split(",")) == {BOSS, PEER}


@pytest.mark.django_db
def test_record_says_how_numbers_were_written_when_it_was_sent(owner, server):
    rows.make_call(caller="+81312345678", started_at=NOW - timedelta(hours=12))
    schedule(owner, report="calls", query="")
    server.answers["MAIL"] = "451 later"
    run()
    assert ExportAudit.objects.get().is_masked

    owner.user_permissions.add(Permission.objects.get(codename="view_numbers"))
    del server.answers["MAIL"]
    run(NOW + timedelta(minutes=5))

    assert only().state == "sent"
    assert not ExportAudit.objects.get().is_masked


@pytest.mark.django_db
def test_worker_that_dies_while_it_sends_is_made_up_for_and_said(
    owner, entries, server, monkeypatch
):
    schedule(owner)

    class Killed(BaseException):
        pass

    def killed(*_):
        assert only().state == "sending"
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("reports.delivery.sending.hand_over", killed)
        with pytest.raises(Killed):
            run()
    run(NOW + timedelta(minutes=9))
    assert server.accepted == []

    run(NOW + planning.SENDING_FOR + timedelta(minutes=1))

    found = only()
    assert (found.state, found.tries, found.problem) == ("sent", 2, "interrupted")
    assert len(server.accepted) == 1


@pytest.mark.django_db
def test_report_that_the_database_refuses_is_tried_again_and_holds_up_no_other(
    owner, entries, server, monkeypatch
):
    def slow(delivery, now):
        if delivery.schedule.name == "First":
            raise OperationalError(1969, "Query execution was interrupted")
        return contents(delivery, now)

    schedule(owner, name="First")
    schedule(owner, name="Second")
    monkeypatch.setattr("reports.delivery.sending.contents", slow)

    run()

    refused, sent = Delivery.objects.order_by("pk")
    assert (refused.state, refused.problem) == ("waiting", "error")
    assert refused.next_at == NOW + timedelta(minutes=5)
    assert sent.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_lock_in_the_way_of_the_last_note_sends_no_second_mail(owner, entries, server):
    def busy(execute, sql, params, many, context):
        if server.accepted and sql.startswith("UPDATE") and not failed:
            failed.append(sql)
            raise OperationalError(1213, "Deadlock found")
        return execute(sql, params, many, context)

    failed: list[str] = []
    schedule(owner)
    with connection.execute_wrapper(busy):
        run()

    assert "reports_delivery" in failed[0]
    assert only().state == "sent"


@pytest.mark.django_db
def test_large_workbook_is_not_attached(owner, entries, server, monkeypatch):
    monkeypatch.setattr("reports.delivery.contents.MOST_BYTES", 100)
    schedule(owner)

    run()

    (message,) = server.messages
    assert list(message.iter_attachments()) == []
    assert "too large for a mail" in text_of(message)
    assert only().is_without_file


@pytest.mark.django_db
def test_name_cannot_add_a_head_to_the_mail(owner, entries, server):
    schedule(owner, name="Morning\r\nBcc: thief@example.com")

    run()

    (message,) = server.messages
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Morning Bcc: thief@example.com")


@pytest.mark.django_db
def test_without_a_server_nothing_is_planned(owner, entries, settings):
    settings.MAIL_SERVER = None
    schedule(owner)

    run()

    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail(owner, entries, server):
    """Both have found the same delivery due; the second is there before it is sent."""
    schedule(owner)
    planning.plan(NOW)
    both = [Delivery.objects.select_related("schedule__user").get() for _ in range(2)]
    server.may_answer = threading.Event()
    failures = []

    def work(delivery):
        try:
            send(delivery)
        except Exception as error:  # noqa: BLE001 -- shown below
            failures.append(error)
        finally:
            connection.close()

    first, second = (threading.Thread(target=work, args=(one,)) for one in both)
    first.start()
    assert server.got.wait(20)
    second.start()
    second.join(20)
    server.may_answer.set()
    first.join(20)

    assert failures == []
    assert len(server.accepted) == 1
    assert (only().state, only().tries) == ("sent", 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_plan_one_delivery(owner):
    schedule(owner)
    barrier = threading.Barrier(2)
    failures = []

    def work():
        try:
            barrier.wait()
            planning.plan(NOW)
        except Exception as error:  # noqa: BLE001 -- shown below
            failures.append(error)
        finally:
            connection.close()

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert failures == []
    assert Delivery.objects.count() == 1
