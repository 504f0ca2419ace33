"""Changing one's own password: wrong old ones count, and the change is logged."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from callcenter.models import AccessRecord
from reports.admin.setup import changes

pytestmark = pytest.mark.django_db

PAGE = "/admin/password_change/"
OLD, NEW = "a long password", "another long password"


@pytest.fixture
def client():
    User.objects.create_user("sato", password=OLD, is_staff=True)
    client = Client(headers={"accept-language": "en"})
    client.post("/admin/login/", {"username": "sato", "password": OLD})
    return client


def change(client, old):
    form = {"old_password": old, "new_password1": NEW, "new_password2": NEW}
    return client.post(PAGE, form)


def test_password_is_changed_and_that_is_logged_without_it(client):
    assert "Password change" in client.get(PAGE).content.decode()

    response = change(client, OLD)

    assert (response.status_code, response.url) == (302, f"{PAGE}done/")
    assert User.objects.get().check_password(NEW)
    (entry,) = LogEntry.objects.all()
    (shown,) = changes.read(entry)
    assert (entry.object_repr, shown.is_secret) == ("sato", True)
    assert NEW not in entry.change_message
    # Whoever has changed it stays logged in.
    assert client.get("/admin/").status_code == 200


def test_wrong_old_passwords_are_recorded_and_lock_the_account(client):
    statuses = [change(client, "wrong").status_code for _ in range(6)]

    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert AccessRecord.objects.filter(kind="login-failed", username="sato").exists()
    # The right one does not help meanwhile.
    assert change(client, OLD).status_code == 429
    assert User.objects.get().check_password(OLD)
    assert not LogEntry.objects.exists()


def test_visitor_is_sent_to_the_log_in_page():
    assert Client().get(PAGE).status_code == 302


def test_account_that_may_not_enter_is_recorded_with_the_right_password():
    User.objects.create_user("guest", password=OLD)

    Client().post("/admin/login/", {"username": "guest", "password": OLD})

    (record,) = AccessRecord.objects.all()
    assert (record.kind, record.username) == ("login-failed", "guest")
