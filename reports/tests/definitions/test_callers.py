"""Callers who gave up, row by row."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from callcenter.models import FollowUp
from reports.definitions.callers import AbandonedCallsReport
from reports.tests.factories import CALLER, NOON, make_abandoned, rows_of, selection

pytestmark = pytest.mark.django_db

ABANDONED = AbandonedCallsReport()


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_caller_nobody_has_worked_on_is_open():
    abandoned = make_abandoned(position=3)

    assert rows_of(ABANDONED) == [
        {
            "abandoned_at": after(30),
            "call_sid": abandoned.call.sid,
            "visit": 1,
            "queue": "support",
            "caller": CALLER,
            "wait_seconds": 30,
            "position": 3,
            "ivr_path": "main>1>support",
            "state": "open",
            "attempts": 0,
            "recovered_at": None,
            "recovery_seconds": None,
            "handled_by": None,
        }
    ]


def test_recovery_is_counted_in_whole_seconds_from_giving_up():
    make_abandoned(recovered_at=after(90) + timedelta(microseconds=999999))

    [row] = rows_of(ABANDONED)

    assert (row["state"], row["recovery_seconds"]) == ("recovered", 60)


@pytest.mark.parametrize(
    ("state", "handled_by"),
    [("in_progress", "claimer"), ("reached", "closer"), ("closed", "closer")],
)
def test_who_closed_it_goes_before_who_claimed_it(state, handled_by):
    FollowUp.objects.create(
        abandoned_call=make_abandoned(),
        state=state,
        attempts=2,
        claimed_at=timezone.now(),
        claimed_by=User.objects.create_user("claimer"),
        handled_by=None
        if state == "in_progress"
        else User.objects.create_user("closer"),
    )

    [row] = rows_of(ABANDONED)

    assert (row["state"], row["attempts"], row["handled_by"]) == (state, 2, handled_by)


def test_withheld_caller_is_closed_and_withdrawn_one_counts_nowhere():
    make_abandoned(caller="")
    make_abandoned(is_withdrawn=True)

    [row] = rows_of(ABANDONED)

    assert (row["caller"], row["state"]) == (None, "closed")


def test_number_is_masked_for_those_who_may_not_see_it():
    make_abandoned()

    [row] = rows_of(ABANDONED, may_see_numbers=False)

    assert row["caller"] == "*********9742"


def test_callers_stand_by_giving_up_newest_first():
    patient = make_abandoned(after(0), abandoned_at=after(500))
    hasty = make_abandoned(after(60), abandoned_at=after(70))

    assert [row["call_sid"] for row in rows_of(ABANDONED)] == [
        patient.call.sid,
        hasty.call.sid,
    ]


@pytest.mark.parametrize("callers", [1, 3])
def test_number_of_queries_does_not_grow(callers, django_assert_num_queries):
    for number in range(callers):
        make_abandoned(after(number))
    asked = selection()

    # The abandoned calls, their calls, the work on them.
    with django_assert_num_queries(3):
        list(ABANDONED.read(asked).rows())
