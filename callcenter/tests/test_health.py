"""What machines learn of the state of an installation."""

import os
import re
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from callcenter import patience
from callcenter.events.record import keep
from callcenter.events.spool import Spool
from callcenter.health import views, writes
from callcenter.health.writes import takes_writes
from callcenter.models import SetupVersion, WebhookEvent, WorkerJob, WorkerProcess
from callcenter.tests.sample_events import ring

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-the-monitoring"


@pytest.fixture(autouse=True)
def _own_spool(tmp_path, settings):
    settings.SPOOL_DIR = tmp_path / "spool"
    takes_writes.forget()


@pytest.fixture
def worker():
    """A worker that has just said that it lives."""
    now = timezone.now()
    return WorkerProcess.objects.create(name="cc1:1", started_at=now, seen_at=now)


def gone(*_args):
    raise OperationalError("gone away")


def test_healthy_process_answers_200_with_the_setup_version(client):
    SetupVersion.objects.all().delete()
    SetupVersion.objects.create(pk=1, version=7)

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "setup_version": 7}
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}


@pytest.mark.parametrize("path", ["/healthz", "/healthz/ready"])
def test_process_without_database_answers_503(client, path):
    with connection.execute_wrapper(gone):
        response = client.get(path)

    assert response.status_code == 503
    assert response.json() == {"status": "failing", "database": "failing"}


def refuse_writes(execute, sql, *args):
    if not sql.startswith("SELECT"):
        raise OperationalError(1290, "the server is running with --read-only")
    return execute(sql, *args)


@pytest.mark.usefixtures("worker")
def test_database_that_only_reads_is_down(client, settings):
    settings.METRICS_TOKEN = TOKEN

    with connection.execute_wrapper(refuse_writes):
        answers = [client.get("/healthz"), client.get("/healthz/ready")]
        numbers = client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")

    assert [answer.status_code for answer in answers] == [503, 503]
    assert "minicc_database_up 0.0" in numbers.content.decode()


def test_whoever_asks_often_makes_us_write_once_in_a_while(client, monkeypatch):
    # A busy machine may take a second for these questions.
    monkeypatch.setattr(writes, "_TRIED_EVERY_SECONDS", 60)
    statements = []

    def watch(execute, sql, *args):
        statements.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(watch):
        for _ in range(5):
            assert client.get("/healthz").status_code == 200

    assert len([sql for sql in statements if sql.startswith("INSERT")]) == 1
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("path", ["/healthz", "/healthz/ready", "/metrics"])
def test_health_cannot_be_posted_to(path):
    client = Client(enforce_csrf_checks=True)

    assert client.post(path).status_code == client.put(path).status_code == 405


@pytest.mark.usefixtures("worker")
def test_installation_that_does_its_work_is_ready(client):
    response = client.get("/healthz/ready")

    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "worker": "ok",
        "history": "ok",
        "spool": "ok",
        "jobs": "ok",
    }
    assert response.status_code == 200


def silent_worker(worker, settings):
    WorkerProcess.objects.update(seen_at=timezone.now() - timedelta(seconds=90))


def stopped_worker(worker, settings):
    WorkerProcess.objects.update(stopped_at=timezone.now())


def pending_event(worker, settings):
    keep(ring())
    WebhookEvent.objects.update(
        derived_at=None, received_at=timezone.now() - timedelta(minutes=6)
    )


def spooled_event(worker, settings):
    spool = Spool()
    assert spool.append(ring())
    spool.close()
    (path,) = settings.SPOOL_DIR.glob("events-*")
    six_minutes_ago = timezone.now().timestamp() - 360
    os.utime(path, (six_minutes_ago, six_minutes_ago))


def failing_job(worker, settings):
    now = timezone.now()
    WorkerJob.objects.create(name="count-intervals", failed_at=now, error="no")


@pytest.mark.parametrize(
    ("happens", "part"),
    [
        (silent_worker, "worker"),
        (stopped_worker, "worker"),
        (pending_event, "history"),
        (spooled_event, "spool"),
        (failing_job, "jobs"),
    ],
)
def test_what_does_not_do_its_work_is_named(client, worker, settings, happens, part):
    happens(worker, settings)

    response = client.get("/healthz/ready")

    assert response.status_code == 503
    said = response.json()
    assert {name for name, word in said.items() if word == "failing"} == {
        "status",
        part,
    }


@pytest.mark.parametrize("path", ["/healthz/ready", "/metrics"])
def test_state_that_takes_long_to_read_costs_callers_nothing(
    client, settings, monkeypatch, path
):
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(views, "condition", lambda _now: time.sleep(0.2))
    patience.start(lambda: None, lambda: None)
    try:
        client.get(path, headers={"authorization": f"Bearer {TOKEN}"})
        assert not patience.is_away()
    finally:
        patience.stop()


def test_metrics_are_off_unless_they_are_configured(client):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer café"]
)
def test_metrics_need_their_token(client, settings, header):
    settings.METRICS_TOKEN = TOKEN

    response = client.get("/metrics", headers={"Authorization": header})

    assert response.status_code == 401
    assert not response.content


@pytest.mark.usefixtures("worker")
def test_metrics_are_the_state_in_the_format_of_prometheus(client, settings):
    settings.METRICS_TOKEN = TOKEN
    now = timezone.now()
    WorkerJob.objects.create(name="count-intervals", done_at=now)
    keep(ring())
    WebhookEvent.objects.update(
        derived_at=None, received_at=now - timedelta(seconds=400)
    )

    response = client.get("/metrics", headers={"Authorization": f"bearer {TOKEN}"})

    assert response["Content-Type"].startswith("text/plain")
    numbers = dict(
        re.findall(r"^(minicc\S+) (\S+)$", response.content.decode(), re.MULTILINE)
    )
    assert numbers["minicc_database_up"] == "1.0"
    assert numbers["minicc_events_pending"] == "1.0"
    assert 400 <= float(numbers["minicc_oldest_pending_seconds"]) < 410
    assert numbers['minicc_part_ok{part="history"}'] == "0.0"
    assert numbers['minicc_part_ok{part="worker"}'] == "1.0"
    done = float(numbers['minicc_job_done_timestamp_seconds{job="count-intervals"}'])
    assert done == pytest.approx(now.timestamp(), abs=1)


def test_metrics_say_that_the_database_is_away(client, settings):
    settings.METRICS_TOKEN = TOKEN

    with connection.execute_wrapper(gone):
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert response.status_code == 200
    assert b"minicc_database_up 0.0" in response.content
    assert b"minicc_events_pending" not in response.content
