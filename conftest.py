"""What every test relies on: known settings, a database, and programs it may need."""

import os
import shutil
import tempfile
import threading
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection

from minicc.tests import clusters, nginx, servers

# Every variable that settings.py reads: no result may depend on the developer's .env.
ENVIRONMENT = {
    "SECRET_KEY": "known-to-everyone-and-good-for-tests-only-0123456789",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "PUBLIC_BASE_URL": "https://callcenter.example.com",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "TWILIO_AUTH_TOKEN": "token-of-the-tests",
    "TWILIO_AUTH_TOKEN_SECONDARY": "",
    "TWILIO_API_KEY_SID": "",
    "TWILIO_TWIML_APP_SID": "",
    "TWILIO_API_KEY_SECRET": "",
    "TWILIO_API_BASE_URL": "",
    "WEBHOOK_BASIC_AUTH": "",
    "DEMO": "0",
    "DEMO_DAYS": "0",
    "STANDIN_PORT": "0",
    "PROXY_COUNT": "0",
    "SECRET_KEY_FALLBACKS": "",
    "SESSION_HOURS": "10",
    "REQUIRE_SECOND_STEP": "0",
    "ACCESS_LOG_DAYS": "365",
    "KEEP_EVENTS_DAYS": "",
    "KEEP_RECORDINGS_DAYS": "",
    "KEEP_VOICEMAIL_DAYS": "",
    "METRICS_TOKEN": "",
    "KEEP_NUMBERS_DAYS": "",
    "DIAL_PREFIXES": "+81",
    "EMAIL_URL": "",
    "DEFAULT_FROM_EMAIL": "MiniCC <minicc@callcenter.example.com>",
    "LANGUAGE_CODE": "ja",
    "TIME_ZONE": "Asia/Tokyo",
}
# Set by the process that starts the server, and read by the workers of xdist.
SERVER_URL = "MINICC_TEST_SERVER_URL"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Fixtures of pytest-django that open the database of the tests.
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}
ONLY_ON_SERVER = "only on a database server: pytest --database=mariadb"

# Pages that show rows which other tests read on each database, or none at all.
SAME_ON_EVERY_DATABASE = (
    "callcenter/tests/demo/",
    "reports/tests/callflow/",
    "reports/tests/login/",
    "reports/tests/present/",
    "reports/tests/test_words.py",
    "reports/tests/timeline/",
)


