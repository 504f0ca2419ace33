"""The stored days of operators equal the rows of history, whatever happens to these."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.history.changed_quarters import ChangedQuarters, of_state
from callcenter.models import ChangedQuarter, Connection, OperatorState
from callcenter.tests.receive import receive
from callcenter.tests.sample_events import OPERATOR as LEG
from callcenter.tests.sample_events import (
    OPERATOR_NUMBER,
    START,
    end,
    event,
    sign_in,
)
from reports.models import IntervalState, OperatorDay
from reports.query.intervals.answer import stored_operator_sums
from reports.query.operator_times import times
from reports.query.selection import Selection
from reports.tests.factories import (
    NOON,
    OPERATOR,
    count_marked,
    make_connection,
    make_entry,
    make_state,
    mark,
)
from reports.tests.query.intervals.questions import of_operator_days, of_operator_rows

pytestmark = pytest.mark.django_db

OTHER = "client:sato"
THURSDAY, TUESDAY = date(2026, 10, 29), date(2026, 11, 3)
BEGIN = datetime(2026, 10, 29, 12, tzinfo=UTC)
DAY_OF_NOON = Selection(date(2026, 10, 20), date(2026, 10, 20))

moments = st.integers(0, 4 * 86_400_000).map(
    lambda milliseconds: BEGIN + timedelta(milliseconds=milliseconds)
)
# Some longer than any leg can last, some that have not ended.
lengths = st.one_of(
    st.none(),
    st.integers(0, 20_000),
    st.integers(0, 200_000),
).map(lambda seconds: None if seconds is None else timedelta(seconds=seconds))
operators = st.sampled_from([OPERATOR, OTHER])
Row = tuple[datetime, timedelta | None, str, str, int | None]
rows = st.tuples(
    moments,
    lengths,
    operators,
    st.sampled_from(OperatorState.State.values),
    st.one_of(st.none(), st.integers(0, 30_000), st.integers(0, 200_000)),
)
selections = st.builds(
    lambda first, days, zone, asked: Selection(
        first, first + timedelta(days=days), ZoneInfo(zone), operators=asked
    ),
    st.dates(THURSDAY, TUESDAY),
    st.integers(0, 4),
    # Clocks of New York go back on Sunday.
    st.sampled_from(["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"]),
    st.sampled_from([(), (), (OTHER,)]),
)


def add_state(_chance: random.Random, row: Row) -> None:
    since, length, operator, state, _talk = row
    until = None if length is None else since + length
    make_state(state, since, until, operator=operator)


def end_state(_chance: random.Random, row: Row) -> None:
    """A state ends, earlier or later than it was thought to, or not at all."""
    for state in OperatorState.objects.order_by("pk")[:1]:
        ChangedQuarters(of_operators=of_state(state)).mark()
        state.ended_at = None if row[1] is None else state.started_at + row[1]
        state.save()
        ChangedQuarters(of_operators=of_state(state)).mark()


def remove_state(chance: random.Random, _row: Row) -> None:
    for state in chance.sample([*OperatorState.objects.all()], 1):
        ChangedQuarters(of_operators=of_state(state)).mark()
        state.delete()


def connect(_chance: random.Random, row: Row) -> None:
    since, length, operator, _state, talk = row
    begun = since + timedelta(seconds=10)
    make_connection(
        make_entry(since),
        operator=operator,
        connected_at=begun,
        ended_at=None if length is None else begun + length,
        talk_seconds=talk,
    )


def move(_chance: random.Random, row: Row) -> None:
    """An entry that was answered turns out to have entered at another time."""
    for talk in Connection.objects.order_by("pk")[:1]:
        mark(talk.entry)
        talk.entry.entered_at = row[0]
        talk.entry.entered_quarter = int(row[0].timestamp()) // 900
        talk.entry.save()
        mark(talk.entry)


acts = st.sampled_from([add_state, add_state, end_state, remove_state, connect, move])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.lists(
        st.tuples(
            st.lists(st.tuples(acts, rows), max_size=6),
            st.lists(selections, min_size=1, max_size=4),
        ),
        max_size=4,
    ),
    zone=st.sampled_from(["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"]),
    chance=st.randoms(use_true_random=False),
)
def test_days_are_those_of_the_rows_at_every_moment(rounds, zone, chance, settings):
    settings.TIME_ZONE = zone
    with transaction.atomic():
        for changes, asked_then in rounds:
            for act, row in changes:
                if act is remove_state and not OperatorState.objects.exists():
                    continue
                act(chance, row)
            for asked in asked_then:
                if asked.zone.key == zone:
                    assert of_operator_days(asked) == of_operator_rows(asked)
                else:
                    assert stored_operator_sums(asked) is None
        transaction.set_rollback(True)


def test_day_in_which_a_state_lasts_no_longer_is_counted_again():
    """A sign-off that arrives after the end of the leg, which was on the next day."""
    receive(*sign_in(0), end(60_000, sid=LEG))
    days = Selection(START.date(), START.date() + timedelta(days=1))
    before = of_operator_days(days)

    receive(event(306, "operator/?step=3", "sign_off", sid=LEG))

    assert before == {OPERATOR_NUMBER: {"ready": 60_000 - 6}}
    assert of_operator_days(days) == {OPERATOR_NUMBER: {"ready": 300}}


def test_open_states_are_added_as_they_are_now():
    make_state("ready", NOON)
    make_state("ready", NOON - timedelta(minutes=5), NOON)
    count_marked()

    for minutes in (1, 7):
        found = times(DAY_OF_NOON, NOON + timedelta(minutes=minutes))
        assert found[OPERATOR]["ready"] == (5 + minutes) * 60


def test_states_without_an_end_leave_no_marks():
    make_state("ready", NOON)
    make_state("signed_out", NOON, NOON + timedelta(hours=1))

    assert not ChangedQuarter.objects.exists()


def test_days_are_those_of_the_zone_of_the_settings_also_after_it_has_changed(settings):
    # From 22:00 to 02:00 in Tokyo, from 14:00 to 18:00 in London.
    begun = datetime(2026, 10, 20, 13, tzinfo=UTC)
    make_state("ready", begun, begun + timedelta(hours=4))
    count_marked()
    of_tokyo = days_with_ready()

    settings.TIME_ZONE = "Europe/London"
    make_state("ready", NOON + timedelta(days=7), NOON + timedelta(days=7, hours=1))
    count_marked()

    assert of_tokyo == {date(2026, 10, 20): 2, date(2026, 10, 21): 2}
    assert days_with_ready() == {date(2026, 10, 20): 4, date(2026, 10, 27): 1}
    assert IntervalState.objects.get().zone == "Europe/London"


def days_with_ready() -> dict[date, int]:
    """Hours of ready by day."""
    days = OperatorDay.objects.filter(ready__gt=0).values_list("day", "ready")
    return {day: ready // 3600 for day, ready in days}


def test_month_reads_no_rows_of_history_but_open_states(django_assert_num_queries):
    for day in range(5):
        make_state("ready", NOON + timedelta(days=day), NOON + timedelta(days=day + 1))
    count_marked()
    asked = Selection(date(2026, 10, 1), date(2026, 10, 31))

    with django_assert_num_queries(4) as queries:
        assert times(asked, NOON)[OPERATOR]["ready"] == 5 * 86_400

    tables = ["changedquarter", "intervalstate", "operatorday", "operatorstate"]
    for query, table in zip(queries.captured_queries, tables, strict=True):
        assert table in query["sql"]


def test_many_days_are_counted_a_few_at_a_time(django_assert_num_queries):
    for day in range(30):
        make_state("ready", NOON + timedelta(days=day), NOON + timedelta(days=day + 1))

    asked = Selection(date(2026, 10, 1), date(2026, 11, 30))

    assert times(asked, NOON)[OPERATOR]["ready"] == 30 * 86_400
    assert OperatorDay.objects.count() == 31


def test_database_that_cannot_be_written_to_leaves_the_report_to_the_rows(caplog):
    make_state("ready", NOON, NOON + timedelta(hours=1))

    def refuse(run: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError(1290, "running with the --read-only option")
        return run(sql, *rest)

    with connection.execute_wrapper(refuse):
        found = times(DAY_OF_NOON, NOON)

    assert found[OPERATOR]["ready"] == 3600
    assert "sums of intervals could not be counted" in caplog.text
