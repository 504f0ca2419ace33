"""A list that a number of a report opened: it says which span, and keeps it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from reports.tests.factories import NOON, make_entry
from reports.tests.pages.reading import ENGLISH, links, page

pytestmark = pytest.mark.django_db

LIST = "/admin/callcenter/queueentry/"
SPAN = {
    "entered_at__first": "2026-10-20",
    "entered_at__last": "2026-10-20",
    "from": "2026-10-20T12:00+09:00",
    "until": "2026-10-20T13:00+09:00",
}


@pytest.fixture
def client(admin_client):
    for hours in (0, 1, 24):
        make_entry(NOON + timedelta(hours=hours))
    return admin_client


def filter_form(html: str) -> dict[str, str]:
    """What the form of the days sends if nothing is changed."""
    (form,) = re.findall(r'<form class="period".*?</form>', html, re.DOTALL)
    inputs = re.findall(r'<input [^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    return {name: unescape(value) for name, value in inputs}


def test_list_of_an_interval_says_which_and_keeps_it(client):
    response = client.get(LIST, SPAN, headers=ENGLISH)
    html = response.content.decode()

    assert response.context["cl"].result_count == 1
    assert '<p class="kept">20 Oct 2026, 12:00 to 13:00</p>' in html
    again = client.get(LIST, filter_form(html), headers=ENGLISH)
    assert again.context["cl"].result_count == 1


def test_other_days_let_the_span_go(client):
    days = {"entered_at__first": "2026-10-21", "entered_at__last": "2026-10-21"}

    response = client.get(LIST, SPAN | days, headers=ENGLISH)

    assert response.context["cl"].result_count == 1
    assert 'class="kept"' not in response.content.decode()


@pytest.mark.parametrize(
    ("days", "is_kept"),
    [
        ({"entered_at__first": "2026-10-19"}, True),
        ({"entered_at__last": "2026-10-19", "entered_at__first": ""}, False),
    ],
)
def test_span_is_kept_as_long_as_it_lies_in_the_days(client, days, is_kept):
    html = client.get(LIST, SPAN | days, headers=ENGLISH).content.decode()

    assert ('class="kept"' in html) == is_kept


def test_link_of_a_report_leads_to_such_a_list(client):
    html = page(
        client, "queue-interval", first="2026-10-20", last="2026-10-20", interval="60"
    )

    url = next(href for _text, href in links(html) if "from=" in href)
    assert "12:00 to 13:00" in client.get(url, headers=ENGLISH).content.decode()
