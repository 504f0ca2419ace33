"""Twilio's client is patient within bounds, and says in a sentence what is wrong."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from callcenter.tests.standin.rest.test_server import server
from callcenter.tests.standin.server import ACCOUNT, CALLER, LINE
from callcenter.tests.twilio_api.log import Scripted, Waits, asking, page_of
from callcenter.twilio_api.access import NotConfigured, access
from callcenter.twilio_api.call_log import pages_of_day
from callcenter.twilio_api.client import (
    LONGEST_WAIT_SECONDS,
    TRIES,
    TwilioFailure,
    client,
)

DAY = datetime(2026, 10, 5, tzinfo=UTC).date()
BUSY = {"code": 20429, "message": "Too Many Requests", "status": 429}
DONE = (200, page_of([]))


@pytest.fixture(autouse=True)
def _account(settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    settings.TWILIO_AUTH_TOKEN = "secret"


def read(adapter, waits=None):
    return [page.calls for page in pages_of_day(asking(adapter, waits), DAY)]


def sentence(*replies, waits=None):
    """What is said where these are the answers."""
    with pytest.raises(TwilioFailure) as failure:
        read(Scripted(*replies), waits)
    return str(failure.value)


@pytest.mark.parametrize(
    "trouble",
    [
        (429, BUSY),
        (503, "busy"),
        requests.ConnectionError(),
        requests.ReadTimeout(),
        requests.exceptions.ChunkedEncodingError(),
        (200, '{"calls": [{"sid": "CA'),
    ],
)
def test_what_may_pass_is_asked_for_again_after_a_growing_while(trouble):
    waits = Waits()
    adapter = Scripted(trouble, trouble, DONE)

    assert read(adapter, waits) == [[]]

    assert len(adapter.asked) == 3
    first, second = waits.seconds
    assert 0.75 <= first <= 1.25
    assert 1.5 <= second <= 2.5


def test_it_waits_as_long_as_twilio_asks_for_and_not_much_longer():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=9))
    waits = Waits()
    asked = [{"Retry-After": "7"}, {"Retry-After": soon}, {"Retry-After": "86400"}, {}]
    adapter = Scripted(*[(429, BUSY, one) for one in asked], DONE)

    read(adapter, waits)

    assert waits.seconds[0] == 7
    assert 5 < waits.seconds[1] <= 9
    assert waits.seconds[2] == LONGEST_WAIT_SECONDS
    assert 6 <= waits.seconds[3] <= 10


@pytest.mark.parametrize(
    ("reply", "tries", "said"),
    [
        ((401, {"code": 20003}), 1, "(401, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN)"),
        ((404, {"code": 20404}), 1, "does not know this account: check"),
        ((429, BUSY), TRIES, "asked too often: try again later. (429, 5 tries)"),
        ((500, "oh"), TRIES, "Twilio fails: try again later. (500, 5 tries)"),
        ((400, {"code": 20001}), 1, "refuses the request. (400, code 20001)"),
        (
            requests.ReadTimeout(),
            TRIES,
            "did not answer in time. (https://api.twilio.com, 20 s)",
        ),
        (
            requests.ConnectionError(),
            TRIES,
            "cannot be reached. (https://api.twilio.com, Conn",
        ),
        ((200, '{"calls": ['), TRIES, "was cut off. (https://api.twilio.com)"),
        ((200, {"calls": []}), 1, "cannot be read."),
        ((200, {"next_page_uri": None, "a": [], "b": []}), 1, "reference"),
        ((200, {"calls": 5, "next_page_uri": None}), 1, "cannot be read."),
        # Deeper than Python's parser goes.
        ((200, "[" * 100_000 + "]" * 100_000), 1, "cannot be read."),
        ((400, "[" * 100_000), 1, "."),
    ],
)
def test_what_does_not_pass_is_one_plain_sentence(reply, tries, said):
    waits = Waits()

    found = sentence(reply, waits=waits)

    assert said in found
    assert found.endswith((".", ")"))
    assert "secret" not in found
    assert len(waits.seconds) == tries - 1


def test_with_an_api_key_its_settings_are_named(settings):
    settings.TWILIO_API_KEY_SID = "SK" + "1" * 32
    settings.TWILIO_API_KEY_SECRET = "key-secret"

    assert client().auth == (settings.TWILIO_API_KEY_SID, "key-secret")
    assert client().account_sid == settings.TWILIO_ACCOUNT_SID
    said = sentence((401, {"code": 20003}))
    assert "(401, TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET)" in said


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_API_KEY_SID": "SK" + "1" * 32}, "TWILIO_API_KEY_SECRET"),
        ({"TWILIO_AUTH_TOKEN": "geheim-é"}, "TWILIO_AUTH_TOKEN has characters"),
        ({"TWILIO_AUTH_TOKEN": "two words"}, "TWILIO_AUTH_TOKEN has characters"),
        ({"TWILIO_API_BASE_URL": "http://twilio.example.com"}, "TWILIO_API_BASE_URL"),
        ({"TWILIO_API_BASE_URL": "https://a.example/b"}, "TWILIO_API_BASE_URL"),
        ({"TWILIO_API_BASE_URL": "https://u:p@a.example"}, "TWILIO_API_BASE_URL"),
    ],
)
def test_settings_that_do_not_suffice_are_named(settings, changed, named):
    for name, value in changed.items():
        setattr(settings, name, value)

    with pytest.raises(NotConfigured, match=named):
        access()


def test_base_url_leads_every_page_to_another_server(settings, monkeypatch):
    settings.TWILIO_ACCOUNT_SID = ACCOUNT.sid
    settings.TWILIO_AUTH_TOKEN = ACCOUNT.auth_token
    monkeypatch.setattr("callcenter.twilio_api.call_log.PAGE_SIZE", 1)

    with server() as (url, exchange, loop):
        settings.TWILIO_API_BASE_URL = url
        for _ in range(2):
            loop.call_soon_threadsafe(exchange.ring, CALLER, LINE)
        found: list[str] = []
        while len(found) < 2:
            pages = pages_of_day(client(), datetime.now(UTC).date())
            found = [call.sid for page in pages for call in page.calls]
        assert sorted(found) == sorted(exchange.calls)

    waits = Waits()
    with pytest.raises(TwilioFailure, match=rf"Twilio cannot be reached\. \({url}, "):
        [*pages_of_day(client(waits), DAY)]
    # A stand-in that is not there is not waited for.
    assert waits.seconds == []
