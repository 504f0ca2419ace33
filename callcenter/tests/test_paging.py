"""Tables read page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.models import Call
from callcenter.paging import in_pages

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
# Three of one moment stand on two pages of two.
SECONDS = [3, 1, 2, 2, 2]


def make_calls() -> list[Call]:
    return [
        Call.objects.create(
            sid=f"CA{number:032x}", started_at=NOON + timedelta(seconds=seconds)
        )
        for number, seconds in enumerate(SECONDS)
    ]


@pytest.mark.parametrize(
    ("newest_first", "places"),
    [(False, [[1, 2], [3, 4], [0]]), (True, [[0, 4], [3, 2], [1]])],
)
def test_pages_go_by_moment_and_then_by_key(newest_first, places):
    calls = make_calls()

    pages = in_pages(
        Call.objects.all(), by="started_at", size=2, newest_first=newest_first
    )

    assert list(pages) == [[calls[place] for place in page] for page in places]


def test_pages_without_a_moment_go_by_key():
    calls = make_calls()

    assert list(in_pages(Call.objects.all(), size=3)) == [calls[:3], calls[3:]]


def test_values_are_read_by_the_key_and_moment_that_they_begin_with():
    calls = make_calls()
    rows = Call.objects.values_list("pk", "started_at", "sid")

    found = [row for page in in_pages(rows, by="started_at", size=2) for row in page]

    assert [row[2] for row in found] == [calls[place].sid for place in (1, 2, 3, 4, 0)]


def test_row_that_goes_while_pages_are_read_moves_no_other():
    calls = make_calls()
    found = []

    for page in in_pages(Call.objects.all(), size=2):
        found += page
        page[0].delete()

    assert [call.sid for call in found] == [call.sid for call in calls]


def test_empty_table_has_no_pages():
    assert list(in_pages(Call.objects.all(), size=2)) == []
