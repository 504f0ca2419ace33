"""The installation that requests of a test meet, and the summary of a run."""

import logging
from collections.abc import Iterator

import pytest

from callcenter.demo.setup.installation import install
from callcenter.models import WrapUpCode
from callcenter.tests.fuzz.checked import ERRORS
from callcenter.tests.fuzz.effort import is_long
from callcenter.tests.fuzz.tally import TALLY, sentence
from callcenter.tests.twilio_client import ACCOUNT_SID, AUTH_TOKEN, BASE_URL


@pytest.fixture
def installed(settings, transactional_db) -> Iterator[None]:
    """The demo installation, settings for signed requests, and a watch for errors.

    Requests commit, as in real use: constraints that are deferred to the end of a
    transaction would otherwise never be checked.
    """
    settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID
    settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
    settings.TWILIO_AUTH_TOKEN_SECONDARY = ""
    settings.WEBHOOK_BASIC_AUTH = ""
    settings.PUBLIC_BASE_URL = BASE_URL
    # The operators of the demo can sign in.
    settings.DEMO = True
    install()
    WrapUpCode.objects.create(code="a", name="A", digits="6")
    ERRORS.pop()
    logging.getLogger().addHandler(ERRORS)
    yield
    logging.getLogger().removeHandler(ERRORS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts of a long run."""
    if is_long():
        database = terminalreporter.config.getoption("database")
        terminalreporter.write_line(sentence(database), bold=True)
        TALLY.clear()
