"""Accounts and groups in the admin: rights come through groups."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

pytestmark = pytest.mark.django_db


def names_of_fields(html: str) -> set[str]:
    return set(re.findall(r'<input type="checkbox" name="(\w+)"', html))


def test_account_gets_its_rights_by_ticking_groups(admin_client):
    night = Group.objects.create(name="Night shift")
    account = User.objects.create_user("sato", password="x")
    page = reverse("admin:auth_user_change", args=[account.pk])

    html = admin_client.get(page).content.decode()
    ticks = {"groups", "is_active", "is_staff", "is_superuser"}
    assert names_of_fields(html) == ticks
    form = {"username": "sato", "is_active": "on", "groups": [night.pk]}
    assert admin_client.post(page, form).status_code == 302

    account.refresh_from_db()
    assert [account.is_active, account.is_staff] == [True, False]
    assert list(account.groups.all()) == [night]


def test_permission_given_to_an_account_by_command_survives_its_page(admin_client):
    account = User.objects.create_user("sato", password="x")
    permission = Permission.objects.get(codename="view_call")
    account.user_permissions.add(permission)
    page = reverse("admin:auth_user_change", args=[account.pk])

    admin_client.post(page, {"username": "sato", "is_active": "on"})

    assert list(account.user_permissions.all()) == [permission]


def test_permissions_of_a_group_are_read_at_once(
    admin_client, django_assert_num_queries
):
    group = Group.objects.create(name="Night shift")
    ContentType.objects.clear_cache()

    with django_assert_num_queries(6):
        admin_client.get(reverse("admin:auth_group_change", args=[group.pk]))
