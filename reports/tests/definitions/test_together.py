"""Queues by interval with all queues in one row."""

import re

import pytest
from django.core.management import CommandError
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.definitions.queues import QueueIntervalReport
from reports.tests.definitions.test_compared import entries
from reports.tests.factories import (
    NOON,
    forget_calls,
    make_entry,
    make_queue,
    rows_of,
    totals_of,
)
from reports.tests.management.test_report import report
from reports.tests.pages.reading import Table, check_every_number, page

pytestmark = pytest.mark.django_db

REPORT = QueueIntervalReport()
DAY = {"first": "2026-10-20", "last": "2026-10-20"}
COUNTS = ("entered", "offered", "answered", "abandoned", "waiting", "talk_seconds")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(entries, max_size=12),
    st.sampled_from(["60", "day", "week", "hour-of-day", "hour-of-week"]),
    st.sampled_from([None, 15]),
)
def test_row_of_all_queues_is_the_sum_of_their_rows(made, interval, threshold):
    forget_calls()
    for entered_at, queue, outcome in made:
        make_entry(entered_at, queue=queue, outcome=outcome)
    asked = {"first": "2026-10-10", "interval": interval, "threshold": threshold}

    together = rows_of(REPORT, queue="*", **asked)
    apart = rows_of(REPORT, **asked)

    starts = [row["interval_start"] for row in together]
    assert len(starts) == len(set(starts))
    assert {row["queue"] for row in together} <= {None}
    for row in together:
        own = [one for one in apart if one["interval_start"] == row["interval_start"]]
        for code in (*COUNTS, "answered_within"):
            assert row[code] == sum(one[code] for one in own)
    assert totals_of(REPORT, queue="*", **asked) == totals_of(REPORT, **asked)


def make_day() -> None:
    make_queue()
    make_queue("sales")
    make_entry()
    make_entry(queue="sales", wait_seconds=50)
    make_entry(queue="sales", outcome="abandoned", wait_seconds=30)


def test_numbers_open_the_entries_of_all_queues(admin_client):
    make_day()

    html = page(admin_client, "queue-interval", queue="*", compare="weeks", **DAY)

    assert check_every_number(admin_client, html) >= 8
    row = Table(html).rows[3]
    assert [text for text, _href in row][:3] == ["12:00–12:30", "All queues", "3"]
    assert re.search(r'<option value="\*" selected>All in one row', html)


def test_command_takes_it_and_other_reports_do_not():
    make_day()
    days = ["--first", "2026-10-20", "--last", "2026-10-20"]

    text = report("queue-interval", *days, "--queue", "*", "--interval", "day")

    assert text.splitlines()[1].startswith("2026-10-20T00:00:00+09:00,,3,3,2,1,")
    assert len(text.splitlines()) == 2
    with translation.override("en"), pytest.raises(CommandError, match="no queue “"):
        report("queue-summary", "--queue", "*")


def test_queue_has_a_median_of_all_waits_and_not_of_medians():
    make_day()

    (row,) = [row for row in rows_of(REPORT, queue="*") if row["entered"]]

    assert row["interval_start"] == NOON
    assert (row["p50_wait_seconds"], row["p90_wait_seconds"]) == (10, 50)
    assert row["longest_wait_seconds"] == 50
