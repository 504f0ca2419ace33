"""Sessions end: after a day without use, and when an administrator ends them."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from callcenter.models import AccessRecord

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")
LOGIN = reverse("account_login")


def logged_in(name: str) -> Client:
    User.objects.create_user(name, password="open-sesame", is_staff=True)
    client = Client()
    client.post(LOGIN, {"username": name, "password": "open-sesame"})
    return client


def is_in(client: Client) -> bool:
    return client.get(INDEX).status_code == 200


def test_session_in_use_lasts_and_one_without_use_ends():
    with time_machine.travel(timezone.now()) as clock:
        used, left = logged_in("sato"), logged_in("suzuki")
        for _hour in range(9):
            clock.shift(timedelta(hours=1, minutes=10))
            assert is_in(used)

        assert not is_in(left)
        clock.shift(timedelta(hours=10, minutes=1))
        assert not is_in(used)


def test_session_is_not_saved_by_every_page(django_assert_num_queries):
    client = logged_in("sato")
    client.get(INDEX)

    with django_assert_num_queries(2):  # the session and the user
        client.get(reverse("admin:jsi18n"))


def test_administrator_logs_an_account_out_everywhere(admin_client):
    first, other = logged_in("sato"), logged_in("suzuki")
    second = Client()
    second.post(LOGIN, {"username": "sato", "password": "open-sesame"})
    sato = User.objects.get(username="sato")

    response = admin_client.post(
        reverse("admin:auth_user_changelist"),
        {"action": "end_sessions", "_selected_action": [sato.pk]},
        follow=True,
        headers={"accept-language": "en"},
    )

    assert "2 sessions have been ended." in response.content.decode()
    assert [is_in(each) for each in (first, second, other)] == [False, False, True]
    row = AccessRecord.objects.get(kind="sessions-ended")
    assert (row.username, row.subject) == ("admin", "sato")


def test_log_ins_and_log_outs_are_recorded_without_a_password():
    client = logged_in("sato")
    client.post(reverse("admin:logout"))
    client.post(LOGIN, {"username": "sato", "password": "wrong-one"})
    client.post(LOGIN, {"username": "Tr0ub4dor&3", "password": "x"})

    rows = AccessRecord.objects.order_by("pk")
    assert list(rows.values_list("kind", "username", "address")) == [
        ("login", "sato", "127.0.0.1"),
        ("logout", "sato", "127.0.0.1"),
        ("login-failed", "sato", "127.0.0.1"),
        # Perhaps a password that was typed into the wrong field.
        ("login-failed", "Tr…", "127.0.0.1"),
    ]
    kept = " ".join(str(value) for row in rows.values_list() for value in row)
    assert "wrong-one" not in kept
    assert "Tr0ub4dor" not in kept


def test_staff_without_a_second_step_get_no_further_than_adding_one(settings):
    client = logged_in("sato")
    assert is_in(client)

    settings.REQUIRE_SECOND_STEP = True

    for path in (INDEX, reverse("admin:worklist")):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (
            302,
            reverse("mfa_activate_totp"),
        )
    # The page itself asks for the password once more, and leads on.
    assert client.get(reverse("mfa_activate_totp"), follow=True).status_code == 200
    assert client.post(reverse("admin:logout")).status_code in (200, 302)
