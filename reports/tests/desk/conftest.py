"""An operator who sits at the desk."""

import pytest
from django.contrib.auth.models import Group, User

from callcenter.models import Operator


@pytest.fixture
def user(db):
    made = User.objects.create_user("sato", password="of-sato", is_staff=True)
    made.groups.set(Group.objects.filter(name="Operator"))
    return made


@pytest.fixture
def operator(user):
    return Operator.objects.create(name="Sato", client_identity="sato", user=user)


@pytest.fixture
def desk(client, user, operator):
    """The browser of an operator who is logged in."""
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client
