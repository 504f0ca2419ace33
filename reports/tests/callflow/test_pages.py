"""The pages of the call flow: who sees them, what they show, and bad input."""

import re
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from callcenter.models import (
    BusinessHours,
    Holiday,
    MenuOption,
    Prompt,
    SetupVersion,
    WebhookEvent,
)
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

DRAWING = reverse("admin:call-flow")
TRY = reverse("admin:call-flow-try")


def html(client, url: str, reader: str = "en", **query: str):
    response = client.get(
        f"{url}?{urlencode(query)}", headers={"accept-language": reader}
    )
    assert response.status_code == 200
    return response.content.decode()


def text(page: str) -> str:
    """What stands on a page, without markup."""
    main = page.partition('<div id="content-main">')[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def make_flow():
    menu = rows.make_menu("main")
    MenuOption.objects.create(
        menu=menu, input="2", action="message", message=rows.make_message("hours")
    )
    return menu, rows.make_line("+815000000101", menu=menu)


@pytest.mark.parametrize("url", [DRAWING, TRY])
def test_visitor_logs_in_and_staff_needs_the_permission(client, staff, url):
    assert client.get(url).status_code == 302
    assert staff("view_call").get(url).status_code == 403


@pytest.mark.parametrize("url", [DRAWING, TRY])
def test_staff_who_may_see_menus_sees_the_call_flow(staff, url):
    make_flow()
    page = staff("view_menu").get(url)

    assert page.status_code == 200
    # Without the permission to see lines and queues their pages are no links.
    assert not re.search(r"/callcenter/(queue|phoneline)/\d+", page.content.decode())


@pytest.mark.parametrize("url", [DRAWING, TRY])
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "No line is set up yet"), ("ja", "回線がまだ設定されていません")],
)
def test_installation_without_lines_says_so(admin_client, url, language, sentence):
    assert sentence in html(admin_client, url, language)


def test_drawing_shows_lines_menus_and_where_keys_lead(admin_client):
    menu, _line = make_flow()

    page = html(admin_client, DRAWING)

    assert "main 050-0000-0101" in text(page)
    assert re.search(r"1 → queue queue-\d+", text(page))
    assert "2 → message hours then the call ends" in text(page)
    assert reverse("admin:callcenter_menu_change", args=[menu.pk]) in page


def test_drawing_of_one_line_and_of_one_menu(admin_client):
    menu, line = make_flow()
    rows.make_line("+815000000102", name="other", is_default=False)

    of_line = html(admin_client, DRAWING, line=line.number)
    of_menu = html(admin_client, DRAWING, menu=menu.slug)

    assert "050-0000-0102" in html(admin_client, DRAWING)
    assert "050-0000-0102" not in of_line + of_menu
    assert "2 → message hours" in text(of_menu)


def test_menu_that_no_caller_reaches_is_drawn_apart(admin_client):
    rows.make_menu("lost")
    rows.make_line()

    assert "Menus that no caller can reach" in html(admin_client, DRAWING)


@pytest.mark.parametrize("query", [{"line": "x"}, {"menu": "x"}, {"line": "\x00"}])
def test_drawing_of_what_is_not_there_is_not_found(admin_client, query):
    make_flow()

    assert admin_client.get(DRAWING, query).status_code == 404


def test_pages_of_a_line_and_a_menu_lead_to_drawing_and_try(admin_client):
    menu, line = make_flow()

    for row, query in (
        (menu, "menu=main"),
        (menu, "start=menu:main"),
        (line, "line=%2B815000000101"),
        (line, "start=line:%2B815000000101"),
    ):
        name = f"admin:callcenter_{row._meta.model_name}_change"
        assert query in html(admin_client, reverse(name, args=[row.pk]))


def test_try_follows_the_keys(admin_client):
    make_flow()
    start = "line:+815000000101"

    page = html(admin_client, TRY, start=start, keys="92")

    assert re.findall(r"<h3>(.*?)</h3>", page) == [
        "The call comes in",
        "Key 9",
        "Key 2",
    ]
    assert '<blockquote lang="ja">ご案内します。</blockquote>' in page
    assert "message hours then the call ends" in text(page)
    assert "The call asks for no more keys." in page


