"""A center with entries, the owner of a schedule, and a mail server on loopback."""

import pytest
from django.contrib.auth.models import Permission, User

from reports.tests.delivery.mail_server import mail_server
from reports.tests.factories import make_connection, make_entry, make_queue

RIGHTS = {"schedule_reports", "add_exportaudit", "view_call", "view_abandonedcall"}


@pytest.fixture
def owner(db):
    user = User.objects.create_user("hana", "hana@example.com", "x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    return user


@pytest.fixture
def entries(db):
    make_queue()
    make_queue("sales")
    make_connection(make_entry())
    make_entry(outcome="abandoned", wait_seconds=30)


@pytest.fixture
def server(settings):
    with mail_server() as known:
        settings.MAIL_SERVER = known.settings()
        yield known
