"""The desk in a real browser, with the stand-in for Twilio behind it.

One window is a caller's telephone, the other the operator's desk; both talk to a site
that was just installed, as `make run` serves it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Dialog,
    Page,
    Route,
    expect,
    sync_playwright,
)

from conftest import browser
from minicc.tests import sites
from reports.tests.desk.windows import KEYS, PASSWORD, PATIENCE_MS, Site, is_on, log_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    installation = tmp_path_factory.mktemp("installation") / "minicc.sqlite3"
    sites.install(installation)
    sites.give_account(installation, "agent_01", PASSWORD)
    with (
        sites.serving(installation, folder, "--workers", "1", DEMO="1", **KEYS) as base,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox"]
        )
        yield Site(base, folder / "minicc.sqlite3", chromium)
        chromium.close()


@pytest.fixture
def site(served) -> Iterator[Site]:
    """The site, for a test after which nothing may have gone wrong."""
    expect.set_options(timeout=PATIENCE_MS)
    served.trouble.clear()
    yield served
    served.close()
    assert served.trouble == []


def wait_for(page: Page, heard: list[str]) -> None:
    """Wait until the page has asked whether it may be closed."""
    for _ in range(PATIENCE_MS // 100):
        if heard:
            break
        page.wait_for_timeout(100)
    assert heard == ["beforeunload"]


def test_operator_takes_a_call_in_the_browser_and_notes_what_it_was_about(site):
    desk = site.desk()
    is_on(desk, "#desk-away")
    begun = datetime.now(UTC)
    desk.focus("#desk-ready")
    desk.keyboard.press("Enter")
    is_on(desk, "#desk-ready")
    expect(desk.locator("#desk-ready")).to_be_focused()

    caller = site.caller()
    expect(caller.locator("#state")).to_have_text("Talking", timeout=PATIENCE_MS)
    expect(desk.locator("#desk-busy")).to_contain_text("Talking 0:00:")
    expect(desk.locator(".desk-caller h1")).to_contain_text("0301")
    expect(desk.locator("#desk-alert")).to_contain_text("Caller connected")
    caller.fill("#sentence", "My invoice is missing.")
    caller.keyboard.press("Enter")
    expect(desk.locator("#desk-lines")).to_contain_text("My invoice is missing.")

    desk.select_option("#desk-code", "invoice")
    desk.fill("#desk-text", "of November")
    expect(desk.locator("#desk-note-said")).to_contain_text("Saved at")
    assert Axe().run(desk).response["violations"] == []

    desk.click("#desk-hang-up")
    expect(caller.locator("#state")).to_have_text("Call ended")
    expect(desk.locator("#desk-busy")).to_contain_text("Wrap-up")
    expect(desk.locator("#desk-text")).to_have_value("of November")
    desk.click("#desk-ready")
    is_on(desk, "#desk-ready")
    expect(desk.locator("#desk-note")).to_be_hidden()

    desk.click("#desk-away")
    desk.click("[data-reason=meal]")
    is_on(desk, "#desk-away")
    expect(desk.locator("#desk-away")).to_contain_text("meal")

    noted = site.rows(
        "SELECT operator, wrap_up_code, note FROM callcenter_connection"
        " WHERE connected_at > ?",
        begun,
    )
    assert noted == [("client:agent_01", "invoice", "of November")]
    states = site.rows(
        "SELECT state, reason FROM callcenter_operatorstate"
        " WHERE operator = 'client:agent_01' AND started_at > ? ORDER BY started_at",
        begun,
    )
    assert states == [
        ("ready", ""),
        ("talking", ""),
        ("wrap_up", ""),
        ("ready", ""),
        ("not_ready", "meal"),
    ]


def test_act_pressed_during_a_talk_waits_for_its_end(site):
    desk, caller = site.conversation()

    desk.click("#desk-away")
    desk.click("[data-reason=break]")
    expect(desk.locator("#desk-after")).to_have_text("After this call: not ready")
    expect(caller.locator("#state")).to_have_text("Talking")

    caller.click("#hang-up")
    is_on(desk, "#desk-away")
    expect(desk.locator("#desk-away")).to_contain_text("break")
    expect(desk.locator("#desk-after")).to_be_hidden()


def test_act_that_waits_for_the_end_of_a_talk_is_taken_back_by_ready(site):
    desk, caller = site.conversation()

    desk.click("#desk-away")
    desk.click("[data-leave=signed-off]")
    expect(desk.locator("#desk-after")).to_have_text("After this call: signed off")
    desk.click("#desk-ready")
    expect(desk.locator("#desk-after")).to_be_hidden()

    caller.click("#hang-up")
    expect(desk.locator("#desk-busy")).to_contain_text("Wrap-up")


def test_operator_rings_a_number_that_is_allowed_and_no_other(site):
    desk = site.desk()
    is_on(desk, "#desk-away")
    desk.fill("#desk-number", "+1 900 123 4567")
    desk.click("#desk-ring button")
    expect(desk.locator("#desk-trouble")).to_contain_text("does not allow")

    desk.fill("#desk-number", "03-1234-5678")
    desk.click("#desk-ring button")
    expect(desk.locator("#desk-doing")).to_have_text("In a call with 03-1234-5678")
    expect(desk.locator("#desk-away")).to_contain_text("rings somebody")
    desk.click("#desk-mute")
    expect(desk.locator("#desk-said")).to_have_text("Your microphone is muted.")
    desk.click("#desk-hang-up")
    expect(desk.locator("#desk-controls")).to_be_hidden()
    expect(desk.locator("#desk-away")).not_to_contain_text("rings somebody")


def test_second_tab_is_no_desk_until_it_takes_over(site):
    first = site.desk()
    is_on(first, "#desk-away")
    second = first.context.new_page()
    second.goto(f"{site.base}/desk/")

    expect(second.locator("#desk-elsewhere")).to_contain_text("another tab")
    second.click("#desk-here")

    expect(second.locator("#desk-elsewhere")).to_be_hidden()
    expect(first.locator("#desk-elsewhere")).to_contain_text("takes no calls here")
    expect(first.locator("#desk-bar .is-on")).to_have_count(0)
    expect(first.locator("#desk-bar")).not_to_contain_text("0:0")
    second.click("#desk-ready")
    is_on(second, "#desk-ready")


def test_second_browser_is_no_desk_until_it_takes_over(site):
    first = site.desk()
    is_on(first, "#desk-away")
    second = site.context().new_page()

    assert not log_in(second, site.base)

    expect(second.locator("#desk-elsewhere")).to_contain_text("another browser")
    expect(second.locator("#desk-bar")).to_have_attribute("inert", "")
    second.click("#desk-here")

    expect(second.locator("#desk-elsewhere")).to_be_hidden()
    expect(first.locator("#desk-elsewhere")).to_contain_text("another browser")
    second.click("#desk-ready")
    is_on(second, "#desk-ready")

    first.click("#desk-here")
    expect(first.locator("#desk-elsewhere")).to_be_hidden()
    expect(second.locator("#desk-elsewhere")).to_contain_text("another browser")
    first.click("#desk-ready")
    is_on(first, "#desk-ready")


def test_note_is_kept_on_the_page_while_the_server_is_away(site):
    desk, caller = site.conversation()

    desk.context.set_offline(True)
    desk.fill("#desk-text", "written without the server")
    expect(desk.locator("#desk-trouble")).to_contain_text("does not answer")
    expect(desk.locator("#desk-note-said")).to_have_text("Not saved yet")
    desk.context.set_offline(False)

    expect(desk.locator("#desk-note-said")).to_contain_text("Saved at")
    expect(desk.locator("#desk-trouble")).to_be_hidden()
    caller.click("#hang-up")
    desk.click("#desk-away")
    desk.click("[data-leave=signed-off]")
    expect(desk.locator(".desk-caller h1")).to_have_text("You are signed out")


def test_what_is_written_while_the_note_is_being_saved_is_saved_too(site):
    begun = datetime.now(UTC)
    desk, caller = site.conversation()
    held: list[Route] = []
    desk.route("**/desk/wrap-up/", lambda route: held.append(route), times=1)

    desk.fill("#desk-text", "first")
    expect(desk.locator("#desk-note-said")).to_have_text("Saving …")
    desk.fill("#desk-text", "first, and more")
    # Longer than it is waited for the next key.
    desk.wait_for_timeout(2000)
    held[0].continue_()

    expect(desk.locator("#desk-note-said")).to_contain_text("Saved at")
    notes = "SELECT note FROM callcenter_connection WHERE connected_at > ?"
    assert site.rows(notes, begun) == [("first, and more",)]
    caller.click("#hang-up")


def test_desk_goes_on_once_the_operator_has_logged_in_again(site):
    desk = site.desk()
    is_on(desk, "#desk-away")

    desk.context.clear_cookies(name="sessionid")
    expect(desk.locator("#desk-trouble")).to_contain_text("logged out")
    expect(desk.locator("#desk-bar")).not_to_contain_text("0:0")
    desk.click("#desk-away")
    desk.click("[data-reason=break]")
    expect(desk.locator("#desk-bar")).to_have_attribute("aria-busy", "false")
    expect(desk.locator("#desk-trouble p")).to_have_count(1)
    assert Axe().run(desk).response["violations"] == []
    with desk.context.expect_page() as opened:
        desk.click("#desk-trouble a")
    other = opened.value
    other.fill("[name=username]", "agent_01")
    other.fill("[name=password]", PASSWORD)
    other.keyboard.press("Enter")
    expect(desk.locator("#desk-trouble")).to_be_hidden()
    desk.click("#desk-away")
    desk.click("[data-reason=meal]")

    expect(desk.locator("#desk-away")).to_contain_text("meal")


def test_page_asks_before_it_is_closed_in_a_conversation_or_with_an_unsaved_note(site):
    desk = site.desk()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.click("#desk-ready")
    is_on(desk, "#desk-ready")
    caller = site.caller()
    is_on(desk, "#desk-busy")

    desk.evaluate("window.setTimeout(() => location.reload())")
    wait_for(desk, asked)
    expect(desk.locator("#desk-busy")).to_contain_text("Talking")
    desk.click("#desk-keypad")
    expect(desk.locator("#desk-keys [data-key='#']")).to_be_visible()
    expect(desk.locator("#desk-keys [data-key='*']")).to_be_hidden()
    caller.click("#hang-up")
    expect(desk.locator("#desk-busy")).to_contain_text("Wrap-up")
    asked.clear()
    desk.route("**/desk/wrap-up/", lambda route: route.abort())
    desk.fill("#desk-text", "not saved")
    desk.evaluate("window.setTimeout(() => location.reload())")
    wait_for(desk, asked)
    expect(desk.locator("#desk-text")).to_have_value("not saved")
    desk.unroute("**/desk/wrap-up/")
    expect(desk.locator("#desk-note-said")).to_contain_text("Saved at")

    asked.clear()
    desk.reload()
    is_on(desk, "#desk-away")
    assert asked == []


def test_operator_who_is_switched_off_in_a_talk_notes_it_and_takes_no_more(site):
    begun = datetime.now(UTC)
    desk, caller = site.conversation()
    site.switch_operator(on=False)
    try:
        expect(desk.locator("#desk-trouble")).to_contain_text("switched off")
        expect(desk.locator("#desk-busy")).to_contain_text("Talking")
        desk.fill("#desk-text", "rings again")
        expect(desk.locator("#desk-note-said")).to_contain_text("Saved at")
        caller.click("#hang-up")
        expect(desk.locator("#desk-busy")).not_to_contain_text("Talking")
        desk.click("#desk-away")
        desk.click("[data-leave=signed-off]")
        expect(desk.locator(".desk-caller h1")).to_have_text("You are signed out")
        expect(desk.locator("#desk-trouble p")).to_have_count(1)
    finally:
        site.switch_operator(on=True)
    notes = "SELECT note FROM callcenter_connection WHERE connected_at > ?"
    assert site.rows(notes, begun) == [("rings again",)]


def test_what_went_wrong_goes_away_once_it_works(site):
    desk = site.desk()
    is_on(desk, "#desk-away")
    desk.route("**/desk/act/", lambda route: route.abort())
    desk.click("#desk-away")
    desk.click("[data-reason=meal]")
    expect(desk.locator("#desk-trouble")).to_contain_text("did not work")
    desk.unroute("**/desk/act/")
    desk.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(desk.locator("#desk-trouble")).to_contain_text(
        "connection to Twilio is gone"
    )

    desk.click("#desk-ready")

    is_on(desk, "#desk-ready")
    expect(desk.locator("#desk-trouble")).to_be_hidden()


def test_button_of_the_work_list_rings_at_the_desk_at_once_and_an_address_does_not(
    site,
):
    caller = site.caller()
    # Whoever hangs up sooner is no caller to ring back.
    caller.wait_for_timeout(8000)
    caller.click("#hang-up")
    expect(caller.locator("#state")).to_have_text("Call ended")
    desk = site.desk()
    is_on(desk, "#desk-away")
    desk.goto(f"{site.base}/admin/worklist/")
    ring_back = desk.locator("button[value=ring]").first
    for _ in range(20):
        if ring_back.is_visible():
            break
        # What gave up is derived after the answer.
        desk.wait_for_timeout(500)
        desk.reload()
    ring_back.click()

    expect(desk.locator("#desk-doing")).to_contain_text("0")
    expect(desk.locator("#desk-controls")).to_be_visible()
    expect(desk.locator("#desk-wish")).to_have_count(0)
    assert desk.url == f"{site.base}/desk/"
    ring = desk.locator("[data-ring]").first.get_attribute("data-ring")
    desk.click("#desk-hang-up")
    expect(desk.locator("#desk-controls")).to_be_hidden()

    desk.goto(f"{site.base}/desk/?ring={ring}")
    is_on(desk, "#desk-away")
    expect(desk.locator("#desk-wish")).to_be_visible()
    desk.wait_for_timeout(3000)
    expect(desk.locator("#desk-controls")).to_be_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_desk_fits_and_reads_in_japanese_too(site, width, scheme):
    desk = site.desk()
    desk.emulate_media(color_scheme=scheme)
    desk.set_viewport_size({"width": width, "height": 900})
    desk.context.add_cookies(
        [{"name": "django_language", "value": "ja", "url": site.base}]
    )
    desk.reload()
    expect(desk.locator("#desk-ready")).to_contain_text("受付可")

    assert desk.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(desk).response["violations"] == []
