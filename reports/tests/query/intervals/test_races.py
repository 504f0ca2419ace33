"""Entries that are written while sums are counted (MariaDB)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import transaction

from callcenter.models import ChangedQuarter
from callcenter.tests.roads.workers import at_once, pausing
from reports.models import QueueDay
from reports.query.entry_tallies import Tallies
from reports.query.intervals.answer import stored_tallies
from reports.query.intervals.count import count_quarters
from reports.query.periods import quarter_of
from reports.query.selection import Selection
from reports.query.tally import WAITS
from reports.tests.factories import (
    NOON,
    OPERATOR,
    count_marked,
    make_entry,
    make_state,
    mark,
)
from reports.tests.query.intervals.questions import (
    of_entries,
    of_operator_days,
    of_sums,
)

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

ABOUT = ChangedQuarter.About.QUEUES
DAY = Selection(first=date(2026, 10, 20), last=date(2026, 10, 20))
LATER = NOON + timedelta(hours=1)
WRITERS, COUNTERS, ENTRIES = 3, 3, 40


def answered() -> int:
    """How many answered entries the stored sums say."""
    return sum(tally.answered for tally in of_sums(DAY, "").values())


def test_entry_written_while_its_quarter_hour_is_counted_is_not_forgotten():
    """And whoever writes it, such as a webhook, does not wait for the count."""
    make_entry()
    is_over = threading.Event()
    done = []

    def write(_number: int) -> None:
        is_there.wait(5)
        make_entry()
        done.append("written")

    with (
        ThreadPoolExecutor(1) as pool,
        pausing("INSERT INTO `reports_queuequarter`", is_over) as is_there,
    ):
        other = pool.submit(at_once, 1, write)
        other.add_done_callback(lambda _other: is_over.set())
        counted_first = answered()
        done.append("counted")
        other.result()

    assert done == ["written", "counted"]
    assert counted_first in (1, 2)
    assert answered() == 2


def test_state_written_while_its_day_is_counted_is_not_forgotten():
    """The count that is under way does not know it; the next report does."""
    make_state("ready", NOON, NOON + timedelta(seconds=10))
    is_over = threading.Event()

    def write(_number: int) -> None:
        is_there.wait(5)
        make_state("ready", LATER, LATER + timedelta(seconds=10))

    with (
        ThreadPoolExecutor(1) as pool,
        pausing("INSERT INTO `reports_operatorday`", is_over) as is_there,
    ):
        other = pool.submit(at_once, 1, write)
        other.add_done_callback(lambda _other: is_over.set())
        of_operator_days(DAY)
        other.result()

    assert is_there.is_set()
    assert of_operator_days(DAY)[OPERATOR]["ready"] == 20


def test_two_reports_that_count_quarter_hours_of_one_day():
    """Neither may make the day of quarter hours that the other has not stored yet."""
    make_entry(NOON)
    count_marked()
    make_entry(NOON)
    is_over = threading.Event()

    def count_the_next_hour(_number: int) -> None:
        is_there.wait(5)
        make_entry(LATER)
        count_quarters(ABOUT, [quarter_of(LATER)])

    with (
        ThreadPoolExecutor(1) as pool,
        pausing("INSERT INTO `reports_queueday`", is_over) as is_there,
    ):
        other = pool.submit(at_once, 1, count_the_next_hour)
        other.add_done_callback(lambda _other: is_over.set())
        count_quarters(ABOUT, [quarter_of(NOON)])
        other.result()

    assert is_there.is_set()
    assert QueueDay.objects.get().answered == 3


def test_many_writers_and_reports_at_once():
    """Each report says at least what was committed before it was asked for."""
    written = [0] * WRITERS

    def work(number: int) -> None:
        if number < WRITERS:
            for turn in range(ENTRIES):
                with transaction.atomic():
                    # Some move to the next quarter hour before they are committed.
                    entry = make_entry(NOON, wait_seconds=turn)
                    if turn % 3 == 0:
                        entry.entered_at += timedelta(minutes=15)
                        entry.entered_quarter += 1
                        entry.save()
                        mark(entry)
                written[number] += 1
            return
        while sum(written) < WRITERS * ENTRIES:
            before = sum(written)
            found: Tallies[None] | None = stored_tallies(DAY, None, WAITS)
            if found is not None:
                assert sum(tally.answered for tally in found.values()) >= before
            time.sleep(0.01)

    at_once(WRITERS + COUNTERS, work)

    assert answered() == WRITERS * ENTRIES
    assert of_sums(DAY, "15") == of_entries(DAY, "15")
    assert not ChangedQuarter.objects.exists()
