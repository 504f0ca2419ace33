"""Long lists, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from callcenter.models import Call, QueueEntry
from reports.query import keyset
from reports.query.keyset import Listed
from reports.tests.factories import NOON, make_call, make_entry

pytestmark = pytest.mark.django_db

FIELDS = ["pk", "started_at", "sid"]


@pytest.fixture(autouse=True)
def small(monkeypatch) -> None:
    """Pages of two rows, windows of three."""
    monkeypatch.setattr(keyset, "PAGE_ROWS", 2)
    monkeypatch.setattr(keyset, "WINDOW_ROWS", 3)


def listed(rows: QuerySet[Any], **how: bool) -> Listed[Any]:
    known = {"is_filtered": False} | how
    return Listed(rows, rows.model._default_manager.all(), **known)


def test_pages_hold_every_row_once_newest_first(django_assert_num_queries):
    # Three of the same moment stand on two pages.
    seconds = [1, 2, 2, 2, 3]
    calls = [make_call(NOON + timedelta(seconds=each)) for each in seconds]

    with django_assert_num_queries(3):
        pages = list(
            keyset.newest_first(listed(Call.objects.all()), "started_at", FIELDS)
        )

    assert [[row[2] for row in page] for page in pages] == [
        [calls[4].sid, calls[3].sid],
        [calls[2].sid, calls[1].sid],
        [calls[0].sid],
    ]


def test_empty_list_has_no_pages():
    pages = keyset.newest_first(listed(Call.objects.all()), "started_at", FIELDS)

    assert list(pages) == []


def test_rows_that_a_filter_does_not_leave_are_passed_over():
    entries = [make_entry(NOON + timedelta(seconds=each)) for each in range(5)]
    calls = [entries[0].call, entries[4].call]
    wanted = QueueEntry.objects.filter(call__sid__in=[call.sid for call in calls])

    pages = list(
        keyset.newest_first(
            listed(wanted, is_filtered=True), "entered_at", ["pk", "entered_at"]
        )
    )

    # The last entry is in the newest window, the first in the next one.
    assert [[row[0] for row in page] for page in pages] == [
        [entries[4].pk],
        [entries[0].pk],
    ]


def test_windows_look_at_a_few_rows_of_the_period_each():
    for each in range(7):
        make_call(NOON + timedelta(seconds=each))

    spans = list(keyset.windows(Call.objects.all(), "started_at", 3))

    assert [Call.objects.filter(span).count() for span in spans] == [4, 3]
