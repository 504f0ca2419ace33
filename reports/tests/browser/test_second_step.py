"""The second step in a real browser, from its QR code to a locked account."""

import pytest

from minicc.tests import sites
from reports.tests.browser.test_pages import WHOLE_WALKS, Walk
from reports.tests.browser.test_pages import site as site
from reports.tests.login.test_second_step import code_of, wrong

pytestmark = pytest.mark.browser


def send(walk: Walk) -> None:
    """Sends the form of the page, and looks at what comes."""
    with walk.page.expect_navigation():
        walk.page.click("#content input[type=submit]")
    walk.check()


def show(walk: Walk, what: str) -> None:
    assert walk.page.query_selector(what), (walk.page.url, walk.page.content())


@pytest.mark.parametrize(("language", "scheme", "width"), WHOLE_WALKS[:2])
def test_second_step_is_set_up_used_and_switched_off(site, language, scheme, width):
    walk = Walk(site, language, scheme, width)
    walk.log_in()
    walk.look("/admin/security/")
    walk.look("/admin/security/app/on/")
    walk.page.fill("#id_password", sites.PASSWORD)
    send(walk)
    show(walk, ".qr-code svg")
    secret = walk.page.inner_text("code.key")
    walk.page.fill("#id_code", code_of(secret))
    send(walk)
    codes = walk.page.locator(".codes code").all_inner_texts()
    walk.look("/admin/security/")
    walk.look("/admin/security/recovery/new/")
    walk.log_out()

    walk.look("/admin/login/")
    walk.page.fill("#id_username", sites.USER)
    walk.page.fill("#id_password", sites.PASSWORD)
    send(walk)
    walk.page.fill("#id_code", wrong(secret))
    send(walk)
    show(walk, ".errornote")
    walk.page.fill("#id_code", codes[0])
    send(walk)
    show(walk, "#user-tools")

    walk.look("/admin/security/app/off/")
    walk.page.fill("#id_password", sites.PASSWORD)
    send(walk)
    send(walk)
    show(walk, "a[href='/admin/security/app/on/']")

    assert walk.trouble == []


def test_page_of_a_locked_account_says_until_when(site):
    walk = Walk(site, "en", "light", 390)
    for _attempt in range(5):
        walk.page.goto(f"{site.base}/admin/login/")
        walk.page.fill("#id_username", "nobody")
        walk.page.fill("#id_password", "wrong")
        send(walk)

    assert "Try again after" in walk.page.inner_text("#content")
    # The console reports the status 429.
    assert [one for one in walk.trouble if "429" not in one] == []
