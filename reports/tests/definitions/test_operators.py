"""What operators did: connections, talk and states, cut at the period's ends."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.days import midnight
from callcenter.models import Call, Desk, OperatorState, desk_sid
from reports.definitions.operators import OperatorsReport
from reports.tests.factories import (
    NOON,
    OPERATOR,
    count_marked,
    forget_calls,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_state,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

REPORT = OperatorsReport()
OTHER = "+815000000202"
TOKYO = ZoneInfo("Asia/Tokyo")
DAY = date(2026, 10, 20)
START, END = midnight(DAY, TOKYO), midnight(DAY + timedelta(days=1), TOKYO)
IDLE = {
    "connections": 0,
    "talk_seconds": 0,
    "average_talk_seconds": None,
    "wrapup_seconds": 0,
    "aht_seconds": None,
    "ready_seconds": 0,
    "not_ready_seconds": 0,
    "login_seconds": 0,
    "occupancy": None,
    "missed_offers": None,
}


def after(seconds: float) -> datetime:
    """A moment so long after noon."""
    return NOON + timedelta(seconds=seconds)


def row_of(operator: str = OPERATOR, **asked: Any) -> dict[str, Any]:
    (row,) = [row for row in rows_of(REPORT, **asked) if row["operator"] == operator]
    return row


def test_day_of_an_operator_in_every_column():
    make_operator()
    make_connection(make_entry(NOON), talk_seconds=100)
    make_connection(make_entry(after(300)), talk_seconds=50)
    make_state("ready", after(-50), after(10))
    make_state("talking", after(10), after(120))
    make_state("wrap_up", after(120), after(150))
    make_state("not_ready", after(150), after(290))
    make_state("talking", after(290), after(350))
    make_state("signed_out", after(350))

    assert rows_of(REPORT) == [
        {
            "operator": OPERATOR,
            "connections": 2,
            "talk_seconds": 150,
            "average_talk_seconds": 75.0,
            "wrapup_seconds": 30,
            "aht_seconds": 90.0,
            "ready_seconds": 60,
            "not_ready_seconds": 140,
            "login_seconds": 60 + 110 + 30 + 140 + 60,
            "occupancy": 180 / 240,
            "missed_offers": None,
        }
    ]


def test_total_is_made_of_the_sums_of_all():
    make_connection(make_entry(NOON), talk_seconds=100)
    for talk in (10, 20, 30):
        make_connection(make_entry(after(60)), operator=OTHER, talk_seconds=talk)
    make_state("ready", after(-30), after(0))
    make_state("wrap_up", after(0), after(20), operator=OTHER)

    assert totals_of(REPORT) == {
        "operator": None,
        "connections": 4,
        "talk_seconds": 160,
        "average_talk_seconds": 40.0,
        "wrapup_seconds": 20,
        "aht_seconds": 45.0,
        "ready_seconds": 30,
        "not_ready_seconds": 0,
        "login_seconds": 50,
        "occupancy": 180 / 210,
        "missed_offers": None,
    }


def test_idle_operators_stand_there_by_name_and_inactive_ones_only_with_numbers():
    make_operator(name="B", number=None, client_identity="b")
    make_operator(name="A")
    make_operator(name="C", number=OTHER, is_active=False)
    make_operator(name="D", number="+815000000203", is_active=False)
    make_state("ready", after(0), after(10), operator=OTHER)

    rows = rows_of(REPORT)

    assert rows == [
        {"operator": OPERATOR} | IDLE,
        {"operator": "client:b"} | IDLE,
        {"operator": OTHER}
        | IDLE
        | {"ready_seconds": 10, "login_seconds": 10}
        # Ready, and no talk: all of it is idle.
        | {"occupancy": 0.0},
    ]


def test_operator_asked_for_stands_alone():
    make_operator()
    make_operator(name="B", number=OTHER)
    make_connection(make_entry(), operator=OTHER)
    make_state("ready", after(0), after(10), operator=OTHER)

    assert rows_of(REPORT, operator=OPERATOR) == [{"operator": OPERATOR} | IDLE]


@pytest.mark.parametrize(
    ("since", "until", "seconds"),
    [
        (START - timedelta(hours=1), START, 0),
        (START - timedelta(hours=1), START + timedelta(seconds=7), 7),
        (START, START + timedelta(seconds=7), 7),
        (END - timedelta(seconds=7), END, 7),
        (END - timedelta(seconds=7), END + timedelta(hours=1), 7),
        (END, END + timedelta(hours=1), 0),
        (START - timedelta(hours=1), END - timedelta(hours=2), 22 * 3600),
    ],
)
def test_state_is_cut_at_midnight(since, until, seconds):
    make_operator()
    make_state("ready", since, until)

    assert row_of()["ready_seconds"] == seconds


def test_talk_over_midnight_is_cut_and_its_connection_counts_where_it_entered():
    make_operator()
    entered = END - timedelta(seconds=40)
    # Waited 10 s, heard an announcement of 5 s, and talked from 23:59:35 to 00:01:15.
    make_connection(
        make_entry(entered),
        talk_seconds=100,
        ended_at=END + timedelta(seconds=75),
    )

    today = row_of()
    tomorrow = row_of(first="2026-10-21", last="2026-10-21")

    assert (today["connections"], today["talk_seconds"]) == (1, 25)
    assert (tomorrow["connections"], tomorrow["talk_seconds"]) == (0, 75)
    assert tomorrow["average_talk_seconds"] is None


def test_open_state_lasts_until_now():
    make_operator()
    make_state("ready", after(0))

    with time_machine.travel(after(90), tick=False):
        assert row_of()["ready_seconds"] == 90


def test_open_state_is_cut_at_the_end_of_the_period():
    make_operator()
    since, now = END - timedelta(seconds=30), END + timedelta(seconds=60)
    make_state("talking", since)

    with time_machine.travel(now, tick=False):
        assert row_of()["login_seconds"] == 30
        tomorrow = row_of(first="2026-10-21", last="2026-10-21")
    assert tomorrow["login_seconds"] == 60


def test_state_whose_end_was_lost_lasts_until_its_leg_was_last_heard_of():
    make_operator()
    state = make_state("ready", after(0))
    Call.objects.filter(operator_states=state).update(heard_at=after(300))

    with time_machine.travel(after(86_400), tick=False):
        assert row_of()["ready_seconds"] == 300


def test_not_ready_at_a_desk_lasts_until_now_but_no_longer_than_a_day():
    make_operator()
    desk = Desk.objects.create(sid=desk_sid(OPERATOR), operator=OPERATOR)
    OperatorState.objects.create(
        desk=desk, operator=OPERATOR, started_at=after(0), state="not_ready"
    )

    with time_machine.travel(after(3_600), tick=False):
        assert row_of()["not_ready_seconds"] == 3_600
        assert row_of()["login_seconds"] == 3_600


def test_pause_by_keypad_whose_end_was_lost_lasts_until_its_leg_was_heard_of():
    make_operator()
    leg = make_call(after(0), kind="operator", ended_at=None, heard_at=after(400))
    make_state("not_ready", after(0), call=leg)

    for now, seconds in ((after(1_000), 1_000), (after(1_001), 400)):
        with time_machine.travel(now, tick=False):
            assert row_of()["not_ready_seconds"] == seconds
            assert row_of()["ready_seconds"] == 0


def test_talk_under_way_is_left_out_of_time_and_average():
    make_operator()
    make_connection(make_entry(), talk_seconds=60)
    make_connection(make_entry(), talk_seconds=None, ended_at=None, talk_source="")

    row = row_of()

    assert (row["connections"], row["talk_seconds"]) == (2, 60)
    assert row["average_talk_seconds"] == 60.0


def test_connection_of_an_unknown_operator_has_a_row_without_a_name():
    make_connection(make_entry(), operator="")

    assert [row["operator"] for row in rows_of(REPORT)] == [None]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)]
)
def test_day_of_a_clock_change_is_as_long_as_it_is(day, hours):
    make_operator()
    first = date.fromisoformat(day)
    start = midnight(first, ZoneInfo("America/New_York"))
    # In legs of 20 hours, from the day before until the day after.
    for number in range(-1, 3):
        since = start + timedelta(hours=20 * number)
        make_state("ready", since, since + timedelta(hours=20))

    row = row_of(first=day, last=day, zone="America/New_York")

    assert row["ready_seconds"] == hours * 3600


def test_handle_time_has_its_name_only_where_somebody_wraps_up():
    def label() -> str:
        columns = REPORT.read(selection()).columns
        with translation.override("en"):
            return {each.code: each.heading for each in columns}["aht_seconds"]

    make_state("ready", after(0), after(10))
    assert label() == "Average talk time (no wrap-up recorded)"

    make_state("wrap_up", after(10), after(20))
    assert label() == "Average handle time (AHT)"


@pytest.mark.parametrize("count", [1, 4])
def test_number_of_queries_does_not_grow(count, django_assert_num_queries):
    for number in range(count):
        name = f"+8150000003{number:02}"
        make_operator(name=name, number=name)
        make_connection(make_entry(), operator=name)
        make_state("ready", START - timedelta(hours=1), NOON, operator=name)
        make_state("wrap_up", NOON, after(5), operator=name)
    asked = selection()
    count_marked()

    with django_assert_num_queries(5):
        list(REPORT.read(asked).rows())


SECONDS_OF_THREE_DAYS = st.floats(0, 3 * 86_400).map(lambda each: round(each, 6))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    states=st.lists(
        st.tuples(
            SECONDS_OF_THREE_DAYS,
            st.integers(0, 80_000),
            st.sampled_from(sorted(set(OperatorState.State) - {"signed_out"})),
        ),
        max_size=6,
    )
)
def test_days_add_up_to_the_time_signed_in(states):
    forget_calls()
    begin = START - timedelta(days=1)
    for since, length, state in states:
        at = begin + timedelta(seconds=since)
        make_state(state, at, at + timedelta(seconds=length))

    days = [f"2026-10-{day}" for day in range(19, 24)]
    seconds = [totals_of(REPORT, first=day, last=day)["login_seconds"] for day in days]

    ends = [(int(since), int(since + length)) for since, length, _state in states]
    assert sum(seconds) == sum(end - start for start, end in ends)
    all_days = totals_of(REPORT, first=days[0], last=days[-1])
    assert all_days["login_seconds"] == sum(seconds)


def test_states_last_from_one_full_second_to_another():
    make_operator()
    at = datetime(2026, 10, 20, 3, 0, 0, 250_000, tzinfo=UTC)
    for number in range(3):
        since = at + timedelta(minutes=number)
        make_state("ready", since, since + timedelta(seconds=1.5))

    assert row_of()["ready_seconds"] == 3 * 1
