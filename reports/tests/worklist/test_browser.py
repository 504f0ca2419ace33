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

    # Clicked by script: a browser without a telephone asks what to do with the link,
    # and takes no further click meanwhile.
    caller(first).locator("a.ring").evaluate("link => link.click()")
    expect(caller(first).locator(".badge").first).to_have_text("In progress")
    caller(second).locator("a.ring").evaluate("link => link.click()")

    notice = second.locator("#worklist-notice")
    expect(notice).to_contain_text("090-1234-5678 has been claimed by sato since")
    expect(caller(second)).to_contain_text("Assigned")
    expect(caller(second).locator(".acts :is(a, button)")).to_have_count(0)
    expect(caller(first).get_by_role("link", name="Enter result")).to_have_count(1)
    expect(caller(first).get_by_role("link", name="Ring back")).to_be_focused()


def test_work_list_can_be_used_without_script_and_by_keyboard(window):
    page = window("sato", java_script_enabled=False)

    caller(page).get_by_role("button", name="Ring back 090-1234-5678").press("Enter")
    expect(page.get_by_role("link", name="Ring back")).to_have_attribute(
        "href", "tel:+819012345678"
    )
    page.get_by_label("Result", exact=True).select_option("reached")
    page.get_by_role("button", name="Save the result").press("Enter")
    expect(page.locator(".asof .badge")).to_have_text("Reached")
    page.get_by_role("link", name="Abandoned calls work list").last.click()

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
