"""Who may sit at the operator's desk, and to whom its page speaks."""

import pytest
from django.test import Client

from callcenter.models import Operator, WebhookEvent
from reports.tests.desk.rows import text_of

pytestmark = pytest.mark.django_db


def test_whoever_is_not_logged_in_logs_in_first_and_comes_back(client):
    response = client.get("/desk/?ring=4")

    assert response.status_code == 302
    assert response["Location"] == "/admin/login/?next=/desk/%3Fring%3D4"


@pytest.mark.parametrize(
    "path", ["now/", "token/", "act/", "gone/", "wrap-up/", "number/"]
)
def test_script_of_whoever_is_not_logged_in_is_told_so(client, path):
    ask = client.get if path == "now/" else client.post

    response = ask(f"/desk/{path}")

    assert response.status_code == 401
    assert response.json()["error"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (None, "No operator belongs to your account"),
        ({"client_identity": "sato", "is_active": False}, "switched off"),
        ({"number": "+815000000201"}, "has no browser identity"),
    ],
)
def test_account_without_a_desk_is_told_why(client, user, values, said):
    if values:
        Operator.objects.create(name="Sato", user=user, **values)
    client.force_login(user)
    client.cookies["django_language"] = "en"

    page, script = client.get("/desk/"), client.post("/desk/token/")

    assert page.status_code == script.status_code == 403
    assert said in page.content.decode()
    assert said in script.json()["error"]
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("path", ["token/", "act/", "wrap-up/", "number/"])
def test_page_of_another_site_does_nothing_in_the_operators_name(user, operator, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    response = browser.post(f"/desk/{path}", {"act": "ready", "number": "0312345678"})

    assert response.status_code == 403
    assert response["Content-Type"].startswith("text/html")
    assert not WebhookEvent.objects.exists()


def test_page_signs_nobody_in_by_itself(desk):
    assert "You are signed out" in text_of(desk.get("/desk/"))
    assert not WebhookEvent.objects.exists()


def test_policy_of_the_page_lets_it_speak_to_twilios_signalling_and_nobody_else(desk):
    policy = desk.get("/desk/")["Content-Security-Policy"]

    assert "connect-src 'self' wss://*.twilio.com;" in policy
    assert "media-src 'self' mediastream:" in policy
    assert "script-src 'self';" in policy
    assert "https:" not in policy


def test_token_is_of_the_operator_of_the_account(desk, settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "1" * 32
    settings.TWILIO_API_KEY_SID = "SK" + "2" * 32
    settings.TWILIO_API_KEY_SECRET = "a-secret-of-the-tests-0123456789abcdef"
    settings.TWILIO_TWIML_APP_SID = "AP" + "3" * 32

    answer = desk.post("/desk/token/", {"identity": "suzuki"})

    assert answer.json()["identity"] == "sato"
    assert answer.json()["seconds"] == 600
    assert "no-store" in answer["Cache-Control"]


def test_missing_settings_are_named(desk, settings):
    settings.TWILIO_API_KEY_SID = ""

    answer = desk.post("/desk/token/")

    assert answer.status_code == 503
    assert "TWILIO_API_KEY_SID" in answer.json()["error"]
