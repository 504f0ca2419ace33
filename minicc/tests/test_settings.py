"""Settings: every variable is documented, and the defaults are safe."""

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from conftest import ENVIRONMENT
from minicc.settings import BASE_DIR, database, mail_server, sender

READ = sorted(
    set(
        re.findall(
            r'env\.\w+\(\s*"([A-Z_]+)"',
            (BASE_DIR / "minicc" / "settings.py").read_text(encoding="utf-8"),
        )
    )
)


def _settings_say(expression: str, **variables: str) -> str:
    """Evaluate an expression in a new process with only these variables and no .env."""
    code = (
        "import environ; environ.Env.read_env = classmethod(lambda *a, **k: None);"
        f"from minicc import settings; print(({expression}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"]} | variables,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )
    return (done.stdout or done.stderr).strip().splitlines()[-1]


def _text(name: str) -> str:
    return (BASE_DIR / name).read_text(encoding="utf-8")


def test_the_pattern_finds_variables_in_the_settings():
    assert {"SECRET_KEY", "DATABASE_URL", "DEMO"} <= set(READ)


def test_every_variable_is_in_the_example():
    named = re.findall(r"^#? ?([A-Z_]+)=", _text(".env.example"), re.MULTILINE)

    assert sorted(set(named)) == READ


def test_every_variable_is_in_the_readme_table():
    rows = re.findall(r"^\| `([A-Z_]+)` \|", _text("README.md"), re.MULTILINE)

    assert sorted(rows) == READ


def test_tests_depend_on_no_variable_of_the_developer():
    assert sorted([*ENVIRONMENT, "DATABASE_URL", "SPOOL_DIR"]) == READ


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("settings.DEBUG", "False"),
        ("settings.DEMO", "False"),
        ("settings.ALLOWED_HOSTS", "['127.0.0.1', 'localhost']"),
        ("settings.TWILIO_AUTH_TOKEN == settings.TWILIO_ACCOUNT_SID == ''", "True"),
        ("settings.X_FRAME_OPTIONS", "DENY"),
        ("settings.DATABASES['default']['ENGINE']", "django.db.backends.sqlite3"),
        ("settings.TIME_ZONE, settings.LANGUAGE_CODE", "('Asia/Tokyo', 'ja')"),
    ],
)
def test_defaults_of_settings_are_safe(expression, expected):
    assert _settings_say(expression, SECRET_KEY="x") == expected


def test_what_is_left_empty_has_its_default():
    said = _settings_say(
        "settings.SPOOL_DIR.name, settings.TIME_ZONE, settings.LANGUAGE_CODE",
        SECRET_KEY="x",
        SPOOL_DIR="",
        TIME_ZONE="",
        LANGUAGE_CODE="",
    )

    assert said == "('spool', 'Asia/Tokyo', 'ja')"


def test_without_a_secret_key_nothing_starts():
    assert "Set the SECRET_KEY environment variable" in _settings_say("'started'")


def test_public_https_address_makes_cookies_secure_and_lets_twilio_in():
    expression = (
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE,"
        " settings.CSRF_TRUSTED_ORIGINS, settings.ALLOWED_HOSTS"
    )

    said = _settings_say(
        expression,
        SECRET_KEY="x",
        PUBLIC_BASE_URL="https://cc.example.com/",
        ALLOWED_HOSTS="localhost",
    )

    assert (
        said
        == "(True, True, ['https://cc.example.com'], ['localhost', 'cc.example.com'])"
    )


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_mariadb_and_mysql_are_used_with_utf8mb4_and_read_committed(scheme):
    config = database(f"{scheme}://minicc:secret@db.example.com:3307/calls")

    assert config["ENGINE"] == "django.db.backends.mysql"
    assert (config["HOST"], config["PORT"]) == ("db.example.com", 3307)
    assert config["OPTIONS"]["charset"] == "utf8mb4"
    assert config["OPTIONS"]["isolation_level"] == "read committed"


def test_sqlite_transactions_begin_immediate():
    config = database("sqlite:///calls.sqlite3")

    assert config["NAME"] == str(BASE_DIR / "calls.sqlite3")
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        ("https://CC.example.com:443", "(['https://cc.example.com'], None, '/')"),
        ("https://cc.example.com:8443", "(['https://cc.example.com:8443'], None, '/')"),
        ("http://127.0.0.1:80/", "(['http://127.0.0.1'], None, '/')"),
        ("https://example.com/cc/", "(['https://example.com'], '/cc', '/cc/')"),
        ("", "([], None, '/')"),
    ],
)
def test_public_base_url_gives_trusted_origin_prefix_and_cookie_path(public, expected):
    expression = (
        "settings.CSRF_TRUSTED_ORIGINS, settings.FORCE_SCRIPT_NAME,"
        " settings.SESSION_COOKIE_PATH"
    )

    assert _settings_say(expression, SECRET_KEY="x", PUBLIC_BASE_URL=public) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 25, "", "", False, False)),
        (
            "smtp+tls://cc%40example.com:p%40ss@mail.example.com",
            ("mail.example.com", 587, "cc@example.com", "p@ss", False, True),
        ),
        (
            "smtp+ssl://mail.example.com:4650",
            ("mail.example.com", 4650, "", "", True, False),
        ),
    ],
)
def test_mail_server_is_read_from_its_address(url, expected):
    found = mail_server(url)

    assert found is not None
    names = ("host", "port", "user", "password", "has_ssl", "has_tls")
    assert tuple(found[name] for name in names) == expected


def test_without_an_address_there_is_no_mail_server():
    assert mail_server(" ") is None


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "smtp://",
        "consolemail://",
        "smtp://mail:port",
        "smtp://[::1",
    ],
)
def test_what_is_no_mail_server_is_refused_in_a_sentence(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL is no address"):
        mail_server(url)


@pytest.mark.parametrize("text", ["MiniCC", "a@b\nBcc: c@d", "@example.com"])
def test_sender_must_have_an_address(text):
    with pytest.raises(ImproperlyConfigured, match="DEFAULT_FROM_EMAIL is no address"):
        sender(text)
