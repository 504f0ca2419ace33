"""Every page in a real browser, in both languages, light and dark, wide and narrow.

Each page: no accessibility barrier found by axe, no error in the console (such as a
breach of the content security policy), no request to another host, not wider than its
window.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from conftest import browser
from minicc.settings import BASE_DIR
from minicc.tests import sites
from reports.tests.browser.fill import WALL_TOKEN
from reports.tests.browser.pages import addresses, second_step

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
HEIGHTS = {1440: 900, 390: 844}
# Two readers who differ in everything see all pages; the others see MOST_PARTS.
WHOLE_WALKS = [("ja", "light", 1440), ("en", "dark", 390)]
SHORT_WALKS = [
    ("ja", "dark", 1440),
    ("ja", "light", 390),
    ("ja", "dark", 390),
    ("en", "light", 1440),
    ("en", "dark", 1440),
    ("en", "light", 390),
]
MOST_PARTS = [
    "/admin/",
    "/admin/callcenter/queueentry/?outcome__exact=abandoned",
    "/admin/callcenter/menu/1/change/",
]
# Without axe's preload, which would load the style sheets again, inline. "violations"
# alone: results that nobody reads take most of its time.
BARRIERS = """
async () => {
  const options = { preload: false, resultTypes: ["violations"] };
  const found = await axe.run(document, options);
  return found.violations.map(({ id, nodes }) => [
    id, nodes.slice(0, 3).map(({ target }) => target.join(" "))
  ]);
}
"""
NOWHERE = "/admin/callcenter/nowhere/"


@dataclass(frozen=True)
class Site:
    """A running MiniCC with a row of everything, and a browser."""

    base: str
    database: Path
    chromium: Browser


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pages")
    installation = tmp_path_factory.mktemp("installation") / "minicc.sqlite3"
    subprocess.run(  # noqa: S603 -- ours
        [
            *(sys.executable, "manage.py", "shell", "-v", "0", "-c"),
            "from reports.tests.browser.fill import fill; fill()",
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
        yield Site(base, folder / "minicc.sqlite3", chromium)
        chromium.close()


class Walk:
    """A browser that visits pages, and what was wrong on them (`trouble`)."""

    def __init__(self, site: Site, language: str, scheme: Scheme, width: int) -> None:
        self.site = site
        self.language = language
        self.trouble: list[str] = []
        context = site.chromium.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        context.add_init_script(Axe().axe_script)
        self.page: Page = context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._note(f"error: {error}"))
        self.page.on("request", lambda request: self._check_host(request.url))

    def log_in(self) -> None:
        self.look("/admin/login/?next=/admin/")
        self.page.fill("#id_username", sites.USER)
        self.page.fill("#id_password", sites.PASSWORD)
        self.page.click("input[type=submit]")
        self.page.wait_for_selector("#user-tools")

    def log_out(self) -> None:
        self.page.goto(f"{self.site.base}/admin/")
        self.page.click("#logout-form button")
        self.page.wait_for_selector("h1")
        self.check()

    def look(self, path: str, status: int = 200) -> None:
        """Open a page, and note everything that is wrong with it."""
        response = self.page.goto(self.site.base + path)
        assert response is not None
        if response.status != status:
            self._note(f"status {response.status}")
        language = self.page.get_attribute("html", "lang")
        if language != self.language:
            self._note(f"is in {language}")
        self.check()

    def check(self) -> None:
        """Note everything that is wrong with the page shown."""
        self._check_width()
        self._check_barriers()

    def _check_width(self) -> None:
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )
        if wide > 0:
            self._note(f"{wide} px wider than the window")

    def _check_barriers(self) -> None:
        for rule, nodes in self.page.evaluate(BARRIERS):
            self._note(f"axe {rule}: {nodes}")

    def _note_console(self, said: ConsoleMessage) -> None:
        # Chromium's advice on forms has the type "verbose".
        if said.type in ("error", "warning"):
            self._note(f"{said.type}: {said.text}")

    def _check_host(self, url: str) -> None:
        if not url.startswith((f"{self.site.base}/", "data:")):
            self._note(f"asked {url}")

    def _note(self, what: str) -> None:
        path = self.page.url.removeprefix(self.site.base)
        # The console reports the 404 that the test asks for.
        if not (path == NOWHERE and "404" in what):
            self.trouble.append(f"{path} {what}")


@pytest.mark.parametrize(("language", "scheme", "width"), WHOLE_WALKS)
def test_every_page_is_accessible_and_loads_only_its_own(site, language, scheme, width):
    walk = Walk(site, language, scheme, width)
    walk.log_in()

    # Soon after the log-in: these pages ask for the password again five minutes later.
    with second_step(site.database) as pages:
        for page in pages:
            walk.look(page)
    for address in addresses(site.database):
        # Django's pages of changes and of deletion are alike for all tables.
        if width == max(HEIGHTS) or not address.endswith(("/history/", "/delete/")):
            walk.look(address)
    walk.look(NOWHERE, status=404)
    walk.log_out()

    assert walk.trouble == []


@pytest.mark.parametrize(("language", "scheme", "width"), SHORT_WALKS)
def test_pages_of_most_parts_are_accessible_in_all_variants(
    site, language, scheme, width
):
    walk = Walk(site, language, scheme, width)
    walk.log_in()

    for address in MOST_PARTS:
        walk.look(address)

    assert walk.trouble == []


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 390)])
def test_wall_screen_is_accessible_and_says_when_its_figures_are_old(
    site, scheme, width
):
    walk = Walk(site, "ja", scheme, width)
    page = walk.page
    page.clock.install()
    walk.look(f"/wall/{WALL_TOKEN}/")
    page.clock.run_for(3_000)
    expect(page.locator("#wall-age")).to_contain_text("秒前に更新")

    # The server is away ...
    page.route("**/figures/", lambda route: route.abort())
    page.clock.run_for(17_000)
    expect(page.locator("#wall-age")).to_contain_text("表示は古い数値です")
    assert "is-stale" in (page.get_attribute("body", "class") or "")
    walk.check()

    # ... and back again.
    page.unroute("**/figures/")
    page.clock.run_for(3_000)
    expect(page.locator("#wall-age")).to_contain_text("秒前に更新")
    # The console reports each request that failed.
    assert [one for one in walk.trouble if "ERR_FAILED" not in one] == []
