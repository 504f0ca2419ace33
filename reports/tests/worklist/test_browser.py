"""The work list in a real browser: two people, one caller, with and without script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from callcenter.models import AbandonedCall
from conftest import browser
from reports.tests.admin import rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBERS = ["+819012345678", "+81312345678"]
Window = Callable[..., Page]


@pytest.fixture
def window(live_server, settings) -> Iterator[Window]:
    """Opens the work list for a supervisor; nothing may go wrong in it."""
    settings.ALLOWED_HOSTS = ["*"]
    cookies = {}
    for name in ("sato", "yamada"):
        client = Client()
        client.force_login(User.objects.create_superuser(name, password="x"))
        cookies[name] = client.cookies["sessionid"].value
    for number in NUMBERS:
        for visit in (1, 2):
            call = rows.make_call(caller=number)
            rows.make_abandoned(rows.make_entry(call, visit, outcome="abandoned"))
    AbandonedCall.objects.update(abandoned_at=timezone.now())
    trouble: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser())

        def opened(name: str, width: int = 1440, **options: Any) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": 900},
                **({"locale": "en"} | options),
            )
            context.add_cookies(
                [{"name": "sessionid", "value": cookies[name], "url": live_server.url}]
            )
            page = context.new_page()
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.goto(f"{live_server.url}/admin/worklist/")
            return page

        yield opened
        chromium.close()
    assert trouble == []


def caller(page: Page, number: str = "090-1234-5678"):
    return page.locator("tbody.caller", has_text=number)


def test_of_two_users_who_ring_the_same_caller_one_is_refused(window):
    first, second = window("sato"), window("yamada")

    caller(first).get_by_role("button", name="Ring back").click()
    expect(first.locator(".dial-number")).to_have_text("090-1234-5678")
    caller(second).get_by_role("button", name="Ring back").click()

    refused = second.locator(".messagelist .error")
    expect(refused).to_contain_text("090-1234-5678 has been assigned to sato since")
    expect(caller(second)).to_contain_text("Assigned")
    expect(caller(second).locator(".acts :is(a, button)")).to_have_count(0)
    first.goto(second.url)
    expect(caller(first).get_by_role("link", name="Enter result")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
def test_number_to_dial_is_large_and_one_click_selects_it(window, width):
    page = window("sato", width)

    caller(page, "03-1234-5678").get_by_role("button", name="Ring back").click()
    number = page.locator(".dial-number")
    number.click()

    assert page.evaluate("getSelection().toString().trim()") == "03-1234-5678"
    assert number.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") > 36
    assert page.evaluate("document.documentElement.scrollWidth") == width
    dialled = page.get_by_role("link", name="Call from this device")
    expect(dialled).to_have_attribute("href", "tel:+81312345678")


def test_open_page_announces_calls_that_have_come_and_no_others(window):
    other = window("yamada")
    caller(other, "03-1234-5678").locator("a.tel").click()
    other.locator("button[value=close]").click()
    expect(other.locator(".messagelist .success")).to_be_visible()
    page = window("sato")
    page.clock.install()
    page.goto(page.url)
    claimed = caller(page).locator(".badge").first
    notice = page.locator("#worklist-notice")
    newest = other.url
    other.goto(page.url)
    caller(other).get_by_role("button", name="Claim").click()

    page.clock.run_for(21_000)
    expect(claimed).to_have_text("In progress")
    expect(notice).to_be_empty()
    # The newest call is to do again.
    other.goto(newest)
    other.locator("button[value=reopen]").click()
    expect(other.locator(".messagelist .success")).to_be_visible()
    page.clock.run_for(21_000)

    expect(notice).to_contain_text("There are new callers to ring back.")
    expect(page.locator(".asof")).to_contain_text("Callers to ring back: 2")
    expect(page.locator(".tabs b").first).to_have_text("2")


def test_work_list_can_be_used_without_script_and_by_keyboard(window):
    page = window("sato", java_script_enabled=False)

    caller(page).get_by_role("button", name="Ring back 090-1234-5678").press("Enter")
    expect(page.get_by_role("link", name="Call from this device")).to_have_attribute(
        "href", "tel:+819012345678"
    )
    page.get_by_label("Result", exact=True).select_option("reached")
    page.get_by_role("button", name="Save the result").press("Enter")
    expect(page.locator(".asof .badge")).to_have_text("Reached")
    expect(page.locator(".messagelist .success")).to_have_text(
        "Result saved for 090-1234-5678: Reached."
    )
    page.get_by_role("link", name="Callers to ring back").last.click()

    expect(page.locator("tbody.caller")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(("locale", "scheme"), [("ja", "light"), ("en", "dark")])
def test_everybody_can_read_and_use_the_pages(window, width, locale, scheme):
    page = window("sato", width, locale=locale, color_scheme=scheme)

    found = []
    for is_first in (True, False):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        found += Axe().run(page).response["violations"]
        caller(page, "03-1234-5678").locator("a.tel").click()
        page.locator(".act").first.wait_for()
        found += Axe().run(page).response["violations"]
        if is_first:
            page.locator("button[value=claim]").click()
        page.goto(page.url.partition("/admin/")[0] + "/admin/worklist/")

    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
