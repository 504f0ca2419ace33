"""The stored sums equal the queue entries, whatever happens to these."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.models import (
    ChangedQuarter,
    Connection,
    Holiday,
    QueueEntry,
    WebhookEvent,
)
from callcenter.tests.history.test_order import any_event
from callcenter.tests.receive import receive
from callcenter.tests.sample_events import (
    START,
    choose,
    connect,
    done,
    leave,
    ring,
    wait,
)
from reports.models import QueueDay, QueueQuarter
from reports.query.selection import Selection
from reports.tests.factories import make_connection, make_entry, mark
from reports.tests.query.intervals.questions import (
    kinds,
    of_entries,
    of_operator_days,
    of_operator_rows,
    of_sums,
    selections,
)

pytestmark = pytest.mark.django_db

# Friday; in New York clocks go back on Sunday.
FRIDAY = date(2026, 10, 30)
MONDAY = date(2026, 11, 2)
BEGIN = datetime(2026, 10, 29, 12, tzinfo=UTC)
MINUTES = 5 * 24 * 60

moments = st.integers(0, MINUTES).map(lambda minute: BEGIN + timedelta(minutes=minute))
waits = st.one_of(st.none(), st.integers(0, 90), st.integers(0, 4_000_000))
values = st.fixed_dictionaries(
    {
        "entered_at": moments,
        "queue": st.sampled_from(["support", "sales"]),
        "outcome": st.sampled_from(QueueEntry.Outcome.values),
        "wait_seconds": waits,
        "target_seconds": st.sampled_from([10, 20]),
        "is_inferred": st.booleans(),
        "queue_result": st.sampled_from(["", "hangup"]),
    }
)
talks = st.one_of(st.none(), st.integers(0, 3600))
Row = dict[str, Any]
questions = st.tuples(selections(FRIDAY, MONDAY), kinds)


def add(chance: random.Random, row: Row, _talk: int | None) -> None:
    make_entry(**row)


def change(chance: random.Random, row: Row, _talk: int | None) -> None:
    """One entry becomes another, perhaps at another time or in another queue."""
    for entry in chosen(chance):
        mark(entry)
        for name, value in row.items():
            setattr(entry, name, value)
        entry.entered_quarter = int(entry.entered_at.timestamp()) // 900
        entry.save()
        mark(entry)


def remove(chance: random.Random, _row: Row, _talk: int | None) -> None:
    for entry in chosen(chance):
        mark(entry)
        entry.call.delete()


def talk(chance: random.Random, _row: Row, length: int | None) -> None:
    for entry in chosen(chance):
        make_connection(entry, talk_seconds=length)


def hang_up(chance: random.Random, _row: Row, _talk: int | None) -> None:
    for connection in Connection.objects.order_by("pk")[:1]:
        mark(connection.entry)
        connection.delete()


def chosen(chance: random.Random) -> list[QueueEntry]:
    entries = list(QueueEntry.objects.order_by("pk"))
    return chance.sample(entries, min(1, len(entries)))


acts = st.sampled_from([add, add, change, remove, talk, hang_up])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.lists(
        st.tuples(
            st.lists(st.tuples(acts, values, talks), max_size=6),
            st.lists(questions, min_size=1, max_size=4),
        ),
        max_size=4,
    ),
    chance=st.randoms(use_true_random=False),
)
def test_sums_are_those_of_the_entries_at_every_moment(rounds, chance):
    with transaction.atomic():
        Holiday.objects.create(date=FRIDAY, name="Friday off")
        for changes, asked_then in rounds:
            for act, row, length in changes:
                act(chance, row, length)
            for asked, kind in asked_then:
                assert of_sums(asked, kind) == of_entries(asked, kind)
        transaction.set_rollback(True)


def shifted(received: WebhookEvent, minutes: int) -> WebhookEvent:
    """The same request some minutes later, which may be another quarter hour."""
    received.received_at += timedelta(minutes=minutes)
    return received


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.builds(shifted, any_event, st.sampled_from([0, 14, 40, 1500]))))
def test_history_marks_all_that_it_changes(events):
    """Whatever is received in whatever order, the sums are never behind."""
    day = START.date()
    asked = Selection(first=day - timedelta(days=1), last=day + timedelta(days=2))
    with transaction.atomic():
        for event in events:
            receive(event)
            assert of_sums(asked, "15") == of_entries(asked, "15")
            assert of_sums(asked, "") == of_entries(asked, "")
            assert of_operator_days(asked) == of_operator_rows(asked)
        transaction.set_rollback(True)


@pytest.mark.parametrize("order", [*permutations(["taken", "left", "over"])])
def test_talk_is_counted_with_whatever_says_it_last(order):
    """The three requests after an operator has taken the caller, in any order."""
    requests = {
        "taken": connect(25, 20),
        "left": leave(90, "bridged", 20),
        "over": done(91, talk=60),
    }
    asked = Selection(first=START.date(), last=START.date())
    receive(ring(0), choose(5), wait(5, 0))

    for name in order:
        receive(requests[name])
        assert of_sums(asked, "") == of_entries(asked, "")
    assert of_sums(asked, "")[None, "support"].talk == 60


def test_counted_marks_are_gone_and_quiet_hours_have_no_sums():
    entry = make_entry(BEGIN)
    asked = Selection(first=date(2026, 10, 29), last=date(2026, 10, 29))

    of_sums(asked, "day")
    counted = QueueQuarter.objects.count(), QueueDay.objects.count()
    mark(entry)
    entry.call.delete()
    of_sums(asked, "day")

    assert counted == (1, 1)
    assert not QueueQuarter.objects.exists()
    assert not QueueDay.objects.exists()
    assert not ChangedQuarter.objects.exists()
