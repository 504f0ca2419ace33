from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.checks import CheckMessage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from callcenter import checks
from callcenter.models import Menu, Operator, PhoneLine, Queue
from callcenter.tests.twilio_client import ACCOUNT_SID, AUTH_TOKEN
from minicc import wsgi


@pytest.fixture(autouse=True)
def _configured(settings):
    settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID
    settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
    settings.WEBHOOK_BASIC_AUTH = ""
    settings.PUBLIC_BASE_URL = "https://cc.example.test"


def ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


def test_complete_configuration_passes():
    assert checks.webhook_settings(None) == []
    assert checks.ready_for_calls(None) == []


@pytest.mark.parametrize(
    "sid", ["AC123", "SK" + "5" * 32, ACCOUNT_SID + "0", ACCOUNT_SID + "\n"]
)
def test_malformed_account_sid_is_an_error_everywhere(settings, sid):
    settings.TWILIO_ACCOUNT_SID = sid

    assert ids(checks.webhook_settings(None)) == ["callcenter.E001"]


@pytest.mark.parametrize(
    "api", ["api.twilio.com", "http://api.twilio.com", "https://a/b", "http://[::1"]
)
def test_address_at_which_twilio_cannot_be_asked_is_an_error_everywhere(settings, api):
    settings.TWILIO_API_BASE_URL = api

    assert ids(checks.webhook_settings(None)) == ["callcenter.E008"]
    assert checks.ready_for_calls(None) == []


def test_stand_in_that_is_asked_in_place_of_twilio_is_warned_of(settings):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9000"

    assert checks.webhook_settings(None) == []
    assert ids(checks.ready_for_calls(None)) == ["callcenter.W009"]


@pytest.mark.parametrize("lock", ["open-sesame", "user:", ":word", "a:b:c", "a@b:c"])
def test_basic_credentials_that_cannot_stand_in_a_url_are_an_error_everywhere(
    settings, lock
):
    settings.WEBHOOK_BASIC_AUTH = lock

    assert ids(checks.webhook_settings(None)) == ["callcenter.E002"]


@pytest.mark.parametrize(
    "base",
    [
        "cc.example.test",
        "ftp://cc.example.test",
        "https://",
        "https://cc.example.test?a=1",
        "https://user:word@cc.example.test",
        "https://cc.example.test:port",
        "https://[::1",
        "https://cc.example.test/a%20b",
        "https://cc.example.test/a//b",
        "https://cc.example.test/..",
    ],
)
def test_public_address_that_twilio_cannot_call_is_an_error_everywhere(settings, base):
    settings.PUBLIC_BASE_URL = base

    assert ids(checks.webhook_settings(None)) == ["callcenter.E003"]


@pytest.mark.parametrize("path", ["", "/calls", "/our/calls-2.0", "/~calls_"])
def test_public_address_may_have_a_plain_path(settings, path):
    settings.PUBLIC_BASE_URL = f"https://cc.example.test{path}"

    assert checks.webhook_settings(None) == []


def test_missing_settings_are_an_error_only_in_deployment(settings):
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = ""
    settings.PUBLIC_BASE_URL = ""

    assert checks.webhook_settings(None) == []
    assert ids(checks.ready_for_calls(None)) == [
        "callcenter.E004",
        "callcenter.E005",
        "callcenter.W001",
    ]


def test_demo_telephones_are_a_warning_only_in_deployment(settings):
    settings.PUBLIC_BASE_URL = "https://cc.example.test"
    settings.DEMO = True

    assert checks.webhook_settings(None) == []
    assert ids(checks.ready_for_calls(None)) == ["callcenter.W002"]


@pytest.mark.parametrize(
    ("vendor", "is_mariadb", "version", "expected"),
    [
        ("mysql", True, (10, 6, 22), ["callcenter.E006"]),
        ("mysql", True, (10, 11, 0), []),
        ("mysql", True, (11, 4, 2), []),
        ("mysql", False, (8, 0, 40), ["callcenter.E006"]),
        ("mysql", False, (8, 4, 0), []),
        ("sqlite", False, (3, 40, 1), []),
    ],
)
def test_database_server_older_than_those_tested_is_an_error(
    monkeypatch, vendor, is_mariadb, version, expected
):
    server = SimpleNamespace(
        vendor=vendor, mysql_is_mariadb=is_mariadb, mysql_version=version
    )
    monkeypatch.setattr(checks, "connections", {"default": server})

    assert ids(checks.database_version(None, databases=["default"])) == expected


@pytest.fixture
def latin1(transactional_db) -> Iterator[None]:
    """A database, and a table in it, that were made without a word on characters."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} CHARACTER SET latin1")
        cursor.execute("CREATE TABLE odd (a int)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE odd")
        cursor.execute(f"ALTER DATABASE {name} CHARACTER SET utf8mb4")


@pytest.mark.server
@pytest.mark.usefixtures("latin1")
def test_database_that_cannot_hold_every_character_is_an_error():
    found = checks.database_characters(None, databases=["default"])

    assert ids(found) == ["callcenter.E007", "callcenter.E007"]
    assert [str(one.hint).split("`")[0] for one in found] == [
        "ALTER DATABASE ",
        "ALTER TABLE ",
    ]
    for each in found:
        with connection.cursor() as cursor:
            cursor.execute(str(each.hint))
    assert checks.database_characters(None, databases=["default"]) == []


@pytest.mark.server
@pytest.mark.usefixtures("latin1")
def test_server_and_first_run_refuse_such_a_database_in_one_sentence():
    with pytest.raises(SystemExit, match=r"does not start.*ALTER DATABASE"):
        wsgi.refuse_unfit_database()
    with pytest.raises(CommandError, match=r"cannot hold every.*ALTER DATABASE"):
        call_command("first_run")


@pytest.mark.django_db
def test_server_starts_with_a_database_that_holds_every_character():
    wsgi.refuse_unfit_database()


def test_server_starts_without_a_database(monkeypatch):
    def gone(**options):
        raise OperationalError("gone")

    monkeypatch.setattr(wsgi, "run_checks", gone)

    wsgi.refuse_unfit_database()


@pytest.mark.django_db
def test_center_in_which_nothing_is_set_up_is_a_warning(caplog):
    assert ids(checks.set_up_for_callers(None, databases=["default"])) == [
        "callcenter.W003"
    ]
    wsgi.refuse_unfit_database()
    assert "No queue is set up" in caplog.text

    Queue.objects.create(slug="support", name="Support")

    assert checks.set_up_for_callers(None, databases=["default"]) == []
    assert checks.set_up_for_callers(None) == []


@pytest.mark.django_db
def test_queue_that_callers_are_led_to_and_nobody_serves_is_a_warning():
    lost = Queue.objects.create(slug="lost", name="Lost")
    Queue.objects.create(slug="unused", name="Unused")
    line = PhoneLine.objects.create(number="+815000000101", name="Main", queue=lost)

    def said() -> list[str]:
        found = checks.set_up_for_callers(None, databases=["default"])
        return [f"{each.id} {each.msg}" for each in found]

    warning = (
        "callcenter.W004 Callers are led to queues that no active operator serves:"
        " lost."
    )
    assert said() == [warning]

    who = Operator.objects.create(name="Sato", number="+815000000201", is_active=False)
    who.serves.create(queue=lost)
    assert said() == [warning]

    who.is_active = True
    who.save()
    assert said() == []

    who.delete()
    line.delete()
    assert said() == []
    menu = Menu.objects.create(slug="main", name="Main")
    menu.options.create(input="1", action="queue", queue=lost)
    assert said() == [warning]
