"""An installation is looked at from outside, over HTTP, and nothing of it is stored."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.cache import cache

from callcenter.flow import links
from callcenter.models import WebhookEvent
from callcenter.twilio_api.outside import findings

pytestmark = pytest.mark.django_db(transaction=True)


def found() -> dict[str, str]:
    """What is wrong, by what was looked at."""
    looked = findings(links.health(), links.status(), links.hold_music())
    return {one.what: one.problem for one in looked}


@pytest.fixture
def other() -> Iterator[type[BaseHTTPRequestHandler]]:
    """Another server in place of ours: answers every request with its `status`."""

    class Handler(BaseHTTPRequestHandler):
        status = 200
        date = ""

        def do_GET(self) -> None:
            self.send_response_only(self.status)
            if self.date:
                self.send_header("Date", self.date)
            self.end_headers()
            self.wfile.write(b'{"setup_version": 1}')

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Handler.base = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Handler
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("lock", ["", "twilio:p@ss"])
def test_right_installation_has_no_fault_and_stores_nothing(
    live_server, settings, lock
):
    cache.clear()
    settings.PUBLIC_BASE_URL = live_server.url
    settings.WEBHOOK_BASIC_AUTH = lock

    looked = found()

    assert set(looked.values()) == {""}
    assert ("a password is asked for" in looked) == bool(lock)
    assert not WebhookEvent.objects.exists()


def test_address_under_which_others_answer_is_told(other, settings):
    settings.PUBLIC_BASE_URL = other.base
    other.status = 404

    looked = found()

    assert (
        "is not answered by MiniCC (status 404)" in looked["our address can be reached"]
    )


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (200, "which no webhook gives"),
        (401, "another WEBHOOK_BASIC_AUTH"),
        (403, "another TWILIO_AUTH_TOKEN"),
        (503, "no TWILIO_ACCOUNT_SID"),
    ],
)
def test_answer_to_a_signed_request_says_what_is_wrong(
    other, settings, status, problem
):
    settings.PUBLIC_BASE_URL = other.base
    other.status = status

    assert problem in found()["a signature is found right"]


def test_whoever_believes_everybody_is_told(other, settings):
    settings.PUBLIC_BASE_URL = other.base

    looked = found()

    assert "something answers in place" in looked["a wrong signature is refused"]
    assert "let the proxy pass /static/" in looked["the hold music can be played"]


def test_clock_that_is_wrong_is_told(other, settings):
    settings.PUBLIC_BASE_URL = other.base
    other.date = "Wed, 21 Oct 2015 07:28:00 GMT"

    assert "set it by NTP" in found()["our clock is right"]


def test_server_that_is_down_is_one_sentence(settings):
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:1"

    reached, *rest = findings(links.health(), links.status(), links.hold_music())

    assert reached.problem.startswith("127.0.0.1:1 cannot be reached")
    assert [(one.problem, one.is_skipped) for one in rest] == [("", True)] * 4