def pytest_addoption(
    parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager
) -> None:
    """Choose the database and set Django up, before any other conftest is imported."""
    parser.addoption(
        "--database",
        choices=["sqlite", *servers.KINDS],
        default="sqlite",
        help="where the tests keep their rows; a server is started for them",
    )
    parser.addoption(
        "--without-returned-keys",
        action="store_true",
        help="MariaDB returns no keys of inserted rows, as MySQL never does",
    )
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)
    arguments = [str(argument) for argument in config.invocation_params.args]
    options = parser.parse_known_args(arguments)
    chosen = options.database
    os.environ |= ENVIRONMENT
    folder = tempfile.TemporaryDirectory(prefix="minicc-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["SPOOL_DIR"] = str(Path(folder.name) / "spool")
    if SERVER_URL in os.environ:
        os.environ["DATABASE_URL"] = os.environ[SERVER_URL]
    elif chosen in servers.KINDS and not servers.missing(chosen):
        os.environ["DATABASE_URL"] = os.environ[SERVER_URL] = servers.start(chosen)
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
    if options.without_returned_keys:
        features = type(connection.features)
        features.can_return_rows_from_bulk_insert = False
        features.can_return_columns_from_insert = False


def pytest_configure(config: pytest.Config) -> None:
    """Register markers and profiles; raise UsageError if a required program lacks."""
    config.addinivalue_line("markers", "server: needs a database server")
    config.addinivalue_line("markers", "browser: needs Chromium")
    config.addinivalue_line("markers", "proxy: needs nginx")
    config.addinivalue_line("markers", "cluster: needs MariaDB and Galera")
    config.addinivalue_line("markers", "once: the same on every database; on SQLite")
    # No deadlines: on a busy machine they would fail by chance.
    hypothesis.settings.register_profile("minicc", deadline=None)
    # For `make fuzz`; callcenter/tests/fuzz/effort.py says how much it tries.
    hypothesis.settings.register_profile("fuzz", deadline=None)
    hypothesis.settings.load_profile("minicc")
    lacks = _missing()
    if lacks and _everything_is_required():
        raise pytest.UsageError("CI must skip nothing, but lacks " + "; ".join(lacks))
    chosen = config.getoption("database")
    if chosen in servers.KINDS and servers.missing(chosen):
        pytest.exit(
            f"NOT RUN on {servers.NAMES[chosen]}: this machine lacks "
            + "; ".join(servers.missing(chosen)),
            # MySQL is never chosen but on purpose.
            returncode=1 if chosen == "mysql" else 0,
        )


@pytest.fixture(autouse=True)
def spool(settings, tmp_path):
    """An own SPOOL_DIR for each test: the setup kept there would serve the next one."""
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture(autouse=True)
def _new_process(monkeypatch):
    """Forget what a process caches (setup, presence, rules) before each test.

    The language as well: the test client leaves that of its last request active.

    """
    # Importable only when Django is set up.
    from django.utils import translation  # noqa: PLC0415

    from callcenter import access_log, presence  # noqa: PLC0415
    from callcenter.flow import current  # noqa: PLC0415
    from callcenter.history import setup  # noqa: PLC0415
    from callcenter.webhooks import pin_gate  # noqa: PLC0415
    from reports.desk import setup as desk_setup  # noqa: PLC0415
    from reports.export import downloads  # noqa: PLC0415

    translation.deactivate()
    current.forget()
    presence.forget()
    setup.forget_rules()
    access_log.forget()
    pin_gate.forget()
    desk_setup.forget()
    # A response that a test does not read keeps its turn until it is collected.
    turns = threading.BoundedSemaphore(downloads.MOST_AT_ONCE)
    monkeypatch.setattr(downloads, "_turns", turns)


def pytest_report_header(config: pytest.Config) -> str:
    chosen = f"database: {config.getoption('database')}"
    if config.getoption("without_returned_keys"):
        chosen += " without returned keys"
    return chosen


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Skip tests that this run cannot do, with the reason.

    On a server, leave out those that it makes no difference to: they ran on SQLite.
    """
    if config.getoption("database") in servers.KINDS:
        left_out = [item for item in items if not _depends_on_database(item)]
        items[:] = [item for item in items if _depends_on_database(item)]
        config.hook.pytest_deselected(items=left_out)
    for item in items:
        if (
            item.get_closest_marker("server")
            and config.getoption("database") not in servers.KINDS
        ):
            item.add_marker(pytest.mark.skip(reason=ONLY_ON_SERVER))
        if item.get_closest_marker("browser") and not browser():
            item.add_marker(pytest.mark.skip(reason="needs Chromium"))
        if item.get_closest_marker("proxy") and nginx.missing():
            item.add_marker(pytest.mark.skip(reason="needs nginx"))
        if item.get_closest_marker("cluster") and clusters.missing():
            item.add_marker(pytest.mark.skip(reason="needs MariaDB and Galera"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that may skip nothing if it has skipped a test."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not _everything_is_required():
        return
    unexplained = [
        report
        for report in reporter.stats.get("skipped", [])
        if ONLY_ON_SERVER not in str(report.longrepr)
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


def _depends_on_database(item: pytest.Item) -> bool:
    """Whether a test opens the database, and not to draw or to play what is on it."""
    if item.get_closest_marker("once") or item.get_closest_marker("browser"):
        return False
    if item.nodeid.startswith(SAME_ON_EVERY_DATABASE):
        return False
    fixtures = getattr(item, "fixturenames", ())
    has_mark = item.get_closest_marker("django_db") is not None
    return has_mark or not DATABASE_FIXTURES.isdisjoint(fixtures)


def _missing() -> list[str]:
    lacks = clusters.missing() + nginx.missing()
    if not browser():
        lacks.append("Chromium (Debian: apt install chromium)")
    if not finders.find("vendor/echarts.js"):
        lacks.append("the library that draws charts (npm ci)")
    return lacks
