import pytest
from django.db import OperationalError, connection

from callcenter.models import SetupVersion

pytestmark = pytest.mark.django_db


def test_healthy_process_answers_200_with_the_setup_version(client):
    SetupVersion.objects.all().delete()
    SetupVersion.objects.create(pk=1, version=7)

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "setup_version": 7}
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}


def test_process_without_database_answers_503(client):
    def gone(*args):
        raise OperationalError("gone away")

    with connection.execute_wrapper(gone):
        response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"status": "failing", "database": "failing"}


def test_health_cannot_be_posted_to(client):
    assert client.post("/healthz").status_code == 405
