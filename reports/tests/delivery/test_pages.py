"""The pages of scheduled reports: making, changing, stopping, and what was sent."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from reports.models import Delivery, SavedView, ScheduledReport
from reports.tests.factories import make_queue
from reports.tests.pages.reading import ENGLISH, page

pytestmark = pytest.mark.django_db

LIST = reverse("admin:scheduled_reports")
ADD = reverse("admin:scheduled_report_add")
NOW = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)
FORM = {
    "name": "Sales",
    "period": "last-week",
    "frequency": "weekly",
    "hour": "7",
    "recipients": "boss@example.com, peer@example.com\nboss@example.com",
    "language": "ja",
}


@pytest.fixture(autouse=True)
def _now(settings):
    settings.MAIL_SERVER = {"host": "127.0.0.1", "port": 1}
    with time_machine.travel(NOW, tick=False):
        yield


def client_of(name, *codenames):
    user = User.objects.create_user(name, f"{name}@example.com", "x", is_staff=True)
    wanted = {"view_call", "add_exportaudit", *codenames}
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client = Client(headers=ENGLISH)
    client.force_login(user)
    return client


@pytest.fixture
def client():
    make_queue("sales")
    return client_of("hana", "schedule_reports")


def made(client, **changed) -> ScheduledReport:
    url = f"{ADD}?report=queue-interval&query=queue%3Dsales"
    response = client.post(url, FORM | changed)
    schedule = ScheduledReport.objects.latest("pk")
    assert response.status_code == 302
    assert response.url == reverse("admin:scheduled_report", args=[schedule.pk])
    return schedule


def url_of(schedule) -> str:
    return reverse("admin:scheduled_report", args=[schedule.pk])


def test_report_with_its_filter_is_made_to_be_sent(client):
    shown = page(client, "queue-interval", period="last-week", queue="sales")
    url = next(
        part.partition('"')[0] for part in shown.split('href="') if part.startswith(ADD)
    )
    form = client.get(url.replace("&amp;", "&")).content.decode()
    assert '<option value="last-week" selected>' in form
    assert '<option value="weekly" selected>' in form
    assert "hana@example.com" in form
    assert "Queue: Sales" in form

    schedule = made(client)

    assert schedule.user.username == "hana"
    assert schedule.addresses == ["boss@example.com", "peer@example.com"]
    assert (schedule.report, schedule.query) == ("queue-interval", "queue=sales")
    assert schedule.since == NOW
    text = client.get(url_of(schedule)).content.decode()
    assert "first time on 30 Nov 2026, 07:00" in text
    assert "Nothing has been sent yet" in text
    assert "Sales" in client.get(LIST).content.decode()


def test_what_can_be_sent_is_offered_with_saved_views(client):
    user = User.objects.get(username="hana")
    SavedView.objects.create(
        user=user, report="queue-summary", name="Mine", query="period=yesterday"
    )

    text = client.get(ADD).content.decode()

    assert "Mine (Queues at a glance)" in text
    assert "report=daily&amp;period=last-month" in text
    assert "report=webhook-events" not in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"recipients": "boss"}, "“boss” is no e-mail address."),
        ({"recipients": "ボス@example.com"}, "is no e-mail address."),
        (
            {"recipients": "a@b.jp\n" * 1 + " ".join(f"a{n}@b.jp" for n in range(21))},
            "At most",
        ),
        ({"recipients": " "}, "This field is required."),
        ({"hour": "24"}, "Select a valid choice."),
        ({"period": "always"}, "Select a valid choice."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_sent_is_not_saved(client, changed, said):
    url = f"{ADD}?report=queue-interval&query=queue%3Dsales"

    text = client.post(url, FORM | changed).content.decode()

    assert escape(said) in text
    assert not ScheduledReport.objects.exists()


@pytest.mark.parametrize("query", ["queue=gone", "unknown=1"])
def test_filter_that_cannot_be_read_is_said_at_once(client, query):
    url = f"{ADD}?report=queue-interval&query={query}"

    text = client.post(url, FORM).content.decode()

    assert 'class="errorlist"' in text
    assert not ScheduledReport.objects.exists()


def test_days_that_are_too_many_for_the_report_are_refused(client):
    url = f"{ADD}?report=staffing"

    text = client.post(url, FORM | {"period": "last-fiscal-year"}).content.decode()

    assert "31 days at most" in text


def test_only_with_the_right_and_of_reports_that_may_be_seen(client):
    other = client_of("ken")
    assert other.get(LIST).status_code == other.get(ADD).status_code == 403
    assert ADD not in page(other, "queue-interval")
    assert client.get(f"{ADD}?report=ivr-steps").status_code == 403
    assert client.get(f"{ADD}?report=gone").status_code == 404


@pytest.mark.parametrize("group", ["Supervisor", "Administrator", "Operator"])
def test_supervisors_and_administrators_may(member, group):
    answer = member(group).get(LIST)

    assert answer.status_code == (403 if group == "Operator" else 200)


def test_others_see_and_stop_it_and_change_nothing(client):
    schedule = made(client)
    other = client_of("ken", "schedule_reports")

    text = other.get(url_of(schedule)).content.decode()
    assert "only they can change it" in text
    assert "Send now" not in text
    for do in ("save", "send", "again", "resume"):
        assert other.post(url_of(schedule), FORM | {"do": do}).status_code == 403
    assert not Delivery.objects.exists()
    assert other.post(url_of(schedule), {"do": "stop"}).status_code == 302
    schedule.refresh_from_db()
    assert not schedule.is_active
    assert "stopped" in other.get(LIST).content.decode()

    other.post(url_of(schedule), {"do": "delete"})
    assert not ScheduledReport.objects.exists()


def test_changed_times_and_a_resumed_report_make_up_for_nothing(client):
    schedule = made(client)
    later = NOW + timedelta(days=2)
    with time_machine.travel(later, tick=False):
        client.force_login(schedule.user)
        client.post(url_of(schedule), FORM | {"do": "save", "name": "Other"})
        schedule.refresh_from_db()
        assert (schedule.name, schedule.since) == ("Other", NOW)
        client.post(url_of(schedule), FORM | {"do": "save", "hour": "8"})
        schedule.refresh_from_db()
        assert schedule.since == later
    client.post(url_of(schedule), {"do": "stop"})
    client.post(url_of(schedule), {"do": "resume"})
    schedule.refresh_from_db()
    assert (schedule.is_active, schedule.since) == (True, NOW)


def test_sent_at_once_is_one_delivery_however_often_it_is_asked_for(client):
    schedule = made(client)
    for _ in range(2):
        answer = client.post(url_of(schedule), {"do": "send"}, follow=True)
    assert "sent within a minute" in answer.content.decode()

    delivery = Delivery.objects.get()
    assert (str(delivery.first), str(delivery.last)) == ("2026-11-16", "2026-11-22")
    assert "waiting" in client.get(url_of(schedule)).content.decode()


def test_failure_is_shown_with_the_words_of_the_server_and_sent_again(client):
    schedule = made(client)
    delivery = schedule.deliveries.create(
        planned_at=NOW,
        first=NOW.date(),
        last=NOW.date(),
        state="failed",
        problem="log-in",
        said="535 no",
        tries=3,
    )
    text = client.get(url_of(schedule)).content.decode()
    said = "The mail server did not accept our user and password. (535 no)"
    assert said in text
    assert said in client.get(LIST).content.decode()

    client.post(url_of(schedule), {"do": "again", "delivery": delivery.pk})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.problem) == ("waiting", 0, "")
    answer = client.post(url_of(schedule), {"do": "again", "delivery": "x"})
    assert answer.status_code == 404


def test_without_a_mail_server_the_pages_say_so(client, settings):
    settings.MAIL_SERVER = None
    schedule = made(client)

    for url in (LIST, url_of(schedule)):
        assert "No mail server is set up" in client.get(url).content.decode()
    answer = client.post(url_of(schedule), {"do": "send"}, follow=True)
    assert "EMAIL_URL is not set" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_report_that_is_gone_is_said_on_its_page(client):
    schedule = made(client)
    ScheduledReport.objects.update(query="queue=gone")

    assert 'class="note note-bad"' in client.get(url_of(schedule)).content.decode()


def test_first_page_says_what_was_not_sent(client):
    schedule = made(client)
    models = ("queueentry", "abandonedcall", "call")
    needed = [f"view_{model}" for model in models]
    schedule.user.user_permissions.add(*Permission.objects.filter(codename__in=needed))
    days = {"first": NOW.date(), "last": NOW.date()}
    failed = schedule.deliveries.create(planned_at=NOW, state="failed", **days)
    said = "1 scheduled report was not sent"
    assert said in client.get(reverse("admin:index")).content.decode()

    later = failed.planned_at + timedelta(minutes=1)
    schedule.deliveries.create(planned_at=later, state="sent", **days)
    assert said not in client.get(reverse("admin:index")).content.decode()
