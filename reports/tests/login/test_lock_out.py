"""Log-in: what locks it, for whom, for how long, and how that reads."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from callcenter.addresses import client_address
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"
LOGIN = "/admin/login/"
MORNING = "2026-11-24T00:00:00Z"  # nine o'clock in Tokyo


@pytest.fixture
def supervisor():
    return User.objects.create_superuser("supervisor", password=PASSWORD)


def log_in(client, password, username="supervisor", **more):
    return client.post(LOGIN, {"username": username, "password": password}, **more)


def fail(client, times, **more):
    return [log_in(client, "wrong", **more).status_code for _ in range(times)]


def test_right_password_leads_to_the_page_asked_for(client, supervisor):
    form = {"username": "supervisor", "password": PASSWORD, "next": "/admin/auth/user/"}

    answer = client.post(LOGIN, form)

    assert (answer.status_code, answer.url) == (302, "/admin/auth/user/")
    assert client.get("/admin/auth/user/").status_code == 200


def test_right_password_alone_leads_to_the_first_page_without_a_message(
    client, supervisor
):
    answer = log_in(client, PASSWORD, follow=True)

    assert answer.redirect_chain == [("/admin/", 302)]
    assert list(answer.context["messages"]) == []


def test_nobody_is_sent_to_another_site(client, supervisor):
    form = {"username": "supervisor", "password": PASSWORD, "next": "https://evil.test"}

    assert client.post(LOGIN, form).url == "/admin/"


def test_who_is_in_already_is_sent_on(admin_client):
    assert admin_client.get(LOGIN).url == "/admin/"


def test_account_without_staff_status_stays_out(client):
    User.objects.create_user("somebody", password=PASSWORD)

    answer = log_in(client, PASSWORD, username="somebody")

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


@time_machine.travel(MORNING, tick=False)
def test_five_failures_lock_the_account_in_words(client, supervisor):
    assert fail(client, 4) == [200] * 4

    locked = log_in(client, "wrong")

    html = locked.content.decode()
    assert locked.status_code == 429
    assert "しばらくログインできません" in html
    assert "09:15 以降" in html
    assert "このアカウントで何度もログインに失敗しました" in html


@time_machine.travel(MORNING, tick=False)
def test_page_of_those_locked_out_is_in_english_too(client, supervisor):
    fail(client, 4)

    html = log_in(client, "wrong", headers={"accept-language": "en"}).content.decode()

    assert "Try again after 09:15." in html
    assert '<html lang="en"' in html


def test_right_password_does_not_help_while_locked(client, supervisor):
    fail(client, 5)

    assert log_in(client, PASSWORD).status_code == 429
    assert "_auth_user_id" not in client.session


def test_lock_opens_after_a_quarter_of_an_hour_whatever_was_tried_meanwhile(
    client, supervisor
):
    with time_machine.travel(MORNING, tick=False) as now:
        fail(client, 5)
        now.shift(14 * 60)
        assert log_in(client, PASSWORD).status_code == 429
        now.shift(61)

        assert log_in(client, PASSWORD).status_code == 302


def test_success_forgets_the_failures_before(client, supervisor):
    fail(client, 4)
    log_in(client, PASSWORD)
    client.post("/admin/logout/")

    assert fail(client, 4) == [200] * 4


def test_others_are_not_locked_out_with_it(client, supervisor):
    User.objects.create_superuser("other", password=PASSWORD)
    fail(client, 5)

    elsewhere = log_in(Client(), PASSWORD, REMOTE_ADDR="192.0.2.7")
    other = log_in(Client(), PASSWORD, username="other")

    assert (elsewhere.status_code, other.status_code) == (302, 302)


def test_account_that_is_not_there_is_locked_alike(client):
    assert fail(client, 5, username="nobody") == [200] * 4 + [429]


def test_password_is_not_kept(client, supervisor):
    from axes.models import AccessAttempt  # noqa: PLC0415 -- its app must be ready

    log_in(client, "nearly right")

    [kept] = AccessAttempt.objects.values()
    assert "nearly" not in str(kept)


def test_who_is_in_is_not_thrown_out_by_failures_elsewhere(client, supervisor):
    log_in(client, PASSWORD)
    fail(Client(), 5)

    assert client.get("/admin/").status_code == 200


def test_webhooks_and_health_know_nothing_of_locks(client, supervisor):
    rows.make_call()
    fail(client, 5)

    assert client.get("/healthz").status_code == 200
    assert client.post("/twilio/status/").status_code in (403, 503)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "198.51.100.1"),
        # Anybody can write this; without a proxy of ours it is not believed.
        (0, "203.0.113.9", "198.51.100.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "192.0.2.66, 203.0.113.9", "203.0.113.9"),
        (2, "192.0.2.66, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.1"),
        (1, "", "198.51.100.1"),
        (1, "nonsense", None),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ],
)
def test_address_is_what_the_nearest_proxies_say(
    rf, settings, proxies, forwarded, address
):
    settings.PROXY_COUNT = proxies
    sent = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = rf.get("/", REMOTE_ADDR="198.51.100.1", **sent)

    assert client_address(request) == address
