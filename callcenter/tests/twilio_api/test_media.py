"""Audio is fetched in parts, from Twilio alone, and what fails is a plain sentence."""

import io
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import requests
from requests.adapters import HTTPAdapter

from callcenter.reasons import Explained, Reason, parts
from callcenter.standin import sound
from callcenter.tests.standin.rest.test_recordings import record
from callcenter.tests.standin.rest.test_server import server
from callcenter.tests.standin.server import ACCOUNT
from callcenter.twilio_api import media
from callcenter.twilio_api.media import BeyondEnd, fetch

SID = "RE" + "0" * 31 + "1"
FILE = sound.tone(12)
PATH = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Recordings/{SID}.wav"


@pytest.fixture(autouse=True)
def _account(settings):
    settings.TWILIO_ACCOUNT_SID = ACCOUNT.sid
    settings.TWILIO_AUTH_TOKEN = ACCOUNT.auth_token


def reason_of(failing):
    with pytest.raises(Explained) as failure:
        failing()
    return parts(failure.value.kept)[0]


def test_parts_come_from_the_stand_in_with_our_credentials(settings):
    with server() as (url, exchange, _loop):
        settings.TWILIO_API_BASE_URL = url
        record(exchange, 1, "CA" + "1" * 32)

        first, last = fetch(SID, 0, 1000), fetch(SID, 192_000, 1000)

        assert (first.content, first.first, first.total) == (FILE[:1000], 0, len(FILE))
        assert (last.content, last.first) == (FILE[192_000:], 192_000)
        with pytest.raises(BeyondEnd) as beyond:
            fetch(SID, len(FILE), 10)
        assert beyond.value.total == len(FILE)
        assert reason_of(lambda: fetch("RE" + "9" * 32, 0, 9)) is Reason.RECORDING_GONE
        settings.TWILIO_AUTH_TOKEN = "another"
        assert reason_of(lambda: fetch(SID, 0, 9)) is Reason.TWILIO_CREDENTIALS
    assert reason_of(lambda: fetch(SID, 0, 9)) is Reason.TWILIO_UNREACHABLE


