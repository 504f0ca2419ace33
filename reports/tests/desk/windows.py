"""A site in a real browser, with windows of callers and of an operator's desk."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

PATIENCE_MS = 60_000
PASSWORD = "of-agent-01"


class Keys(TypedDict):
    """The settings with which browsers get tokens."""

    TWILIO_API_KEY_SID: str
    TWILIO_API_KEY_SECRET: str
    TWILIO_TWIML_APP_SID: str


KEYS = Keys(
    TWILIO_API_KEY_SID="SK" + "2" * 32,
    TWILIO_API_KEY_SECRET="a-secret-of-the-tests-0123456789abcdef",
    TWILIO_TWIML_APP_SID="AP" + "3" * 32,
)


def log_in(page: Page, base: str) -> bool:
    """Log the operator in at the desk; whether this browser is the desk then."""
    page.goto(f"{base}/desk/")
    page.fill("[name=username]", "agent_01")
    page.fill("[name=password]", PASSWORD)
    with page.expect_response(f"{base}/desk/act/") as signed_in:
        page.keyboard.press("Enter")
    return signed_in.value.ok


def sit_down(page: Page, base: str) -> None:
    """Log in at the desk, and take it from the browser of the test before."""
    if not log_in(page, base):
        page.click("#desk-here")


class Site:
    """A site with two windows, and what went wrong in them."""

    def __init__(self, base: str, database: Path, chromium: Browser) -> None:
        self.base = base
        self.database = database
        self.trouble: list[str] = []
        self._chromium = chromium

    def context(self, **options) -> BrowserContext:
        """The windows of somebody who was not here before."""
        context = self._chromium.new_context(
            viewport={"width": 1440, "height": 900}, locale="en", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: self.trouble.append(str(error.error)))
        context.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(f"{self.base}/")
                else self.trouble.append(asked.url)
            ),
        )
        return context

    def desk(self) -> Page:
        """The desk of an operator who has just logged in, and signs in here."""
        page = self.context().new_page()
        sit_down(page, self.base)
        return page

    def caller(self) -> Page:
        """A caller who waits for support."""
        page = self.context().new_page()
        page.goto(f"{self.base}/demo/phone/")
        page.click("#call")
        expect(page.locator("#state")).to_have_text("Asked for a key")
        page.click("[data-key='1']")
        return page

    def conversation(self) -> tuple[Page, Page]:
        """The desk and the caller's telephone, which talk to each other."""
        desk = self.desk()
        desk.click("#desk-ready")
        is_on(desk, "#desk-ready")
        caller = self.caller()
        is_on(desk, "#desk-busy")
        return desk, caller

    def rows(self, query: str, since: datetime) -> list[tuple[str, ...]]:
        moment = since.strftime("%Y-%m-%d %H:%M:%S.%f")
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(query, [moment]).fetchall()

    def switch_operator(self, *, on: bool) -> None:
        """Switch the operator on or off, as an administrator does."""
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute(
                "UPDATE callcenter_operator SET is_active = ?"
                " WHERE client_identity = 'agent_01'",
                [on],
            )

    def close(self) -> None:
        """Leave every page as people do: a desk hangs up, and waits for nobody."""
        for context in self._chromium.contexts:
            context.set_offline(False)
            for page in context.pages:
                page.on("dialog", Dialog.accept)
                page.goto("about:blank")
            context.close()


def is_on(page: Page, button: str) -> None:
    expect(page.locator(button)).to_have_attribute(
        "aria-pressed", "true", timeout=PATIENCE_MS
    )
