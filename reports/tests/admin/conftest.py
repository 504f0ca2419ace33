"""Who looks at the admin in its tests."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client


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
