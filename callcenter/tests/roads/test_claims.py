"""Claims of callers while others claim, and while calls are derived (MariaDB)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User

from callcenter.followup import acts
from callcenter.models import AbandonedCall, FollowUp, FollowUpStep
from callcenter.tests.roads.posts import (
    CALLER,
    assert_nobody_noticed,
    entering,
    giving_up,
    sign_in,
    taken,
)
from callcenter.tests.roads.workers import at_once, pausing, round_by_round
from callcenter.tests.twilio_client import sid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def users() -> list[User]:
    return [User.objects.create_user(f"user-{number}") for number in range(4)]


def states() -> list[tuple[str, int | None]]:
    rows: Any = AbandonedCall.objects.with_state().order_by("pk")
    return list(rows.values_list("state", "follow_up__claimed_by"))


def tried(act: Callable[..., None], *args: Any) -> bool:
    """Whether the act was done; False if another user has the claim."""
    try:
        act(*args)
    except acts.ClaimedByAnother:
        return False
    return True


def test_of_claims_at_the_same_moment_one_wins(send, users):
    callers = [f"+8190000000{number:02d}" for number in range(10)]
    for caller in callers:
        for call in (sid(), sid()):
            for one in [*entering(call, From=caller), giving_up(call, From=caller)]:
                send(one)

    claims = round_by_round(
        len(users),
        callers,
        lambda number, caller: (
            caller,
            number,
            tried(acts.claim, caller, users[number]),
        ),
    )

    for caller in callers:
        [winner] = [number for one, number, won in claims if one == caller and won]
        rows = FollowUp.objects.filter(abandoned_call__caller=caller)
        assert {(row.state, row.claimed_by_id) for row in rows} == {
            ("in_progress", users[winner].pk)
        }
        assert rows.count() == 2
        assert FollowUpStep.objects.filter(follow_up__in=rows).count() == 1


def test_call_derived_after_a_claim_joins_it(send, users):
    for call in (sid(), sid()):
        for one in [*entering(call), giving_up(call)]:
            send(one)
        if not FollowUp.objects.exists():
            acts.claim(CALLER, users[0])

    assert states() == [("in_progress", users[0].pk)] * 2


@pytest.mark.server
def test_call_derived_while_its_caller_is_being_claimed_joins_the_claim(send, users):
    """Neither the claim nor the derivation sees the other's rows before its commit."""
    first, second = sid(), sid()
    for one in [*entering(first), giving_up(first), *entering(second)]:
        send(one)
    is_over = threading.Event()

    with ThreadPoolExecutor(1) as pool:
        started = threading.Event()

        def give_up() -> Any:
            assert started.wait(5)
            return at_once(1, lambda _number: send(giving_up(second)))

        derivation = pool.submit(give_up)
        derivation.add_done_callback(lambda _derivation: is_over.set())
        with pausing("INSERT INTO `callcenter_followup`", is_over) as is_there:
            started.set()
            acts.claim(CALLER, users[0])

    assert is_there.is_set()
    assert_nobody_noticed(derivation.result())
    assert states() == [("in_progress", users[0].pk)] * 2


@pytest.mark.server
def test_claim_made_while_a_call_of_the_caller_is_being_derived_covers_it(send, users):
    first, second = sid(), sid()
    for one in [*entering(first), giving_up(first), *entering(second)]:
        send(one)
    is_over, goes = threading.Event(), threading.Event()

    def claimed() -> None:
        assert goes.wait(5)
        at_once(1, lambda _number: acts.claim(CALLER, users[0]))

    with ThreadPoolExecutor(1) as pool:
        claim = pool.submit(claimed)
        claim.add_done_callback(lambda _claim: is_over.set())
        with pausing("INSERT INTO `callcenter_abandonedcall`", is_over) as is_there:
            goes.set()
            answer = send(giving_up(second))
        claim.result()

    assert is_there.is_set()
    assert_nobody_noticed([answer])
    assert states() == [("in_progress", users[0].pk)] * 2


@pytest.mark.server
def test_caller_claimed_and_derived_at_once_has_one_claim_or_is_answered(send, users):
    callers = [f"+8190000001{number:02d}" for number in range(8)]
    legs = {caller: [sid() for _ in range(4)] for caller in callers}
    for caller, (first, second, third, leg) in legs.items():
        who: dict[str, Any] = {"From": caller}
        for call in (first, second, third):
            for one in entering(call, **who):
                send(one)
        for one in [giving_up(first, **who), *sign_in(leg)]:
            send(one)

    def act(number: int, caller: str) -> Any:
        _first, second, third, leg = legs[caller]
        if number < 2:
            try:
                return tried(acts.claim, caller, users[number])
            except acts.NothingToDo:
                return False
        if number == 2:
            return send(giving_up(second, From=caller))
        return send(taken(third, leg, From=caller))

    done = round_by_round(4, callers, act)

    assert_nobody_noticed([one for one in done if not isinstance(one, bool)])
    for caller in callers:
        rows: Any = AbandonedCall.objects.with_state().filter(caller=caller)
        held = rows.filter(follow_up__state="in_progress")
        assert held.values("follow_up__claimed_by").distinct().count() <= 1
        if rows.filter(state="in_progress").exists():
            assert not rows.filter(state="open").exists()
