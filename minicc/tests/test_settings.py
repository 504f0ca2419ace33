"""Settings: every variable is documented, and the defaults are safe."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from conftest import ENVIRONMENT
from minicc.settings import BASE_DIR, database
from minicc.values import is_on, mail_server, sender

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
        "settings.SPOOL_DIR.name, settings.TIME_ZONE, settings.LANGUAGE_CODE,"
        " settings.ACCESS_LOG_DAYS, settings.SESSION_COOKIE_AGE",
        SECRET_KEY="x",
        SPOOL_DIR="",
        TIME_ZONE="",
        LANGUAGE_CODE="",
        ACCESS_LOG_DAYS="",
        SESSION_HOURS="",
    )

    assert said == "('spool', 'Asia/Tokyo', 'ja', 365, 36000)"


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


NUMBERS = {
    "ACCESS_LOG_DAYS": ["0", "-1", "100000", "9999999999"],
    "SESSION_HOURS": ["0", "-4", "1.5", "8761"],
    "PROXY_COUNT": ["-1", "100"],
    "STANDIN_PORT": ["-1", "65536", "99999"],
    "DEMO_DAYS": ["-1", "401"],
}
REFUSED = [
    *[
        (name, text, "a whole number from ")
        for name, texts in NUMBERS.items()
        for text in [*texts, "abc", "١"]
    ],
    *[(name, "vielleicht", "1 for on") for name in ("DEBUG", "DEMO")],
    ("REQUIRE_SECOND_STEP", "2", "1 for on or 0 for off"),
    ("TIME_ZONE", "Mars/X", "the name of a time zone"),
    ("TIME_ZONE", "../Tokyo", "the name of a time zone"),
    ("TIME_ZONE", "Asia", "the name of a time zone"),
    ("LANGUAGE_CODE", "xx", "write ja or en"),
    ("PUBLIC_BASE_URL", "http://[", "an address such as https://"),
    ("PUBLIC_BASE_URL", "https://cc.example.com:99999", "an address such as https://"),
    ("METRICS_TOKEN", "short", "at least 16 characters"),
    ("DATABASE_URL", "mysql://cc:pw@localhost:port/cc", "no address of a database"),
]


def test_setting_that_cannot_be_is_refused_by_its_name():
    """All in one process, which reads the settings once for each."""
    code = (
        "import importlib, json, os, sys\n"
        "import environ\n"
        "from django.core.exceptions import ImproperlyConfigured\n"
        "environ.Env.read_env = classmethod(lambda *a, **k: None)\n"
        "from minicc import settings\n"
        "for name, text, _ in json.loads(sys.argv[1]):\n"
        "    os.environ[name] = text\n"
        "    try:\n"
        "        importlib.reload(settings)\n"
        "        print(name, 'is accepted:', text)\n"
        "    except ImproperlyConfigured as problem:\n"
        "        print(problem)\n"
        "    del os.environ[name]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(REFUSED)],
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "x"},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )

    assert done.stderr == ""
    said = done.stdout.splitlines()
    assert len(said) == len(REFUSED)
    for (name, _text, expected), sentence in zip(REFUSED, said, strict=True):
        assert sentence.startswith(name)
        assert expected in sentence
        assert "pw" not in sentence


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("On", True), ("no", False), (" ", False)]
)
def test_setting_is_on_or_off(text, expected):
    assert is_on("DEMO", text) is expected


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["-c", "import minicc.server"],
    ],
    ids=["commands", "server"],
)
def test_refused_setting_is_one_sentence_however_it_starts(command):
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | {"SESSION_HOURS": "-4"},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert done.returncode != 0
    assert "MiniCC: SESSION_HOURS is '-4': write a whole number from" in done.stderr
    assert "Traceback" not in done.stderr
