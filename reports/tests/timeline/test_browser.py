"""The way to a raw webhook in a real browser, by keyboard alone, and no barrier."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from callcenter.tests.samples import NAMES, expected, file_of
from conftest import browser
from minicc.settings import BASE_DIR
from minicc.tests import sites

pytestmark = pytest.mark.browser

# More steps than any page needs to its last link.
MOST_TABS = 150
LOOKS = [("ja", "light", 1440), ("en", "dark", 390)]
SHOWN = ["01-answered", "09-lost-exit", "17-operator-only", "21-two-operators"]


@dataclass
class Site:
    """A running MiniCC with the recorded calls, and a browser."""

    base: str
    chromium: Browser
    trouble: list[str] = field(default_factory=list)

    def reader(self, language: str, scheme: str = "light", width: int = 1440) -> Page:
        """A window of a supervisor who has just logged in."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": 844},
            locale=language,
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        page.on("console", lambda said: self.trouble.append(said.text))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.goto(f"{self.base}/admin/")
        page.fill("#id_username", sites.USER)
        page.fill("#id_password", sites.PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_selector("#user-tools")
        return page


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    installation = tmp_path_factory.mktemp("installation") / "minicc.sqlite3"
    sites.install(installation)
    subprocess.run(  # noqa: S603 -- our own command and files
        [
            *(sys.executable, "manage.py", "load_events"),
            *(str(file_of(name)) for name in NAMES if name[0].isdigit()),
        ],
        cwd=BASE_DIR,
        env=sites.environment_of(installation),
        check=True,
    )
    with (
        sites.serving(installation, folder) as base,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox"]
        )
        yield Site(base, chromium)
        chromium.close()


def tab_to(page: Page, selector: str) -> None:
    """Goes from control to control until one of these has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"no way by keyboard to {selector} on {page.url}")


def test_raw_webhook_is_reached_from_the_list_of_entries_by_keyboard(site):
    sid = expected("01-answered")["calls"][0]["sid"]
    page = site.reader("en")
    page.goto(f"{site.base}/admin/callcenter/queueentry/?q={sid}")

    tab_to(page, "#result_list tbody .field-record a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queueentry/*/change/**")
    page.go_back()
    tab_to(page, "#result_list tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/call/*/change/**")
    expect(page.locator("h1")).to_contain_text("050-0040-6207")
    tab_to(page, ".moment-connect .raw summary")
    form = page.locator(".moment-connect .raw-form")
    expect(form).to_be_hidden()
    page.keyboard.press("Enter")

    expect(form).to_be_visible()
    expect(form).to_contain_text("DequeingCallSid")
    tab_to(page, ".moment-connect .raw-page a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/webhookevent/*/change/**")
    assert site.trouble == []


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_timelines_have_no_barrier_and_are_not_scrolled_sideways(
    site, language, scheme, width
):
    page = site.reader(language, scheme, width)
    for name in SHOWN:
        rows = expected(name)
        sid = [*rows["calls"], *rows.get("other_legs", [])][0]["sid"]
        page.goto(f"{site.base}/admin/callcenter/call/sid/{sid}/")
        for address in (page.url, f"{page.url}?raw=open"):
            page.goto(address)

            wide = page.evaluate("document.documentElement.scrollWidth")

            assert wide <= width, address
            assert Axe().run(page).response["violations"] == [], address
    assert site.trouble == []


def test_timeline_on_paper_keeps_bar_and_lines_and_leaves_the_frame(site):
    sid = expected("01-answered")["calls"][0]["sid"]
    page = site.reader("ja")
    page.goto(f"{site.base}/admin/callcenter/call/sid/{sid}/")
    page.emulate_media(media="print")

    expect(page.locator(".phase-bar")).to_be_visible()
    expect(page.locator(".moment").first).to_be_visible()
    for frame in ("#header", "#nav-sidebar", ".timeline-tools"):
        expect(page.locator(frame)).to_be_hidden()
    assert site.trouble == []
