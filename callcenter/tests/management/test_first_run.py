"""`first_run`: a first start gives accounts and a setup, a second one nothing."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command

from callcenter.models import Operator, PhoneLine, Queue, SetupVersion

pytestmark = pytest.mark.django_db


def first_run() -> str:
    """Run the command and give what it prints."""
    output = StringIO()
    call_command("first_run", stdout=output)
    return output.getvalue()


def test_first_start_prints_accounts_that_can_log_in(settings):
    settings.DEMO = True

    shown = dict(re.findall(r"^  (\S+) +(\S+)$", first_run(), re.MULTILINE))

    operator = Operator.objects.get(number="+815000000201")
    assert list(shown) == ["supervisor", operator.name]
    supervisor = authenticate(username="supervisor", password=shown["supervisor"])
    assert supervisor is not None
    assert supervisor.is_superuser
    user = authenticate(username=operator.name, password=shown[operator.name])
    assert user is not None
    assert user == operator.user
    assert user.is_staff
    assert not user.is_superuser
    assert user.get_all_permissions() == set()


def test_second_start_prints_and_changes_nothing(settings):
    settings.DEMO = True
    first_run()
    version = SetupVersion.objects.get().version
    passwords = list(User.objects.values_list("username", "password"))

    assert first_run() == ""

    assert SetupVersion.objects.get().version == version
    assert list(User.objects.values_list("username", "password")) == passwords


def test_installation_without_demo_starts_empty(settings):
    settings.DEMO = False

    shown = re.findall(r"^  (\S+) +\S+$", first_run(), re.MULTILINE)

    assert shown == ["supervisor"]
    assert not PhoneLine.objects.exists()


def test_setup_made_by_hand_is_left_alone(settings):
    settings.DEMO = True
    Queue.objects.create(slug="mine", name="Mine")

    first_run()

    assert list(Queue.objects.values_list("slug", flat=True)) == ["mine"]
