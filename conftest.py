"""What every test relies on: known settings, a database, and programs it may need."""

import os
import shutil
import tempfile
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings

from minicc.tests import mariadb, nginx

# Every variable that settings.py reads: no result may depend on the developer's .env.
ENVIRONMENT = {
    "SECRET_KEY": "known-to-everyone-and-good-for-tests-only-0123456789",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "PUBLIC_BASE_URL": "https://callcenter.example.com",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "TWILIO_AUTH_TOKEN": "token-of-the-tests",
    "TWILIO_AUTH_TOKEN_SECONDARY": "",
    "WEBHOOK_BASIC_AUTH": "",
    "DEMO": "0",
    "DEMO_DAYS": "0",
    "STANDIN_PORT": "0",
    "PROXY_COUNT": "0",
    "LANGUAGE_CODE": "ja",
    "TIME_ZONE": "Asia/Tokyo",
}
# Set by the process that starts the server, and read by the workers of xdist.
SERVER_URL = "MINICC_TEST_MARIADB_URL"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ONLY_ON_MARIADB = "only on MariaDB: pytest --database=mariadb"


def pytest_addoption(
    parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager
) -> None:
    """Choose the database and set Django up, before any other conftest is imported."""
    parser.addoption(
        "--database",
        choices=["sqlite", "mariadb"],
        default="sqlite",
        help="where the tests keep their rows; MariaDB is started for them",
    )
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)
    arguments = [str(argument) for argument in config.invocation_params.args]
    chosen = parser.parse_known_args(arguments).database
    os.environ |= ENVIRONMENT
    folder = tempfile.TemporaryDirectory(prefix="minicc-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["SPOOL_DIR"] = str(Path(folder.name) / "spool")
    if SERVER_URL in os.environ:
        os.environ["DATABASE_URL"] = os.environ[SERVER_URL]
    elif chosen == "mariadb" and not mariadb.missing():
        os.environ["DATABASE_URL"] = os.environ[SERVER_URL] = mariadb.start()
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder.name}/minicc.sqlite3"
    # Set only for a moment: with it pytest-django would read the settings in xdist's
    # workers before this function has chosen them.
    os.environ["DJANGO_SETTINGS_MODULE"] = "minicc.settings"
    django.setup()
    del os.environ["DJANGO_SETTINGS_MODULE"]
    # A fast hasher: tests have many passwords and PINs, and none is a secret.
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    database = settings.DATABASES["default"]
    # On SQLite a file, as in real use: in memory, threads would fail at once where on
    # disk they wait for each other.
    database["TEST"] |= (
        {"NAME": f"{folder.name}/test.sqlite3"}
        if "sqlite" in database["ENGINE"]
        else {"CHARSET": "utf8mb4"}
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register markers and profiles; raise UsageError if a required program lacks."""
    config.addinivalue_line("markers", "mariadb: makes sense on MariaDB only")
    config.addinivalue_line("markers", "browser: needs Chromium")
    config.addinivalue_line("markers", "proxy: needs nginx")
    # No deadlines: on a busy machine they would fail by chance.
    hypothesis.settings.register_profile("minicc", deadline=None)
    # For `make fuzz`; callcenter/tests/fuzz/effort.py says how much it tries.
    hypothesis.settings.register_profile("fuzz", deadline=None)
    hypothesis.settings.load_profile("minicc")
    lacks = _missing()
    if lacks and _everything_is_required():
        raise pytest.UsageError("CI must skip nothing, but lacks " + "; ".join(lacks))
    if config.getoption("database") == "mariadb" and mariadb.missing():
        pytest.exit(
            "NOT RUN on MariaDB: this machine lacks " + "; ".join(mariadb.missing()),
            returncode=0,
        )


@pytest.fixture(autouse=True)
def spool(settings, tmp_path):
    """An own SPOOL_DIR for each test: the setup kept there would serve the next one."""
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture(autouse=True)
def _new_process(monkeypatch):
    """Forget what a process caches (setup, presence, rules) before each test.

    The language as well: the test client leaves that of its last request active.

    Events are derived before the answer, as when requests come one at a time: the
    thread that derives later does not see the rows of a test's transaction.
    """
    # Importable only when Django is set up.
    from django.utils import translation  # noqa: PLC0415

    from callcenter import presence  # noqa: PLC0415
    from callcenter.flow import current  # noqa: PLC0415
    from callcenter.history import backlog, setup, store  # noqa: PLC0415

    translation.deactivate()
    current.forget()
    presence.forget()
    setup.forget_rules()
    monkeypatch.setattr(backlog, "schedule", store.derive_event)


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('database')}"


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Skip tests that this run cannot do, with the reason."""
    for item in items:
        if (
            item.get_closest_marker("mariadb")
            and config.getoption("database") != "mariadb"
        ):
            item.add_marker(pytest.mark.skip(reason=ONLY_ON_MARIADB))
        if item.get_closest_marker("browser") and not browser():
            item.add_marker(pytest.mark.skip(reason="needs Chromium"))
        if item.get_closest_marker("proxy") and nginx.missing():
            item.add_marker(pytest.mark.skip(reason="needs nginx"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that may skip nothing if it has skipped a test."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not _everything_is_required():
        return
    unexplained = [
        report
        for report in reporter.stats.get("skipped", [])
        if ONLY_ON_MARIADB not in str(report.longrepr)
    ]
    if unexplained and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what could not be tested on this machine, and how to get it."""
    for lack in _missing():
        terminalreporter.write_line(
            f"NOT TESTED: this machine lacks {lack}", yellow=True
        )


def browser() -> str | None:
    """The path of Chromium under one of its names; None if it is not there."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _everything_is_required() -> bool:
    return any(os.environ.get(name) for name in ("CI", "REQUIRE_ALL"))


def _missing() -> list[str]:
    lacks = mariadb.missing() + nginx.missing()
    if not browser():
        lacks.append("Chromium (Debian: apt install chromium)")
    return lacks
