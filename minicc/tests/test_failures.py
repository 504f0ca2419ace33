"""What people see where an answer has failed."""

import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.django_db


def page(path: str = "/admin/login/") -> tuple[int, str]:
    """The status and the text of a page; an exception becomes an error page."""
    response = Client(raise_request_exception=False).get(path, {"next": "/admin/"})
    return response.status_code, response.content.decode()


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL, "django.request")


def test_without_a_database_people_read_that_it_is_away(admin_client):
    def gone(*_args):
        raise OperationalError(2006, "Server has gone away")

    admin_client.raise_request_exception = False
    with connection.execute_wrapper(gone):
        response = admin_client.get("/admin/")

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "データベースに接続できません" in response.content.decode()


def test_a_bug_of_ours_is_no_outage(monkeypatch):
    def fail(*_args, **_options):
        raise ValueError

    monkeypatch.setattr("django.contrib.admin.sites.AdminSite.each_context", fail)

    status, text = page()

    assert status == 500
    assert "問題が起きました" in text
