"""History lists in a real browser: on a telephone, on a narrow screen, on paper."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright

from conftest import browser
from reports.tests.admin import rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Window = Callable[..., Page]
# Lists with an outcome, and the class of its cells.
OUTCOMES = {
    "call": "outcome_or_kind",
    "queueentry": "outcome",
    "abandonedcall": "state",
    "ivrstep": "led_to",
    "operatorstate": "state",
    "webhookevent": "decision",
}
# Cells in which a text of several characters stands in a column one character wide.
SQUEEZED = """
() => [...document.querySelectorAll("#result_list :is(th, td)")]
  .filter(({ innerText, clientWidth }) => innerText.length > 3 && clientWidth < 40)
  .map(({ className }) => className)
"""


@pytest.fixture
def window(live_server, settings) -> Iterator[Window]:
    """Opens lists for a supervisor, in a window of a width."""
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.create_superuser("sato", password="x"))
    session = client.cookies["sessionid"].value
    for make in rows.HISTORY.values():
        make()
    # More calls than a page has.
    for _ in range(50):
        rows.make_call()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser())

        def opened(
            name: str, width: int, language: str = "ja", query: str = ""
        ) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": 844}, locale=language
            )
            context.add_cookies(
                [{"name": "sessionid", "value": session, "url": live_server.url}]
            )
            page = context.new_page()
            url = reverse(f"admin:callcenter_{name}_changelist")
            page.goto(f"{live_server.url}{url}{query}")
            return page

        yield opened
        chromium.close()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_telephone_shows_the_outcome_and_a_folded_filter_above_the_list(
    window, language
):
    for name, code in OUTCOMES.items():
        page = window(name, 390, language)
        cell = page.locator(f"#result_list tbody .field-{code}").first.bounding_box()
        filters = page.locator("#changelist-filter")
        folded, table = filters.bounding_box(), page.locator("#result_list")

        assert cell is not None, name
        assert folded is not None, name
        assert cell["x"] + cell["width"] <= 390, name
        top = table.bounding_box()
        assert top is not None, name
        assert folded["y"] + folded["height"] <= top["y"], name
        assert folded["height"] < 60, name
        page.close()


def test_filter_on_a_telephone_opens_by_tap_and_says_what_is_set(window):
    page = window("queueentry", 390, "en", "?outcome__exact=answered")
    summary = page.locator("#changelist-filter .filters > summary")
    days = page.locator("#id_entered_at__first")

    expect(summary).to_contain_text("Outcome: Answered", ignore_case=True)
    expect(days).to_be_hidden()
    summary.click()
    expect(days).to_be_visible()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_wide_screen_shows_the_filters_and_squeezes_no_column(window, language):
    for name in rows.HISTORY:
        page = window(name, 1280, language)

        assert page.evaluate(SQUEEZED) == [], name
        expect(page.locator("#changelist-filter .period")).to_be_visible()
        page.close()


def test_paper_has_title_period_and_rows_and_neither_filter_nor_ways_on(window):
    page = window("call", 1032, "en", "?started_at__first=2026-11-22")

    page.emulate_media(media="print")

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".on-paper")).to_contain_text("since")
    expect(page.locator(".on-paper")).to_contain_text("rows 1 to 50")
    expect(page.locator("#result_list")).to_be_visible()
    for gone in ("#changelist-filter", "#toolbar", ".paginator", "#nav-sidebar"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator(".export-menu")).to_be_hidden()
