"""The real Voice SDK in a real browser, against a loopback stand-in for its signalling.

The desk's page and the demo whose stand-in plays Twilio are two sites on one database.
A second page answers the offer of media, as Twilio's media servers do.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conftest import browser
from minicc.tests import sites
from reports.tests.desk import signalling
from reports.tests.desk.signalling import Signalling
from reports.tests.desk.windows import (
    KEYS,
    PASSWORD,
    PATIENCE_MS,
    is_on,
    sit_down,
)

pytestmark = pytest.mark.browser

# Answers an offer with a tone of its own, without candidates to come. It takes no keys
# as sound, which no page could hear: so the SDK sends them as frames.
ANSWER = """async (offer) => {
  const pc = new RTCPeerConnection();
  window.pcs = [...(window.pcs ?? []), pc];
  const context = new AudioContext();
  const tone = context.createOscillator();
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  await pc.setRemoteDescription({ type: "offer", sdp: offer });
  for (const track of out.stream.getTracks()) pc.addTrack(track, out.stream);
  await pc.setLocalDescription(await pc.createAnswer());
  await new Promise((done) => {
    if (pc.iceGatheringState === "complete") done();
    pc.onicegatheringstatechange = () => {
      if (pc.iceGatheringState === "complete") done();
    };
  });
  const { sdp } = pc.localDescription;
  return [...sdp.matchAll(/a=rtpmap:(\\d+) telephone-event/g)].reduce(
    (text, [, code]) =>
      text
        .replace(new RegExp(`^(m=audio .*) ${code}\\\\b`, "m"), "$1")
        .replace(new RegExp(`^a=(rtpmap|fmtp):${code} .*\\\\r\\\\n`, "gm"), ""),
    sdp,
  );
}"""
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--ignore-certificate-errors",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]


class Place:
    """The desk's site, Twilio's signalling, and the two pages of a test."""

    def __init__(self, base: str, demo: str, database: Path, chromium: Browser) -> None:
        self.base = base
        self.demo = demo
        self.database = database
        self.chromium = chromium
        self.refused: list[str] = []

    def desk(self) -> Page:
        context = self.chromium.new_context(locale="en", permissions=["microphone"])
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on(
            "console",
            lambda said: (
                self.refused.append(said.text)
                if "Content Security Policy" in said.text
                else None
            ),
        )
        sit_down(page, self.base)
        is_on(page, "#desk-away")
        return page

    def peer(self) -> Page:
        page = self.chromium.new_context().new_page()
        page.goto(f"{self.base}/healthz")
        return page

    def caller(self) -> Page:
        page = self.chromium.new_context(locale="en").new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{self.demo}/demo/phone/")
        page.click("#call")
        expect(page.locator("#state")).to_have_text("Asked for a key")
        page.click("[data-key='1']")
        return page

    def states(self, since: datetime) -> list[str]:
        with closing(sqlite3.connect(self.database)) as database:
            rows = database.execute(
                "SELECT state FROM callcenter_operatorstate"
                " WHERE operator = 'client:agent_01' AND started_at > ?"
                " ORDER BY started_at",
                [since.strftime("%Y-%m-%d %H:%M:%S.%f")],
            )
            return [state for (state,) in rows]


@pytest.fixture(scope="module")
def sites_and_twilio(tmp_path_factory) -> Iterator[tuple[Place, Signalling]]:
    folder = tmp_path_factory.mktemp("sdk")
    database = folder / "minicc.sqlite3"
    sites.install(database)
    sites.give_account(database, "agent_01", PASSWORD)
    one = ("--workers", "1")
    with (
        sites.process(database, folder, *one, DEMO="1", **KEYS) as demo,
        sites.process(database, folder, *one, DEMO="0", **KEYS) as desk,
        signalling.serving(demo[0]) as twilio,
        sync_playwright() as playwright,
    ):
        rule = f"MAP *.twilio.com 127.0.0.1:{twilio.port}"
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=[*FLAGS, f"--host-resolver-rules={rule}"]
        )
        yield Place(desk[0], demo[0], database, chromium), twilio
        chromium.close()


@pytest.fixture
def place(sites_and_twilio) -> Iterator[tuple[Place, Signalling]]:
    """The sites and Twilio, for a test after which no policy may have been broken."""
    expect.set_options(timeout=PATIENCE_MS)
    here, twilio = sites_and_twilio
    here.refused.clear()
    twilio.reset()
    yield here, twilio
    for context in here.chromium.contexts:
        context.close()
    assert here.refused == []


def connect(desk: Page, peer: Page, twilio: Signalling) -> str:
    """Press Ready, and answer the offer of media; returns the SID of the leg."""
    desk.click("#desk-ready")
    deadline = time.monotonic() + 30
    while twilio.offers.empty():
        assert time.monotonic() < deadline, twilio.frames
        # Pages only work while Playwright does.
        desk.wait_for_timeout(100)
    sid, offer = twilio.offers.get()
    twilio.answer(sid, peer.evaluate(ANSWER, offer))
    return sid


def until(page: Page, holds) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def test_sdk_registers_with_our_token_and_takes_a_call_with_our_parameters(place):
    here, twilio = place
    desk, peer = here.desk(), here.peer()
    begun = datetime.now(UTC)

    leg = connect(desk, peer, twilio)
    is_on(desk, "#desk-ready")
    caller = here.caller()
    expect(desk.locator("#desk-busy")).to_contain_text("Talking")
    expect(caller.locator("#state")).to_have_text("Talking")

    said = jwt.decode(
        twilio.of_type("listen")[0]["token"],
        KEYS["TWILIO_API_KEY_SECRET"],
        algorithms=["HS256"],
    )
    assert said["grants"]["identity"] == "agent_01"
    assert twilio.of_type("register")
    (invite,) = twilio.of_type("invite")
    assert invite["twilio"]["params"] == "MiniccDesk=1"
    # Media really flow: sound of the peer arrives.
    until(
        desk,
        lambda: peer.evaluate(
            "async () => [...(await window.pcs[0].getStats()).values()]"
            ".some((one) => one.type === 'inbound-rtp' && one.packetsReceived > 20)"
        ),
    )

    desk.click("#desk-mute")
    expect(desk.locator("#desk-said")).to_have_text("Your microphone is muted.")
    desk.click("#desk-hang-up")
    expect(desk.locator("#desk-busy")).to_contain_text("Wrap-up")
    assert [one["dtmf"] for one in twilio.of_type("dtmf")] == ["*"]
    expect(caller.locator("#state")).to_have_text("Call ended")
    desk.click("#desk-ready")
    is_on(desk, "#desk-ready")
    desk.click("#desk-away")
    desk.click("[data-reason=meal]")
    until(desk, lambda: twilio.of_type("hangup"))
    assert twilio.of_type("hangup")[0]["callsid"] == leg
    is_on(desk, "#desk-away")
    until(desk, lambda: here.states(begun)[-1:] == ["not_ready"])
    assert here.states(begun) == [
        "ready",
        "talking",
        "wrap_up",
        "ready",
        "not_ready",
    ]


def test_token_is_renewed_before_it_ends(place):
    here, twilio = place
    twilio.seconds = 62
    desk, peer = here.desk(), here.peer()
    connect(desk, peer, twilio)
    is_on(desk, "#desk-ready")

    until(desk, lambda: len(twilio.of_type("listen")) >= 2)

    first, second = (one["token"] for one in twilio.of_type("listen")[:2])
    assert first != second
    expect(desk.locator("#desk-trouble")).to_be_hidden()


def test_token_that_could_not_be_renewed_is_renewed_by_ready(place):
    here, twilio = place
    twilio.seconds = 62
    desk, peer = here.desk(), here.peer()
    connect(desk, peer, twilio)
    is_on(desk, "#desk-ready")

    desk.route("**/desk/token/", lambda route: route.abort())
    expect(desk.locator("#desk-trouble")).to_contain_text("could not be renewed")
    desk.unroute("**/desk/token/")
    desk.click("#desk-away")
    desk.click("[data-reason=meal]")
    is_on(desk, "#desk-away")
    old = [one["token"] for one in twilio.of_type("listen")]
    connect(desk, peer, twilio)

    is_on(desk, "#desk-ready")
    expect(desk.locator("#desk-trouble")).to_be_hidden()
    assert twilio.of_type("listen")[len(old)]["token"] not in old


def test_sdk_recovers_after_a_cut_and_the_page_says_both(place):
    here, twilio = place
    desk, peer = here.desk(), here.peer()
    leg = connect(desk, peer, twilio)
    is_on(desk, "#desk-ready")
    caller = here.caller()
    is_on(desk, "#desk-busy")

    twilio.cut()
    expect(desk.locator("#desk-trouble")).to_contain_text(
        "connection to Twilio is gone"
    )
    expect(desk.locator("#desk-trouble")).to_be_hidden(timeout=PATIENCE_MS)

    again = [one for one in twilio.of_type("invite") if one.get("reconnect")]
    assert again[0]["callsid"] == leg
    expect(caller.locator("#state")).to_have_text("Talking")
    is_on(desk, "#desk-busy")


def test_refused_token_is_said_and_nobody_is_ready(place):
    here, twilio = place
    twilio.refuses_tokens = True
    desk = here.desk()

    desk.click("#desk-ready")

    expect(desk.locator("#desk-trouble")).to_contain_text("could not be renewed")
    is_on(desk, "#desk-away")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("NotAllowedError", "may not use the microphone"),
        ("NotFoundError", "There is no microphone"),
        ("NotReadableError", "Another program uses the microphone"),
    ],
)
def test_microphone_that_cannot_be_had_is_said(place, error, said):
    here, _twilio = place
    desk = here.desk()
    desk.evaluate(
        "(name) => { navigator.mediaDevices.getUserMedia ="
        " () => Promise.reject(new DOMException('', name)); }",
        error,
    )

    desk.click("#desk-ready")

    expect(desk.locator("#desk-trouble")).to_contain_text(said)
    is_on(desk, "#desk-away")
