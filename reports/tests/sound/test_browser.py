"""A message is heard in a real browser, from the stand-in, or it is said why not."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from callcenter.standin.calls.recordings import Recording
from callcenter.tests.samples import expected, file_of
from callcenter.tests.standin.rest.test_server import server
from callcenter.tests.standin.server import ACCOUNT, START
from conftest import browser
from minicc.settings import BASE_DIR
from minicc.tests import sites
from reports.tests.timeline.test_browser import Site, tab_to

pytestmark = pytest.mark.browser

NAME = "05-voicemail-after-max-wait"
# Longer than one answer holds.
SECONDS = 300
PLAYS = f"a => a.currentTime > 0.5 && Math.round(a.duration) === {SECONDS}"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Iterator[tuple[Site, Recording]]:
    """A running MiniCC that asks the stand-in, and the message that is there."""
    folder = tmp_path_factory.mktemp("site")
    installation = tmp_path_factory.mktemp("installation") / "minicc.sqlite3"
    sites.install(installation)
    subprocess.run(  # noqa: S603 -- our own command and file
        [sys.executable, "manage.py", "load_events", str(file_of(NAME))],
        cwd=BASE_DIR,
        env=sites.environment_of(installation),
        check=True,
    )
    with server() as (url, exchange, _loop):
        sid, call = _recording_sid(), expected(NAME)["calls"][0]["sid"]
        message = Recording(sid, call, "RecordVerb", START, SECONDS, "")
        exchange.recordings[sid] = message
        own = {
            "TWILIO_API_BASE_URL": url,
            "TWILIO_ACCOUNT_SID": ACCOUNT.sid,
            "TWILIO_AUTH_TOKEN": ACCOUNT.auth_token,
        }
        with (
            sites.serving(installation, folder, **own) as base,
            sync_playwright() as playwright,
        ):
            chromium = playwright.chromium.launch(
                executable_path=browser(), args=["--no-sandbox"]
            )
            yield Site(base, chromium), message
            chromium.close()


def _recording_sid() -> str:
    text = file_of(NAME).read_text()
    sid: str = text.partition('"RecordingSid": "')[2].partition('"')[0]
    return sid


def _wait_for(page: Any, state: str) -> None:
    """Wait until this is true of the player; the page allows no script to wait."""
    audio = page.locator("audio")
    for _ in range(100):
        if audio.evaluate(state):
            return
        page.wait_for_timeout(100)
    raise AssertionError(state)


def test_message_is_heard_by_keyboard_and_sought_in(recorded):
    site, message = recorded
    message.status = "completed"
    page = site.reader("en")
    page.goto(f"{site.base}/admin/callcenter/call/sid/{message.call_sid}/")

    tab_to(page, "audio")
    page.keyboard.press("Space")
    _wait_for(page, PLAYS)
    page.locator("audio").evaluate("audio => { audio.currentTime = 290; }")
    _wait_for(page, "a => a.currentTime > 290.5")

    expect(page.locator(".sound-problem")).to_be_hidden()
    assert Axe().run(page).response["violations"] == []
    assert site.trouble == []


def test_player_takes_the_place_of_the_link_in_a_list(recorded):
    site, message = recorded
    message.status = "completed"
    page = site.reader("ja")
    page.goto(f"{site.base}/admin/callcenter/voicemail/")

    tab_to(page, "a.play")
    page.keyboard.press("Enter")

    _wait_for(page, PLAYS)
    assert page.evaluate("document.activeElement.matches('audio')")
    assert site.trouble == []


def test_what_is_gone_at_twilio_is_said_beside_the_player(recorded):
    site, message = recorded
    message.status = "deleted"
    page = site.reader("ja", width=390)
    page.goto(f"{site.base}/admin/callcenter/call/sid/{message.call_sid}/")

    page.locator("audio").evaluate("audio => { audio.play().catch(() => {}); }")

    said = (
        "再生できません。録音がTwilioにありません。"
        "まだ準備できていない可能性もあります。"
    )
    expect(page.locator(".sound-problem")).to_have_text(said)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # The browser tells its console of every answer that is no success.
    assert all("404" in text for text in site.trouble)
    site.trouble.clear()
