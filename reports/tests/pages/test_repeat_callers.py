"""The page of repeat callers: rates above it, and rows that lead to calls."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from reports.tests.definitions.test_repeat_callers import LATER, OTHER, give_up, make
from reports.tests.factories import CALLER, NOON
from reports.tests.pages.reading import Table, check_every_number, page

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}


@pytest.fixture(autouse=True)
def history():
    """Two callers who called several times, and one who withheld the number."""
    give_up(0, recovered=20)
    make("answered", 20)
    make("answered", 30)
    give_up(5, OTHER)
    make("overflowed", 6, OTHER)
    give_up(7, "")
    with time_machine.travel(LATER, tick=False):
        yield


def test_every_number_that_is_a_link_opens_its_calls(admin_client):
    html = page(admin_client, "repeat-callers", **DAY)

    assert check_every_number(admin_client, html) == 5
    total, *rows = Table(html).rows[2:]
    assert [text for text, _href in total] == [
        *("Total", "6", "2", "3", "—", "—", "1", "2", "0:20:00")
    ]
    assert rows[2][0] == ("—", "")


def test_rates_stand_above_with_what_they_are_made_of(admin_client):
    html = page(admin_client, "repeat-callers", **DAY)

    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "50.0% = 1 Answered calls repeated / 2 Answered calls a day old" in text
    assert "66.7% = 2 Lost / 3 Callers offered" in text


def test_numbers_are_masked_for_those_who_may_not_see_them(staff):
    client = staff("view_call")

    html = page(client, "repeat-callers", **DAY)

    assert CALLER not in html
    assert "050-0978-9742" not in html
    assert CALLER[-4:] in html
    assert check_every_number(client, html) == 5


def test_totals_of_json_have_the_rates():
    out = StringIO()
    call_command(
        "report",
        *("repeat-callers", "--first", DAY["first"], "--last", DAY["last"]),
        *("--format", "json"),
        stdout=out,
    )

    found = json.loads(out.getvalue())
    assert found["totals"]["repeat_rate"] == 0.5
    assert found["totals"]["net_abandonment"] == 2 / 3
    assert found["totals"]["lost"] == 2
    assert "repeat_rate" not in found["columns"]


def test_day_that_lasts_says_nothing_of_lost_callers(admin_client):
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        html = page(admin_client, "repeat-callers", **DAY)

    lost = [row[7][0] for row in Table(html).rows[2:]]
    assert lost == ["0", "0", "—", "—"]
