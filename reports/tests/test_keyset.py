"""Long lists, page by page."""

from datetime import timedelta

import pytest

from callcenter.models import Call
from reports import keyset
from reports.tests.factories import NOON, make_call

pytestmark = pytest.mark.django_db


def test_pages_hold_every_row_once_newest_first(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(keyset, "PAGE_ROWS", 2)
    # Three of the same moment stand on two pages.
    seconds = [1, 2, 2, 2, 3]
    calls = [make_call(NOON + timedelta(seconds=each)) for each in seconds]

    with django_assert_num_queries(3):
        pages = list(keyset.newest_first(Call.objects.all(), "started_at", "sid"))

    assert [[row.sid for row in page] for page in pages] == [
        [calls[4].sid, calls[3].sid],
        [calls[2].sid, calls[1].sid],
        [calls[0].sid],
    ]


def test_empty_list_has_no_pages():
    assert list(keyset.newest_first(Call.objects.all(), "started_at")) == []