@contextmanager
def answering(*pieces, pause=0.0):
    """A server that answers one request with these bytes; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def work():
            try:
                connection, _address = listening.accept()
                with connection:
                    connection.recv(65_536)
                    for piece in pieces:
                        connection.sendall(piece)
                        time.sleep(pause)
            except OSError:
                pass  # the other side has gone

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread.join(10)


def whole(*headers):
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()


def test_of_a_whole_file_what_was_not_asked_for_is_skipped(settings):
    head = whole(f"Content-Length: {len(FILE)}")
    for first in (0, 150_000):
        with answering(head, FILE) as settings.TWILIO_API_BASE_URL:
            part = fetch(SID, first, 1000)

        assert part.content == FILE[first : first + 1000]
        assert (part.first, part.total) == (first, len(FILE))


def test_file_whose_length_is_not_said_is_read_to_its_end(settings):
    chunk = f"{len(FILE):x}\r\n".encode() + FILE + b"\r\n0\r\n\r\n"
    with answering(whole("Transfer-Encoding: chunked"), chunk) as url:
        settings.TWILIO_API_BASE_URL = url
        part = fetch(SID, 100, 1000)

    assert (part.content, part.total) == (FILE[100:1100], len(FILE))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([whole("Content-Length: 300000000")], Reason.RECORDING_TOO_LONG),
        ([whole("Content-Length: 1000"), b"cut"], Reason.TWILIO_CUT_OFF),
        ([b"HTTP/1.1 410 Gone\r\n\r\n"], Reason.RECORDING_GONE),
        ([b"HTTP/1.1 403 No\r\n\r\n"], Reason.TWILIO_CREDENTIALS),
        ([b"HTTP/1.1 429 Too Many\r\n\r\n"], Reason.TWILIO_TOO_OFTEN),
        ([b"HTTP/1.1 503 Busy\r\n\r\n"], Reason.TWILIO_FAILS),
        ([b"HTTP/1.1 400 Bad\r\n\r\n"], Reason.TWILIO_REFUSES),
        ([b"HTTP/1.1 206 OK\r\n\r\n"], Reason.TWILIO_OTHER),
        (
            [b"HTTP/1.1 206 OK\r\nContent-Range: bytes 5-9/10\r\n\r\n"],
            Reason.TWILIO_OTHER,
        ),
        ([b"no answer at all\r\n\r\n"], Reason.TWILIO_UNREACHABLE),
        ([b""], Reason.TWILIO_UNREACHABLE),
        # From this machine's program nobody is sent elsewhere.
        (
            [b"HTTP/1.1 302 There\r\nLocation: http://169.254.169.254/\r\n\r\n"],
            Reason.TWILIO_OTHER,
        ),
    ],
)
def test_what_goes_wrong_has_its_reason(settings, answer, reason):
    with answering(*answer) as settings.TWILIO_API_BASE_URL:
        assert reason_of(lambda: fetch(SID, 0, 500)) is reason


@pytest.mark.parametrize(
    "pieces", [[b""], [whole("Content-Length: 999"), *[b"x"] * 200]]
)
def test_silence_and_what_trickles_are_given_up(settings, monkeypatch, pieces):
    monkeypatch.setattr(media, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(media, "MOST_SECONDS", 0.3)
    with answering(*pieces, pause=0.02 if pieces[0] else 1) as url:
        settings.TWILIO_API_BASE_URL = url
        began = time.monotonic()

        assert reason_of(lambda: fetch(SID, 0, 500)) is Reason.TWILIO_SLOW

    assert time.monotonic() - began < 3


def test_without_settings_that_suffice_nobody_is_asked(settings):
    settings.TWILIO_AUTH_TOKEN = ""

    assert reason_of(lambda: fetch(SID, 0, 500)) is Reason.TWILIO_NOT_SET_UP


@pytest.mark.parametrize("sid", ["", "RE1", f"{SID}/../x", "CA" + "0" * 32])
def test_what_is_no_recording_sid_is_asked_of_nobody(sid):
    assert reason_of(lambda: fetch(sid, 0, 500)) is Reason.RECORDING_GONE


class Redirecting(HTTPAdapter):
    """Sends every request on to an address; keeps what was asked."""

    def __init__(self, location):
        super().__init__()
        self.location = location
        self.asked = []

    def send(self, request, *_, **__):
        self.asked.append(request)
        response = requests.Response()
        response.request, response.url = request, str(request.url)
        response.status_code = 302 if len(self.asked) == 1 else 404
        response.headers["Location"] = self.location
        response.raw = io.BytesIO()
        return response


@pytest.mark.parametrize(
    ("location", "is_followed"),
    [
        ("https://media.twiliocdn.com/a/b?signed=1", True),
        ("https://bucket.s3.amazonaws.com/a", True),
        ("http://media.twiliocdn.com/a", False),
        ("https://twiliocdn.com.example.org/a", False),
        ("https://user@media.twiliocdn.com/a", False),
        ("https://media.twiliocdn.com:8443/a", False),
        ("https://169.254.169.254/latest", False),
        ("https://media.twiliocdn.com:odd/a", False),
        ("https://[odd/a", False),
        ("file:///etc/passwd", False),
    ],
)
def test_redirects_lead_to_stores_of_twilio_alone_and_without_credentials(
    monkeypatch, location, is_followed
):
    adapter = Redirecting(location)

    plain = requests.Session

    def session():
        made = plain()
        made.mount("https://", adapter)
        made.mount("http://", adapter)
        return made

    monkeypatch.setattr(requests, "Session", session)

    reason = reason_of(lambda: fetch(SID, 0, 500))

    assert adapter.asked[0].url == f"https://api.twilio.com{PATH}"
    assert adapter.asked[0].headers["Range"] == "bytes=0-499"
    assert "Authorization" in adapter.asked[0].headers
    if is_followed:
        assert reason is Reason.RECORDING_GONE
        assert [one.url for one in adapter.asked[1:]] == [location]
        assert "Authorization" not in adapter.asked[1].headers
    else:
        assert reason is Reason.TWILIO_OTHER
        assert len(adapter.asked) == 1
