"""The content security policy: pages load nothing from other hosts, nothing inline."""

import pytest
from django.test import Client

from callcenter.tests.twilio_client import TwilioClient

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
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
def test_pages_may_load_only_files_of_ours(path, status):
    response = Client().get(path)

    assert response.status_code == status
    assert policy(response) == POLICY


def test_the_error_page_has_the_same_policy(admin_user, monkeypatch):
    def fail(user):
        raise ValueError

    monkeypatch.setattr("reports.dashboard.today.today", fail)
    client = Client(raise_request_exception=False)
    client.force_login(admin_user)
    response = client.get("/admin/")

    assert response.status_code == 500
    assert "問題が起きました" in response.content.decode()
    assert policy(response) == POLICY


@pytest.mark.django_db
def test_answers_to_webhooks_carry_no_policy():
    answer = TwilioClient().post("incoming")

    assert answer.status_code == 200
    assert "Content-Security-Policy" not in answer.response.headers
