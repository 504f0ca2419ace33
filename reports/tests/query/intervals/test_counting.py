"""When sums are counted again, and what a report does where they cannot be."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from callcenter.models import ChangedQuarter
from reports.definitions.queues import QueueSummaryReport
from reports.models import IntervalState, QueueDay, QueueQuarter
from reports.query.intervals import count
from reports.query.intervals.answer import stored_tallies
from reports.query.periods import quarter_of
from reports.query.selection import Selection
from reports.query.tallies import total_of
from reports.tests.factories import (
    NOON,
    OPERATOR,
    count_marked,
    make_connection,
    make_entry,
    rows_of,
    selection,
)
from reports.tests.query.intervals.questions import of_sums

pytestmark = pytest.mark.django_db

DAY = Selection(first=date(2026, 10, 20), last=date(2026, 10, 20))


def test_only_the_changed_quarter_hours_of_the_period_are_counted():
    make_entry(NOON)
    make_entry(datetime(2026, 10, 5, 3, tzinfo=UTC))

    stored_tallies(DAY, None, [])

    marked = ChangedQuarter.objects.get().quarter
    assert marked == quarter_of(datetime(2026, 10, 5, 3, tzinfo=UTC))
    assert QueueQuarter.objects.get().entered_quarter == quarter_of(NOON)


def test_more_quarter_hours_than_are_counted_at_once_are_all_counted(monkeypatch):
    monkeypatch.setattr(count, "QUARTERS_AT_ONCE", 2)
    for hour in range(5):
        make_entry(datetime(2026, 10, 20, hour, tzinfo=UTC))

    assert rows_of(QueueSummaryReport())[0]["entered"] == 5
    assert QueueQuarter.objects.count() == 5
    assert not ChangedQuarter.objects.exists()


def test_counting_that_takes_too_long_leaves_the_report_to_the_entries(monkeypatch):
    monkeypatch.setattr(count, "PATIENCE_SECONDS", 0)
    make_entry()

    assert stored_tallies(DAY, None, []) is None
    assert rows_of(QueueSummaryReport())[0]["entered"] == 1
    assert ChangedQuarter.objects.exists()


def test_database_that_cannot_be_written_to_leaves_the_report_to_the_entries(caplog):
    make_entry()

    def refuse(run, sql, *rest):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError(1290, "running with the --read-only option")
        return run(sql, *rest)

    with connection.execute_wrapper(refuse):
        rows = rows_of(QueueSummaryReport())

    assert rows[0]["entered"] == 1
    assert "sums of intervals could not be counted" in caplog.text


@pytest.mark.parametrize(
    "asked",
    [
        Selection(),
        Selection(first=DAY.first),
        Selection(first=DAY.first, last=DAY.last, operators=(OPERATOR,)),
        Selection(first=DAY.first, last=DAY.last, line="+815000000101"),
        Selection(first=DAY.first, last=DAY.last, counted="offered"),
        Selection(first=DAY.first, last=DAY.last, since=NOON.replace(second=1)),
        # Until 1972 its clocks were half a minute beside a full quarter hour.
        Selection(date(1970, 1, 1), DAY.last, ZoneInfo("Africa/Monrovia")),
    ],
)
def test_what_sums_do_not_know_is_not_asked_of_them(asked):
    assert stored_tallies(asked, None, []) is None


def test_filter_by_operator_counts_the_entries_and_talk_of_the_operator():
    entry = make_connection().entry
    make_connection(entry, operator="client:tanaka", talk_seconds=7)
    make_entry()

    rows = rows_of(QueueSummaryReport(), operator="client:tanaka")

    assert (rows[0]["answered"], rows[0]["talk_seconds"]) == (1, 7)


def test_days_are_those_of_the_zone_of_the_settings_also_after_it_has_changed(settings):
    # The 21st in Tokyo, the 20th in London.
    make_entry(datetime(2026, 10, 20, 16, tzinfo=UTC))
    count_marked()
    of_tokyo = QueueDay.objects.get().day

    settings.TIME_ZONE = "Europe/London"
    make_entry(datetime(2026, 10, 25, 16, tzinfo=UTC))
    count_marked()

    assert of_tokyo == date(2026, 10, 21)
    days = QueueDay.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [date(2026, 10, 20), date(2026, 10, 25)]
    assert IntervalState.objects.get().zone == "Europe/London"


def test_report_in_another_zone_is_made_of_quarter_hours():
    make_entry(datetime(2026, 10, 20, 16, tzinfo=UTC))
    count_marked()
    QueueDay.objects.all().delete()
    asked = selection(zone="Europe/London")

    found = total_of(of_sums(asked, ""))

    assert found.answered == 1


def test_number_of_queries_depends_neither_on_entries_nor_on_marks():
    taken = []
    make_entry()
    count_marked()

    for entries in (1, 30):
        for number in range(entries):
            make_connection(make_entry(NOON.replace(minute=number)))
        with CaptureQueriesContext(connection) as queries:
            count_marked()
        taken.append(len(queries))

    assert taken[0] == taken[1]
