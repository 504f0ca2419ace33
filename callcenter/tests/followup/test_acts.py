"""What people can do about a caller who gave up, and what is stored of it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from callcenter.followup import acts, claims
from callcenter.models import AbandonedCall, Call, FollowUp, FollowUpStep

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)
CALLER = "+819012345678"
_numbers = count(1)


def gave_up(seconds: float = 0, caller: str = CALLER, **more: Any) -> AbandonedCall:
    at = NOON + timedelta(seconds=seconds)
    call = Call.objects.create(sid=f"CA{next(_numbers):032x}", caller=caller)
    return AbandonedCall.objects.create(
        call=call,
        visit=1,
        queue="support",
        caller=caller,
        entered_at=at,
        abandoned_at=at + timedelta(seconds=30),
        **more,
    )


@pytest.fixture
def sato():
    return User.objects.create_user("sato")


@pytest.fixture
def yamada():
    return User.objects.create_user("yamada")


@pytest.fixture(autouse=True)
def what_is_to_do_is_found_by_the_index():
    """After every act the indexed columns say the same as the state."""
    yield
    to_do = AbandonedCall.objects.to_ring_back().values_list("pk", flat=True)
    rows: Any = AbandonedCall.objects.with_state()
    expected = rows.filter(state__in=["open", "in_progress"])
    assert set(to_do) == set(expected.values_list("pk", flat=True))


def states() -> list[tuple[str, str | None]]:
    """State and claiming user of every call, in order of giving up."""
    rows: Any = AbandonedCall.objects.with_state().order_by("abandoned_at", "pk")
    return list(rows.values_list("state", "follow_up__claimed_by__username"))


def steps() -> list[tuple[str, str, str, str | None]]:
    return list(
        FollowUpStep.objects.values_list("act", "result", "text", "by__username")
    )


def test_claim_holds_all_calls_of_the_caller_that_are_still_open(sato):
    gave_up(0)
    gave_up(60)
    gave_up(90, caller="+819011111111")
    gave_up(120, recovered_at=NOON + timedelta(hours=1))

    acts.claim(CALLER, sato)

    assert states() == [
        ("in_progress", "sato"),
        ("in_progress", "sato"),
        ("open", None),
        ("recovered", None),
    ]
    assert steps() == [("claimed", "", "", "sato")]


def test_second_claim_of_the_same_user_changes_nothing(sato):
    gave_up()
    acts.claim(CALLER, sato)
    before = FollowUp.objects.values().get()

    acts.claim(CALLER, sato)

    assert FollowUp.objects.values().get() == before
    assert len(steps()) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda user: acts.claim(CALLER, user),
        lambda user: acts.release(CALLER, user),
        lambda user: acts.attempt(CALLER, user, "no_answer"),
        lambda user: acts.close(CALLER, user, "why"),
    ],
)
def test_acts_on_a_caller_claimed_by_somebody_else_are_refused(act, sato, yamada):
    gave_up()
    acts.claim(CALLER, sato)
    before = FollowUp.objects.values().get()

    with pytest.raises(acts.ClaimedByAnother) as refused:
        act(yamada)

    assert (refused.value.by, refused.value.at) == (sato, before["claimed_at"])
    assert FollowUp.objects.values().get() == before
    assert steps() == [("claimed", "", "", "sato")]


def test_call_that_comes_after_a_claim_joins_it_with_the_next_act(sato, yamada):
    gave_up(0)
    acts.claim(CALLER, sato)
    gave_up(60)

    with pytest.raises(acts.ClaimedByAnother):
        acts.claim(CALLER, yamada)
    acts.attempt(CALLER, sato, "busy")

    assert states() == [("in_progress", "sato"), ("in_progress", "sato")]
    assert list(FollowUp.objects.order_by("pk").values_list("attempts", flat=True)) == [
        0,
        1,
    ]


def test_ring_back_counts_once_on_the_newest_call_and_claims(sato):
    gave_up(0)
    gave_up(60)

    acts.attempt(CALLER, sato, "no_answer", "nobody in")
    acts.attempt(CALLER, sato, "busy")

    newest = AbandonedCall.objects.order_by("abandoned_at").last()
    assert newest is not None
    assert newest.follow_up.attempts == 2
    assert sum(FollowUp.objects.values_list("attempts", flat=True)) == 2
    assert states() == [("in_progress", "sato")] * 2
    assert steps() == [
        ("claimed", "", "", "sato"),
        ("attempt", "no_answer", "nobody in", "sato"),
        ("attempt", "busy", "", "sato"),
    ]


def test_reaching_the_caller_finishes_all_the_calls(sato):
    gave_up(0)
    gave_up(60)

    acts.attempt(CALLER, sato, "reached", "all is well")

    rows = FollowUp.objects.values_list("state", "handled_by__username", "handled_at")
    [first, second] = rows
    assert first == second
    assert first[:2] == ("reached", "sato")
    with pytest.raises(acts.NothingToDo):
        acts.claim(CALLER, sato)


def test_caller_who_gives_up_again_after_being_reached_is_open_again(sato):
    gave_up(0)
    acts.attempt(CALLER, sato, "reached")

    gave_up(600)

    assert states() == [("reached", "sato"), ("open", None)]


def test_calls_closed_together_are_reopened_together(sato, yamada):
    gave_up(0)
    acts.close(CALLER, yamada, "an old matter")
    gave_up(60)
    last = gave_up(120)
    acts.close(CALLER, sato, "spoke to him by mail")

    acts.reopen(last, yamada)

    assert [state for state, _who in states()] == ["closed", "open", "open"]
    assert FollowUp.objects.filter(handled_by=None, handled_at=None).count() == 2
    assert steps()[-2:] == [
        ("closed", "", "spoke to him by mail", "sato"),
        ("reopened", "", "", "yamada"),
    ]


def test_reopened_call_joins_the_running_claim(sato, yamada):
    old = gave_up(0)
    acts.close(CALLER, sato)
    gave_up(60)
    acts.claim(CALLER, yamada)

    acts.reopen(old, sato)

    assert states() == [("in_progress", "yamada")] * 2


def test_call_is_finished_while_its_caller_is_reached_or_closed(sato):
    row = gave_up(0)

    def is_finished() -> bool:
        row.refresh_from_db()
        return row.is_finished

    found = []
    for act in (
        lambda: acts.claim(CALLER, sato),
        lambda: acts.attempt(CALLER, sato, "no_answer"),
        lambda: acts.attempt(CALLER, sato, "reached"),
        lambda: acts.reopen(row, sato),
        lambda: acts.close(CALLER, sato),
    ):
        act()
        found.append(is_finished())

    assert found == [False, False, True, False, True]


def test_released_caller_can_be_claimed_by_anybody(sato, yamada):
    gave_up()
    acts.claim(CALLER, sato)

    acts.release(CALLER, sato)
    acts.claim(CALLER, yamada)

    assert states() == [("in_progress", "yamada")]
    assert [step[0] for step in steps()] == ["claimed", "released", "claimed"]


def test_claim_of_somebody_else_can_be_released_with_of_anybody(sato, yamada):
    gave_up()
    acts.claim(CALLER, sato)

    acts.release(CALLER, yamada, of_anybody=True)

    assert states() == [("open", None)]


def test_claim_of_a_deleted_user_keeps_nobody_away(sato, yamada):
    gave_up()
    acts.claim(CALLER, sato)
    sato.delete()

    acts.claim(CALLER, yamada)

    assert states() == [("in_progress", "yamada")]


def test_acts_on_an_answered_or_withheld_caller_are_refused(sato):
    gave_up(recovered_at=NOON + timedelta(hours=1))
    gave_up(caller="")

    for caller in (CALLER, "", "+819099999999"):
        for act in (acts.claim, acts.close, acts.release):
            with pytest.raises(acts.NothingToDo):
                act(caller, sato)
        with pytest.raises(acts.NothingToDo):
            acts.attempt(caller, sato, "busy")

    assert not FollowUp.objects.exists()


def test_open_and_recovered_calls_cannot_be_reopened(sato):
    is_open = gave_up()
    closed = gave_up(60, caller="+819011111111")
    acts.close(closed.caller, sato)
    AbandonedCall.objects.filter(pk=closed.pk).update(
        recovered_at=NOON + timedelta(hours=1)
    )

    for row in (is_open, closed):
        with pytest.raises(acts.NothingToDo):
            acts.reopen(row, sato)


def test_anybody_can_add_a_note_about_a_claimed_or_withheld_caller(sato, yamada):
    row = gave_up()
    withheld = gave_up(caller="")
    acts.claim(CALLER, sato)

    acts.note(row, yamada, "called about the invoice")
    acts.note(withheld, yamada, "a voice like Suzuki's")

    assert states() == [("in_progress", "sato"), ("closed", None)]
    assert steps()[1:] == [
        ("note", "", "called about the invoice", "yamada"),
        ("note", "", "a voice like Suzuki's", "yamada"),
    ]


def test_note_about_a_call_that_is_no_longer_abandoned_is_refused(sato):
    row = gave_up()
    AbandonedCall.objects.all().delete()

    with pytest.raises(acts.NothingToDo):
        acts.note(row, sato, "too late")


class Locked:
    """A function that fails with a deadlock the first times it is called."""

    def __init__(self, function: Any, times: int) -> None:
        self.function = function
        self.times = times

    def __call__(self, *args: Any) -> Any:
        if self.times:
            self.times -= 1
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return self.function(*args)


def test_act_that_meets_a_lock_is_done_once_a_moment_later(sato, monkeypatch):
    gave_up()
    monkeypatch.setattr(acts, "_add_step", Locked(acts._add_step, times=3))

    acts.attempt(CALLER, sato, "busy")

    assert steps() == [("claimed", "", "", "sato"), ("attempt", "busy", "", "sato")]
    assert FollowUp.objects.get().attempts == 1


def test_act_whose_rows_stay_locked_is_refused_and_leaves_no_trace(sato, monkeypatch):
    gave_up()
    monkeypatch.setattr(acts, "_add_step", Locked(acts._add_step, times=99))

    with pytest.raises(acts.Busy):
        acts.attempt(CALLER, sato, "busy")

    assert not FollowUp.objects.exists()


def test_database_that_is_gone_is_not_a_lock(sato, monkeypatch):
    def gone(caller: str) -> Any:
        raise OperationalError(2013, "Lost connection to server")

    monkeypatch.setattr(acts, "lock_open_calls", gone)

    with pytest.raises(OperationalError):
        acts.claim(CALLER, sato)


def test_ring_back_counts_once_although_later_calls_cannot_be_looked_at(
    sato, monkeypatch
):
    gave_up()
    locked = Locked(claims.join_running_claims, times=99)
    monkeypatch.setattr(acts, "join_running_claims", locked)

    acts.attempt(CALLER, sato, "busy")

    assert locked.times == 99 - 10
    assert FollowUp.objects.get().attempts == 1
    assert steps() == [("claimed", "", "", "sato"), ("attempt", "busy", "", "sato")]
