"""Callers who had to call more than once, or whom nobody served."""

from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.models import AbandonedCall, Call
from reports.definitions.repeat_callers import RepeatCallersReport
from reports.tests.factories import (
    CALLER,
    LINE,
    NOON,
    make_call,
    make_entry,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

REPORT = RepeatCallersReport()
OTHER = "+818012345678"
OTHER_LINE = "+815000000102"
LATER = NOON + timedelta(days=3)
NOTHING_OPEN = {"too_young": 0, "undecided": 0}
DAY_ENDS = NOON + timedelta(hours=12)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def make(outcome: str, minutes: float, caller: str = CALLER, **more: Any) -> Call:
    """A call of so many minutes after noon, with one entry of this outcome."""
    at = after(minutes)
    known = {"caller": caller, "caller_reversed": caller[::-1]}
    call = make_call(at, outcome=outcome, **known, **more)
    make_entry(at, call=call, outcome=outcome)
    return call


def give_up(
    minutes: float, caller: str = CALLER, recovered: float | None = None, **more: Any
) -> AbandonedCall:
    """A call that was abandoned after a minute, and when its caller was reached."""
    call = make("abandoned", minutes - 1, caller, **more)
    return AbandonedCall.objects.create(
        call=call,
        visit=1,
        entry=call.queue_entries.get(),
        queue="support",
        caller=caller,
        entered_at=after(minutes - 1),
        abandoned_at=after(minutes),
        recovered_at=None if recovered is None else after(recovered),
    )


def figures(now: datetime = LATER, **asked: str) -> dict[str, Any]:
    with time_machine.travel(now, tick=False):
        reading = REPORT.read(selection(**asked))
        list(reading.rows())
    return {each.column.code: each.value for each in reading.figures}


def test_callers_in_every_column():
    give_up(0, recovered=20)
    give_up(10, recovered=20)
    make("answered", 20)
    make("answered", 40)
    give_up(5, OTHER)
    make("answered", 0, "+818000000000")

    with time_machine.travel(LATER):
        rows, totals = rows_of(REPORT), totals_of(REPORT)

    assert rows == [
        {
            "caller": CALLER,
            "calls": 4,
            "answered": 2,
            "abandoned": 2,
            "first_call_at": after(-1),
            "last_call_at": after(40),
            "redials_before_answer": 2,
            "lost": 0,
            "recovery_seconds": 900.0,
        },
        {
            "caller": OTHER,
            "calls": 1,
            "answered": 0,
            "abandoned": 1,
            "first_call_at": after(4),
            "last_call_at": after(4),
            "redials_before_answer": 0,
            "lost": 1,
            "recovery_seconds": None,
        },
    ]
    assert totals == {
        "caller": None,
        "calls": 5,
        "answered": 2,
        "abandoned": 3,
        "first_call_at": None,
        "last_call_at": None,
        "redials_before_answer": 2,
        "lost": 1,
        "recovery_seconds": 900.0,
    }
    # Three callers offered; of three answered calls one was repeated.
    assert figures() == NOTHING_OPEN | {"repeat_rate": 1 / 3, "net_abandonment": 1 / 3}


@pytest.mark.parametrize(
    ("recovered", "now", "lost"),
    [
        (None, DAY_ENDS - timedelta(seconds=1), None),
        (None, DAY_ENDS, 1),
        (719.9, LATER, 0),
        (720, LATER, 1),
        (30, DAY_ENDS - timedelta(seconds=1), 0),
    ],
)
def test_caller_is_lost_if_the_day_ends_without_a_word(recovered, now, lost):
    give_up(0, recovered=recovered)

    with time_machine.travel(now, tick=False):
        (row,) = rows_of(REPORT)

    assert row["lost"] == lost
    assert figures(now)["net_abandonment"] == lost


def test_caller_served_in_the_morning_and_lost_in_the_afternoon_is_lost_once():
    give_up(0, recovered=5)
    make("answered", 5)
    give_up(300)
    give_up(310)

    with time_machine.travel(LATER):
        assert totals_of(REPORT)["lost"] == 1


def test_withdrawn_abandonment_counts_nowhere():
    AbandonedCall.objects.filter(pk=give_up(0).pk).update(is_withdrawn=True)

    with time_machine.travel(LATER):
        assert rows_of(REPORT) == []


def test_withheld_callers_are_never_merged():
    for minutes in (0, 1):
        give_up(minutes, caller="")
    make("answered", 2, caller="")

    with time_machine.travel(LATER):
        rows, totals = rows_of(REPORT), totals_of(REPORT)

    assert [(row["caller"], row["calls"], row["lost"]) for row in rows] == [
        (None, 1, 1),
        (None, 1, 1),
    ]
    assert (totals["calls"], totals["lost"]) == (2, 2)
    assert totals["redials_before_answer"] == 0
    assert figures() == NOTHING_OPEN | {"repeat_rate": None, "net_abandonment": 2 / 3}


def test_withheld_and_known_callers_stand_by_number_of_calls():
    give_up(0, caller="")
    for minutes in (0, 1):
        make("answered", minutes, OTHER)
    for minutes in (0, 1, 2):
        make("overflowed", minutes)

    with time_machine.travel(LATER):
        assert [row["caller"] for row in rows_of(REPORT)] == [CALLER, OTHER, None]


@pytest.mark.parametrize(("minutes", "redials"), [(0, 1), (30, 1), (30.1, 0), (-5, 0)])
def test_redial_is_within_half_an_hour_before_an_answered_call(minutes, redials):
    give_up(0)
    make("answered", minutes)
    make("answered", 3, OTHER)

    with time_machine.travel(LATER):
        assert totals_of(REPORT)["redials_before_answer"] == redials


@pytest.mark.parametrize(
    ("hours", "rate"), [(0.5, 0.5), (24, 0.5), (24.1, 0.0), (13, 0.5)]
)
def test_repeat_is_a_call_within_a_day_also_after_the_period(hours, rate):
    make("answered", 0)
    make("answered", 0, OTHER)
    make("abandoned", 60 * hours)

    assert figures()["repeat_rate"] == rate


def test_repeat_may_be_on_another_line_or_at_the_same_moment():
    make("answered", 0)
    make("abandoned", 60, line=OTHER_LINE)
    make("answered", 0, OTHER)
    make("answered", 0, OTHER)

    assert figures()["repeat_rate"] == 2 / 3
    assert figures(line=LINE)["repeat_rate"] == 2 / 3
    assert figures(line=OTHER_LINE)["repeat_rate"] is None


attempts = st.tuples(
    st.sampled_from(["answered", "abandoned"]),
    # Two days around that of the report, and moments that lie close together.
    st.one_of(st.integers(-1440, 2880), st.integers(0, 70)),
    st.sampled_from([CALLER, OTHER, ""]),
    st.sampled_from([LINE, OTHER_LINE]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(attempts, max_size=12), st.sampled_from([None, LINE, OTHER_LINE]))
def test_counts_are_those_of_the_plain_definition(made, line):
    """Each call is compared with each other one of its caller."""
    Call.objects.all().delete()
    for each in (LINE, OTHER_LINE):
        make_call(after(-9000), line=each)
    for outcome, minutes, caller, its_line in made:
        if outcome == "abandoned":
            give_up(minutes + 1, caller, line=its_line)
        else:
            make(outcome, minutes, caller, line=its_line)
    calls = list(enumerate(sorted(made, key=itemgetter(1))))
    # From midnight to midnight around noon.
    asked = [
        (place, call)
        for place, call in calls
        if -720 <= call[1] < 720 and line in (None, call[3])
    ]
    judged = [
        (place, at, who)
        for place, (end, at, who, _) in asked
        if who and end == "answered"
    ]
    repeated = [
        place
        for place, at, who in judged
        if any(
            later > place and caller == who and minutes - at <= 1440
            for later, (_end, minutes, caller, _line) in calls
        )
    ]
    redials = [
        place
        for place, (end, at, who, _line) in asked
        if end == "abandoned"
        and who
        and any(
            other == "answered" and caller == who and 0 <= minutes - at - 1 <= 30
            for _place, (other, minutes, caller, _line) in calls
        )
    ]

    asked_line = {"line": line} if line else {}
    rate = figures(**asked_line)["repeat_rate"]
    assert rate == (len(repeated) / len(judged) if judged else None)
    with time_machine.travel(LATER):
        assert totals_of(REPORT, **asked_line)["redials_before_answer"] == len(redials)


@pytest.mark.parametrize(("hours", "rate"), [(23.9, None), (24, 0.0)])
def test_answered_call_younger_than_a_day_is_left_out(hours, rate):
    make("answered", 0)

    assert figures(NOON + timedelta(hours=hours))["repeat_rate"] == rate


def test_calls_of_other_days_lines_and_legs_are_not_counted():
    make("answered", 0)
    make("answered", 721)
    make("answered", -721)
    make("answered", 1, kind="outbound")
    make("answered", 2, line="+815000000102")

    with time_machine.travel(LATER):
        assert [row["calls"] for row in rows_of(REPORT)] == [2]
        assert rows_of(REPORT, line="+815000000102") == []


def test_numbers_are_masked_for_those_who_may_not_see_them():
    give_up(0)
    give_up(0, caller="")

    rows = rows_of(REPORT, may_see_numbers=False)

    masked = "*" * (len(CALLER) - 4) + CALLER[-4:]
    assert sorted(str(row["caller"]) for row in rows) == [masked, "None"]
    assert REPORT.read(selection()).is_masked


def test_quiet_day_has_no_rates():
    assert rows_of(REPORT) == []
    assert totals_of(REPORT)["calls"] == 0
    assert totals_of(REPORT)["recovery_seconds"] is None
    assert figures() == NOTHING_OPEN | {"repeat_rate": None, "net_abandonment": None}


def test_what_cannot_be_judged_yet_is_counted_apart():
    make("answered", 0)
    make("answered", 30)
    give_up(40, OTHER)
    give_up(41, OTHER)
    give_up(42, "")

    assert figures(NOON + timedelta(hours=2)) == {
        "repeat_rate": None,
        "too_young": 2,
        "net_abandonment": 0.0,
        "undecided": 2,
    }


@pytest.mark.parametrize("count", [1, 5])
def test_number_of_queries_does_not_grow(count, django_assert_num_queries):
    for number in range(count):
        give_up(number, f"+81800000000{number}")
        make("answered", number + 2, f"+81800000000{number}")
    asked = selection()

    with django_assert_num_queries(5):
        rows = list(REPORT.read(asked).rows())
    assert len(rows) == count
