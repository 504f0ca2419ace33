from types import SimpleNamespace

import pytest
from django.core.checks import CheckMessage

from callcenter import checks
from callcenter.tests.twilio_client import ACCOUNT_SID, AUTH_TOKEN


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
