"""Accounts: what an administrator does for who cannot get in."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reports.site import model_admins

pytestmark = pytest.mark.django_db

USERS = "/admin/auth/user/"


def someone(has_second_step: bool = True) -> User:
    user = User.objects.create_user("sato", password="a long password", is_staff=True)
    if has_second_step:
        for kind, data in (("totp", {"secret": "x"}), ("recovery_codes", {})):
            Authenticator.objects.create(user=user, type=kind, data=data)
    return user


def do(client, action: str, user: User) -> str:
    form = {"action": action, "_selected_action": user.pk}
    answer = client.post(USERS, form, headers={"accept-language": "en"}, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def test_second_step_is_switched_off_for_who_has_lost_the_telephone(admin_client):
    user = someone()

    said = do(admin_client, "switch_second_step_off", user)

    assert said == "Two-factor authentication of 1 account has been switched off."
    assert not Authenticator.objects.exists()
    [entry] = LogEntry.objects.all()
    assert (entry.object_repr, entry.change_message) == (
        "sato",
        "Switched two-factor authentication off.",
    )


def test_who_is_locked_out_is_let_in_again(admin_client):
    user = someone(has_second_step=False)
    form = {"username": "sato", "password": "wrong"}
    for _attempt in range(5):
        Client().post("/admin/login/", form)

    said = do(admin_client, "unlock", user)

    assert said == "1 account has been unlocked."
    form["password"] = "a long password"
    assert Client().post("/admin/login/", form).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_three_accounts_as_for_one(
    admin_client, django_assert_num_queries, count
):
    for number in range(count - 1):
        User.objects.create_user(f"user-{number}")

    with django_assert_num_queries(6):
        html = admin_client.get(USERS).content.decode()

    assert html.count('class="field-has_second_step"') == count


def test_keys_of_apps_and_addresses_of_mail_are_not_in_the_admin():
    registered = {each.opts.app_label for each in model_admins(admin.site)}

    assert not registered & {"mfa", "account"}


def test_supervisor_cannot_switch_a_second_step_off(member):
    user = someone()

    answer = member("Supervisor").post(
        USERS, {"action": "switch_second_step_off", "_selected_action": user.pk}
    )

    assert answer.status_code == 403
    assert Authenticator.objects.count() == 2
    assert reverse("admin:auth_user_changelist") == USERS
