"""The worker compares with Twilio's call log where there is one."""

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from callcenter import jobs
from callcenter.models import ReconciliationRun, WorkerJob
from callcenter.twilio_api import jobs as of_twilio
from callcenter.twilio_api import reconcile

JOB, QUEUES = of_twilio.JOBS


@pytest.fixture
def port():
    """A port of this machine at which something answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_it_is_on_for_an_account_of_twilios(settings):
    settings.TWILIO_API_BASE_URL = ""
    assert JOB.is_on()

    settings.TWILIO_AUTH_TOKEN = ""
    assert not JOB.is_on()


def test_twilio_is_not_asked_for_the_account_of_the_demo(settings):
    settings.DEMO = True
    settings.TWILIO_API_BASE_URL = ""

    assert not JOB.is_on()


def test_the_stand_in_is_asked_while_it_is_there(settings, port):
    settings.DEMO = True
    settings.TWILIO_API_BASE_URL = f"http://127.0.0.1:{port}"
    assert JOB.is_on()

    # Nothing listens at the port of a client's own end.
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:1"
    assert not JOB.is_on()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("until", "error", "days"),
    [
        (0, "", 1),
        # The worker was away for three days.
        (3, "", 4),
        # What was not compared whole counts for nothing.
        (3, "Twilio fails (500).", 1),
        (90, "", 31),
    ],
)
def test_what_was_missed_without_a_worker_is_compared_too(
    monkeypatch, until, error, days
):
    now = timezone.now()
    end = now - timedelta(days=until)
    ReconciliationRun.objects.create(
        since=end - timedelta(days=1),
        until=end,
        started_at=end,
        ended_at=end,
        error=error,
    )
    asked = []

    def note(since, until):
        asked.append(round((until - since) / timedelta(days=1), 3))
        return ReconciliationRun()

    monkeypatch.setattr(reconcile, "reconcile", note)

    assert jobs.run(JOB)
    assert asked == [days]


@pytest.mark.django_db
def test_what_twilio_says_stands_on_the_page_of_the_system(monkeypatch):
    def fail(since, until):
        now = timezone.now()
        return ReconciliationRun(
            since=since, until=until, started_at=now, error="twilio-fails: 500, 5 tries"
        )

    monkeypatch.setattr(reconcile, "reconcile", fail)

    assert not jobs.run(JOB)
    assert WorkerJob.objects.get().error == "twilio-fails: 500, 5 tries"
