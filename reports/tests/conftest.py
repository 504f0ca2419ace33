"""Who looks at the admin in its tests."""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from reports import migrations, rights


@pytest.fixture
def staff() -> Callable[..., Client]:
    """Gives a client logged in as staff who has just the permissions named."""

    def logged_in(*codenames: str) -> Client:
        user = User.objects.create_user("staff", password="x", is_staff=True)
        permissions = Permission.objects.filter(
            codename__in=codenames, content_type__app_label="callcenter"
        )
        user.user_permissions.set(permissions)
        client = Client()
        client.force_login(user)
        return client

    return logged_in


@pytest.fixture
def member() -> Callable[[str], Client]:
    """Gives a client logged in as staff of one of the groups that migrations make."""

    def logged_in(group: str) -> Client:
        # Tests that empty all tables leave no groups behind.
        for name in sorted(each.name for each in iter_modules(migrations.__path__)):
            module = import_module(f"{migrations.__name__}.{name}")
            if groups := getattr(module, "GROUPS", None):
                rights.give(apps, "default", groups)
        user = User.objects.create_user(group, password="x", is_staff=True)
        user.groups.set(Group.objects.filter(name=group))
        client = Client()
        client.force_login(user)
        return client

    return logged_in
