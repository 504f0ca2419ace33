"""What a browser may load for our pages: nothing from elsewhere, nothing inline."""

import pytest
from django.test import Client

from callcenter.tests.twilio_client import TwilioClient

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def policy(response) -> set[str]:
    return set(response["Content-Security-Policy"].split("; "))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"), [("/admin/login/", 200), ("/nowhere/", 404), ("/healthz", 200)]
)
def test_pages_may_load_what_is_ours_and_nothing_else(path, status):
    response = Client().get(path)

    assert response.status_code == status
    assert policy(response) == POLICY


def test_page_of_a_fault_is_under_the_same_policy(admin_user, monkeypatch):
    def fail(user):
        raise ValueError

    monkeypatch.setattr("reports.dashboard.today", fail)
    client = Client(raise_request_exception=False)
    client.force_login(admin_user)
    response = client.get("/admin/")

    assert response.status_code == 500
    assert "問題が起きました" in response.content.decode()
    assert policy(response) == POLICY


@pytest.mark.django_db
def test_webhooks_take_the_short_way_past_it():
    answer = TwilioClient().post("incoming")

    assert answer.status_code == 200
    assert "Content-Security-Policy" not in answer.response.headers
