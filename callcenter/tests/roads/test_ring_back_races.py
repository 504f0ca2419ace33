"""Several click on one caller at the same moment: Twilio is asked to ring one of them.

Each with a connection of its own; on MariaDB the locks of its rows decide.
"""

import threading
from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User

from callcenter.desk import ring_backs
from callcenter.followup import acts, ringing
from callcenter.locking import try_again_when_locked
from callcenter.models import (
    AbandonedCall,
    FollowUp,
    FollowUpStep,
    Operator,
    RingBack,
)
from callcenter.tests.roads.posts import entering, giving_up
from callcenter.tests.roads.workers import round_by_round
from callcenter.tests.twilio_client import sid
from callcenter.twilio_api import ringing as twilio_ringing

pytestmark = pytest.mark.django_db(transaction=True)

CALLERS = [f"+8190000002{number:02d}" for number in range(8)]


@pytest.fixture
def users(settings, send) -> list[User]:
    # The account of the demo is none of Twilio's.
    settings.DEMO = False
    found = [User.objects.create_user(f"user-{number}") for number in range(4)]
    for number, user in enumerate(found):
        Operator.objects.create(
            name=user.username, number=f"+8150000009{number:02d}", user=user
        )
    return found


@pytest.fixture
def placed(monkeypatch) -> list[tuple[str, str]]:
    """The calls that Twilio was asked for: whom it rings, and by which address."""
    asked: list[tuple[str, str]] = []
    lock = threading.Lock()

    def ring_operator(operator: Operator, line: Any, *, url: str, **_more: Any) -> str:
        with lock:
            asked.append((operator.number or "", url))
        return sid()

    monkeypatch.setattr(twilio_ringing, "ring_operator", ring_operator)
    return asked


@pytest.fixture
def rows(send, users) -> dict[str, AbandonedCall]:
    """Callers who gave up, each twice."""
    for caller in CALLERS:
        for call in (sid(), sid()):
            for one in [*entering(call, From=caller), giving_up(call, From=caller)]:
                send(one)
    found = AbandonedCall.objects.order_by("-pk")
    return {row.caller: row for row in found}


def clicked(row: AbandonedCall, user: User) -> str:
    """What a click came to."""
    try:
        ring_backs.ring(row, user)
    except acts.Refused as refused:
        return type(refused).__name__
    return "rung"


def test_of_several_users_one_is_rung(users, rows, placed):
    done = round_by_round(
        len(users),
        CALLERS,
        lambda number, caller: (caller, clicked(rows[caller], users[number])),
    )

    assert Counter(done) == {
        **{(caller, "rung"): 1 for caller in CALLERS},
        **{(caller, "ClaimedByAnother"): 3 for caller in CALLERS},
    }
    assert len(placed) == len(CALLERS)
    assert RingBack.objects.count() == len(CALLERS)
    for caller in CALLERS:
        claims = FollowUp.objects.filter(abandoned_call__caller=caller)
        assert claims.values("claimed_by").distinct().count() == 1


def test_one_user_who_clicks_several_times_is_rung_once(users, rows, placed):
    done = round_by_round(
        4, CALLERS, lambda _number, caller: (caller, clicked(rows[caller], users[0]))
    )

    assert Counter(done) == {
        **{(caller, "rung"): 1 for caller in CALLERS},
        **{(caller, "IsRung"): 3 for caller in CALLERS},
    }
    assert len(placed) == len(CALLERS)
    assert FollowUpStep.objects.filter(act="ring").count() == len(CALLERS)


def test_of_two_legs_that_name_one_ring_back_one_rings_the_caller(users, rows, placed):
    """A request that somebody has copied, at the moment of the true one."""
    for caller in CALLERS:
        ring_backs.ring(rows[caller], users[0])
    rings = list(RingBack.objects.all())
    RingBack.objects.update(operator_call_sid="")

    def ask(_number: int, ring: RingBack) -> tuple[int, str]:
        number = users[0].operator.number
        return ring.pk, ringing.whom(ring.token, sid(), number, dials=True)

    asked = round_by_round(4, rings, ask)

    rung = Counter(pk for pk, number in asked if number)
    assert rung == {ring.pk: 1 for ring in rings}


def test_result_and_release_at_the_same_moment_leave_one_state(users, rows, placed):
    for caller in CALLERS:
        ring_backs.ring(rows[caller], users[0])
        ring = RingBack.objects.latest("pk")
        assert ringing.whom(
            ring.token, ring.operator_call_sid, users[0].operator.number, dials=True
        )

    def act(number: int, caller: str) -> None:
        ring = RingBack.objects.get(step__follow_up__abandoned_call__caller=caller)
        if number:
            settle = partial(
                ringing.settle,
                ring.operator_call_sid,
                at=ring.step.made_at,
                operator="",
                number=caller,
                was_dialled=True,
                result="reached",
            )
            # As a derivation does it.
            try_again_when_locked(settle)
            return
        try:
            acts.release(caller, users[0])
        except acts.NothingToDo:
            return

    round_by_round(3, CALLERS, act)

    for caller in CALLERS:
        found: Any = AbandonedCall.objects.with_state().filter(caller=caller)
        assert len({row.state for row in found}) == 1
    attempts = FollowUpStep.objects.filter(act="attempt")
    assert attempts.count() == len(CALLERS)
    assert FollowUp.objects.filter(attempts=1).count() == len(CALLERS)
