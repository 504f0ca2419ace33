"""Floods through the nginx of docs/deploy.md: callers are answered all the same."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from minicc.tests import sites
from minicc.tests.sites import FORM_TYPE, Site

pytestmark = pytest.mark.proxy


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    """MiniCC at a place of its own: what one test sends counts for no other."""
    database = tmp_path / "installation.sqlite3"
    sites.install(database)
    folder = tmp_path / "site"
    folder.mkdir()
    with sites.running(sites.PLACES["at the root"], database, folder) as one:
        yield one


def test_an_address_tries_to_log_in_so_often_and_no_more(site):
    path = site.place.path

    answers = [site.ask(f"{site.base}/admin/login/").status for _ in range(40)]

    # The burst, and what a busy machine lets through meanwhile; then a pause.
    assert answers[:20] == [200] * 20
    assert answers.count(429) >= 10
    assert site.ask(f"{site.base}/admin/").headers["Location"].startswith(path)
    ended = site.twilio(site.with_lock("/twilio/status/"), CallStatus="completed")
    assert ended.status == 204


def test_slow_senders_keep_no_thread_from_callers(site):
    head = "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nContent-Length: 900\r\n"
    host = urlsplit(site.base).netloc
    stalled = []
    try:
        # More than the application has threads.
        for number in range(60):
            path = ("/twilio/incoming/", "/admin/")[number % 2]
            connection = site.connect()
            place = site.place.path + path
            connection.sendall(f"{head.format(place, host, FORM_TYPE)}\r\na".encode())
            stalled.append(connection)

        ended = site.twilio(site.with_lock("/twilio/status/"), CallStatus="completed")

        assert ended.status == 204
    finally:
        for connection in stalled:
            connection.close()
