"""Calls made by hand in a real browser, served as `make run` does, by two processes."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from callcenter.models.pins import DEMO_PIN
from conftest import browser
from minicc.tests import sites

pytestmark = pytest.mark.browser

# Sentences are spoken in real time, and two workers share a busy machine.
PATIENCE_MS = 60_000
WINDOWS = {"wide": (1440, 900), "phone": (390, 844)}


@dataclass
class Telephones:
    """A site, a browser, and what went wrong in its windows."""

    base: str
    database: Path
    chromium: Browser
    trouble: list[str] = field(default_factory=list)

    def window(
        self,
        path: str,
        *,
        window: str = "wide",
        is_watched=True,
        script="",
        **options,
    ) -> Page:
        """A new window, of nobody who was here before."""
        width, height = WINDOWS[window]
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            **{"locale": "en", **options},
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.add_init_script(script)
        if is_watched:
            self.watch(page)
        page.goto(self.base + path)
        return page

    def watch(self, page: Page) -> None:
        """Note what a developer would see in the console, and who else is asked."""
        page.on("console", lambda said: self.trouble.append(said.text))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(f"{self.base}/")
                else self.trouble.append(request.url)
            ),
        )

    def caller_and_outcome(self, sid: str) -> tuple[str, str]:
        """What the history says of a call by now."""
        with closing(sqlite3.connect(self.database)) as database:
            caller, outcome = database.execute(
                "SELECT caller, outcome FROM callcenter_call WHERE sid = ?", [sid]
            ).fetchone()
        return caller, outcome


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Telephones]:
    """A demo that was just installed, with two processes behind it."""
    folder = tmp_path_factory.mktemp("site")
    installation = tmp_path_factory.mktemp("installation") / "minicc.sqlite3"
    sites.install(installation)
    with (
        sites.serving(installation, folder, "--workers", "2", DEMO="1") as base,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox"]
        )
        yield Telephones(base, folder / "minicc.sqlite3", chromium)
        chromium.close()


@pytest.fixture
def telephones(site) -> Iterator[Telephones]:
    """The site, for a test after which nothing may have gone wrong."""
    site.trouble.clear()
    yield site
    for context in site.chromium.contexts:
        context.close()
    assert site.trouble == []


def expect_state(page: Page, text: str) -> None:
    expect(page.locator("#state")).to_have_text(text, timeout=PATIENCE_MS)


def heard(page: Page) -> list[str]:
    return page.locator("#lines p").all_inner_texts()


def test_call_by_hand_from_ring_to_hang_up_with_the_operator_in_a_second_window(
    telephones,
):
    caller = telephones.window("/demo/phone/")
    # By keyboard alone: the button, then a key of the menu.
    caller.focus("#call")
    caller.keyboard.press("Enter")
    expect_state(caller, "Asked for a key")
    caller.keyboard.press("1")
    expect_state(caller, "Waiting in the queue")
    expect(caller.locator("#detail")).to_have_text("Queue サポート, place 1")

    operator = telephones.window("/demo/operator/")
    operator.click("#call")
    expect_state(operator, "Asked for a key")
    for key in f"{DEMO_PIN}#":
        operator.click(f"#keypad [data-key='{key}']")
    for page in (caller, operator):
        expect_state(page, "Talking")
    expect(caller.locator("#who")).to_have_text("佐藤 陽子 050-0000-0201")
    expect(operator.locator("#who")).to_have_text("050-0000-0301")

    for page, sentence in ((caller, "My bill is wrong."), (operator, "Let me see.")):
        page.fill("#sentence", sentence)
        page.keyboard.press("Enter")
    expect(operator.locator("#lines")).to_contain_text("050-0000-0301: My bill is")
    expect(caller.locator("#lines")).to_contain_text("0201: Let me see.")

    caller.click("#hang-up")
    expect_state(caller, "Call ended")
    expect(operator.locator("#lines")).to_contain_text("The conversation is over.")
    operator.click("#hang-up")
    expect_state(operator, "Call ended")

    said = heard(caller)
    assert said[0].startswith("お電話ありがとうございます。")
    assert "You pressed 1" in said
    assert any("ただいま1番目に" in line for line in said)
    assert said[-1] == "You hung up."
    assert "You pressed 1 2 3 4 #" in heard(operator)
    call = caller.inner_text("#sid")
    supervisor = log_in(telephones)
    supervisor.goto(f"{telephones.base}/admin/callcenter/queueentry/?q={call}")
    entry = supervisor.locator("#result_list tbody tr").all_inner_texts()
    supervisor.goto(f"{telephones.base}/admin/callcenter/connection/?q={call}")
    connection = supervisor.locator("#result_list tbody tr").all_inner_texts()
    assert len(entry) == len(connection) == 1
    assert "answered" in entry[0].lower()
    assert "佐藤 陽子" in entry[0]
    assert "佐藤 陽子" in connection[0]


def log_in(telephones: Telephones) -> Page:
    # The stock admin has no icon, which the console complains of.
    page = telephones.window("/admin/", is_watched=False)
    page.fill("#id_username", sites.USER)
    page.fill("#id_password", sites.PASSWORD)
    page.click("input[type=submit]")
    page.wait_for_selector("#user-tools")
    return page


# What a browser with voices has; headless Chromium has none.
VOICES = """
const said = window.said = [];
const voice = (name, lang, localService) => ({ name, lang, localService });
const voices = [
  voice("far away", "ja-JP", false),
  voice("Kyoko", "ja-JP", true),
  voice("Samantha", "en-US", true),
];
const synthesis = {
  getVoices: () => voices,
  speak: (one) => said.push([one.voice.name, one.text]),
  cancel: () => said.push(["", "cancelled"]),
};
Object.defineProperty(window, "speechSynthesis", { value: synthesis });
window.SpeechSynthesisUtterance = class {
  constructor(text) { this.text = text; }
};
"""


def test_prompts_are_spoken_by_a_voice_of_the_machine_in_their_language(telephones):
    page = telephones.window("/demo/phone/", script=VOICES)
    with page.expect_request("**/hold-music.wav"):
        page.click("#call")
        expect_state(page, "Asked for a key")
        page.keyboard.press("5")
        expect(page.locator("#lines")).to_contain_text("For billing")
        page.keyboard.press("1")
        expect_state(page, "Waiting in the queue")
    spoken = page.evaluate("said")
    page.click("#mute")
    page.click("#hang-up")
    expect_state(page, "Call ended")

    # The key cuts the greeting short, and leads to the English menu.
    (first, greeting), cut, (then, menu) = spoken[:3]
    assert (first, cut, then) == ("Kyoko", ["", "cancelled"], "Samantha")
    assert greeting.startswith("お電話ありがとうございます。")
    assert menu.startswith("For billing, press 1.")
    expect(page.locator("#no-voice")).to_be_hidden()
    expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")


def test_supervisor_goes_from_the_telephone_to_the_rows_of_the_call(telephones):
    page = log_in(telephones)
    page.goto(f"{telephones.base}/demo/phone/")
    page.click("#call")
    expect_state(page, "Asked for a key")

    with page.context.expect_page() as opened:
        page.click("#history")
    rows = opened.value.locator("#result_list tbody tr")

    expect(rows).to_have_count(1)
    assert urlsplit(opened.value.url).path == "/admin/callcenter/call/"
    page.click("#hang-up")


def test_page_that_is_closed_hangs_up(telephones):
    page = telephones.window("/demo/phone/", window="phone")
    page.check("#withheld")
    page.click("#call")
    expect_state(page, "Asked for a key")
    call = page.inner_text("#sid")
    page.click("#keypad [data-key='3']")
    expect_state(page, "Waiting in the queue")

    page.close(run_before_unload=True)

    # The end of the call and the exit from the queue arrive in any order.
    deadline = time.monotonic() + 10
    while "abandoned" not in (found := telephones.caller_and_outcome(call))[1]:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    assert found[0] == ""


def test_page_in_the_background_waits_for_its_news_instead_of_asking_twice_a_second(
    telephones,
):
    # Browsers slow the timers of such a page down, as far as to one a minute.
    hidden = "Object.defineProperty(document, 'hidden', { value: true });"
    page = telephones.window("/demo/phone/", script=hidden)
    with page.expect_request("**/*wait=2"):
        page.click("#call")
    expect_state(page, "Asked for a key")
    page.click("#hang-up")
    expect_state(page, "Call ended")


def test_what_is_wrong_with_a_number_is_said_on_the_page(telephones):
    page = telephones.window("/demo/phone/")
    page.fill("#caller", "0120")

    page.click("#call")

    expect(page.get_by_role("alert")).to_have_text(
        "Write your number as 050-0000-0301, or with + and the code of its country,"
        " as +815000000301."
    )
    # The browser tells of every answer that is no success.
    assert telephones.trouble.pop().startswith("Failed to load resource")


def test_keys_of_the_keyboard_do_nothing_while_switched_off_or_written(telephones):
    page = telephones.window("/demo/phone/")
    page.click("#call")
    expect_state(page, "Asked for a key")

    page.click("#keyboard")
    page.keyboard.press("9")
    page.click("#keyboard")
    page.keyboard.press("Control+9")
    page.keyboard.press("2")

    expect(page.locator("#pressed")).to_have_text("2")
    page.click("#hang-up")
    expect_state(page, "Call ended")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("window", WINDOWS)
def test_nobody_is_shut_out(telephones, window, language, scheme):
    for path in ("/demo/operator/", "/demo/phone/"):
        page = telephones.window(
            path, window=window, locale=language, color_scheme=scheme
        )
        found = Axe().run(page).response["violations"]
        assert found == []
        assert page.get_attribute("html", "lang") == language
        widths = page.evaluate("[document.body.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1]

    if window == "phone":
        _shuts_nobody_out_in_a_call(page)


def _shuts_nobody_out_in_a_call(page: Page) -> None:
    page.click("#call")
    page.wait_for_selector("[data-doing=menu]")
    page.keyboard.press("4")
    page.wait_for_selector("[data-doing=queued]")
    assert Axe().run(page).response["violations"] == []
    page.click("#hang-up")
    page.wait_for_selector("#hang-up", state="hidden")
