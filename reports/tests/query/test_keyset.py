"""Long lists, page by page."""

from datetime import timedelta

import pytest
from django.db.models import Q

from callcenter.models import Call, QueueEntry
from reports.query import keyset
from reports.tests.factories import NOON, make_call, make_entry

pytestmark = pytest.mark.django_db

ALL = keyset.Selection(Call.objects.all(), Q())


def test_pages_hold_every_row_once_newest_first(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(keyset, "PAGE_ROWS", 2)
    # Three of the same moment stand on two pages.
    seconds = [1, 2, 2, 2, 3]
    calls = [make_call(NOON + timedelta(seconds=each)) for each in seconds]

    with django_assert_num_queries(3):
        pages = list(keyset.newest_first(ALL, "started_at", "sid"))

    assert [[row.sid for row in page] for page in pages] == [
        [calls[4].sid, calls[3].sid],
        [calls[2].sid, calls[1].sid],
        [calls[0].sid],
    ]


def test_empty_list_has_no_pages():
    assert list(keyset.newest_first(ALL, "started_at")) == []


def test_rows_that_the_lookups_do_not_leave_are_passed_over(monkeypatch):
    monkeypatch.setattr(keyset, "PAGE_ROWS", 2)
    entries = [make_entry(NOON + timedelta(seconds=each)) for each in range(5)]
    calls = [entries[0].call, entries[4].call]
    selection = keyset.Selection(
        QueueEntry.objects.all(), Q(call__sid__in=[call.sid for call in calls])
    )

    pages = list(keyset.newest_first(selection, "entered_at"))

    assert [[row.pk for row in page] for page in pages] == [
        [entries[4].pk],
        [entries[0].pk],
    ]
    assert set(selection.whole()) == {entries[0], entries[4]}
