"""Whoever may change accounts makes nobody a superuser, nor takes one's place."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def changer() -> Client:
    """Staff who may do everything with accounts and groups, and is no superuser."""
    user = User.objects.create_user("changer", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="auth"))
    client = Client()
    client.force_login(user)
    return client


def page(kind: str, row: User | Group, what: str = "change") -> str:
    return reverse(f"admin:auth_{kind}_{what}", args=[row.pk])


def test_superuser_flag_and_groups_cannot_be_given(changer):
    night = Group.objects.create(name="Night shift")
    for name in ("changer", "sato"):
        account, _ = User.objects.get_or_create(username=name)

        changer.post(
            page("user", account),
            {
                "username": name,
                "is_active": "on",
                "is_staff": "on",
                "is_superuser": "on",
                "groups": [night.pk],
            },
        )

        account.refresh_from_db()
        assert (account.is_staff, account.is_superuser) == (True, False)
        assert not account.groups.exists()


def test_superusers_account_is_not_theirs_to_change(changer):
    root = User.objects.create_superuser("root", password="before")

    form = {"username": "root", "is_active": "on", "email": "mine@example.com"}
    assert changer.post(page("user", root), form).status_code == 403
    assert (
        changer.post(page("user", root, "delete"), {"post": "yes"}).status_code == 403
    )
    url = reverse("admin:auth_user_password_change", args=[root.pk])
    new = {"password1": "of-the-thief", "password2": "of-the-thief"}
    assert changer.post(url, new).status_code == 403

    root.refresh_from_db()
    assert root.check_password("before")
    assert root.email == ""


@pytest.mark.parametrize("action", ["switch_second_step_off", "unlock", "end_sessions"])
def test_no_action_touches_a_superuser(changer, action):
    root = User.objects.create_superuser("root", password="x")
    visitor = Client()
    visitor.force_login(root)

    changer.post(
        reverse("admin:auth_user_changelist"),
        {"action": action, "_selected_action": [root.pk]},
    )

    assert visitor.get(reverse("admin:index")).status_code == 200


def test_groups_are_changed_by_superusers_alone(changer, admin_client):
    night = Group.objects.create(name="Night shift")

    assert changer.post(page("group", night), {"name": "Mine"}).status_code == 403
    assert (
        changer.post(reverse("admin:auth_group_add"), {"name": "N"}).status_code == 403
    )
    assert admin_client.post(page("group", night), {"name": "Day"}).status_code == 302
    night.refresh_from_db()
    assert night.name == "Day"
