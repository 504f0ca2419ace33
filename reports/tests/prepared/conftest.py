"""A center with calls, and somebody who may export them; every export is large."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from reports.tests.admin import rows


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    monkeypatch.setattr("reports.admin.exports.MOST_STREAMED", 0)
    monkeypatch.setattr("reports.pages.report_file.MOST_STREAMED", -1)


@pytest.fixture
def calls():
    return [rows.make_call(caller=f"+8131234567{n}") for n in range(3)]


@pytest.fixture
def exporter():
    """A client of staff who may export calls with their numbers, and the account."""
    user = User.objects.create_user("hana", password="x", is_staff=True)
    wanted = {"add_exportaudit", "view_call", "view_numbers"}
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client = Client()
    client.force_login(user)
    return client, user