def test_try_offers_each_key_and_says_where_it_leads(admin_client):
    make_flow()

    page = html(admin_client, TRY, start="line:+815000000101", keys="9")

    assert re.findall(r'keys=9([^"#&]+)#keys', page) == [
        *"123456789",
        "%2A",
        "0",
        "%23",
        "s",
        "h",
    ]
    assert "No key for 10 seconds" in page


def test_try_records_nothing_and_changes_nothing(admin_client):
    make_flow()
    before = SetupVersion.objects.get().version

    html(admin_client, TRY, start="line:+815000000101", keys="1")

    assert not WebhookEvent.objects.exists()
    assert SetupVersion.objects.get().version == before


def test_menu_is_tried_though_no_line_leads_to_it(admin_client):
    rows.make_line("+815000000101")
    rows.make_menu("lost")
    Holiday.objects.create(date="2026-11-24", name="free")

    page = html(admin_client, TRY, start="menu:lost", day="2026-11-24", at="10:00")

    assert "menu lost" in text(page)
    assert "Closed at this moment" not in page


def test_language_is_chosen(admin_client):
    menu, _line = make_flow()
    Prompt.objects.create(menu=menu, language="en", text="Press a key.")

    page = html(admin_client, TRY, start="line:+815000000101", language="en")

    assert '<blockquote lang="en">Press a key.</blockquote>' in page


def test_hours_and_holidays_of_the_moment_are_shown(admin_client):
    _menu, line = make_flow()
    BusinessHours.objects.create(
        line=line, weekday=3, opens_at="09:00", closes_at="18:00"
    )
    Holiday.objects.create(date="2026-11-25", name="Company day")

    def said(day: str, at: str) -> str:
        return text(html(admin_client, TRY, start="line:+815000000101", day=day, at=at))

    assert "Open at this moment" in said("2026-12-02", "17:59")
    assert "Closed at this moment Try when it opens: 9 Dec 2026, 09:00:00" in said(
        "2026-12-02", "18:00"
    )
    assert "Closed at this moment Company day Try when it opens: 2 Dec 2026" in said(
        "2026-11-25", "10:00"
    )


@time_machine.travel("2026-11-24T01:00:00+00:00", tick=False)
def test_moment_not_given_is_now(admin_client):
    make_flow()

    assert "24 Nov 2026, 10:00:00" in html(admin_client, TRY)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"keys": "x"}, "A telephone has no such key. Start over."),
        ({"keys": "9" * 101}, "Too many keys. Start over."),
        ({"start": "line:nowhere"}, "Select a valid choice."),
        ({"day": "0001-01-01"}, "Ensure this value is greater than or equal to"),
        ({"day": "x"}, "Enter a valid date."),
        ({"at": "25:00"}, "Enter a valid time."),
        ({"language": "fr"}, "Select a valid choice."),
    ],
)
def test_nonsense_is_answered_with_a_sentence(admin_client, query, sentence):
    make_flow()

    assert sentence in html(admin_client, TRY, **query)


def test_hundred_wrong_keys_end_in_the_queue(admin_client):
    make_flow()

    page = html(admin_client, TRY, keys="9" * 100)

    assert len(re.findall(r"<h3>Key 9</h3>", page)) == 3


def test_nothing_can_be_posted(admin_client):
    assert admin_client.post(DRAWING).status_code == 405
    assert admin_client.post(TRY).status_code == 405


@pytest.mark.parametrize("url", [DRAWING, TRY])
@pytest.mark.parametrize("count", [1, 3])
def test_number_of_queries_is_fixed(
    admin_client, django_assert_num_queries, url, count
):
    menu, _line = make_flow()
    for each in range(count):
        rows.make_line(f"+81500000020{each}", menu=menu, is_default=False)
        rows.make_menu(f"more-{each}")

    # Session, user; version twice and eight tables; names of four kinds.
    with django_assert_num_queries(20):
        admin_client.get(url)


def test_pages_carry_no_script_or_style_of_their_own(admin_client):
    make_flow()

    for page in (html(admin_client, DRAWING), html(admin_client, TRY, keys="1")):
        assert not re.search(r'\sstyle="|\son\w+="|<style', page)
