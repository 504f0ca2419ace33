"""Rows of history around an operator's desk, and what its pages say."""

from datetime import timedelta

from django.utils import timezone

from callcenter.models import Call, Connection, OperatorState, QueueEntry
from reports.tests.factories import sid

NAME = "client:sato"
CALLER = "+815000000301"
State = OperatorState.State


def text_of(response) -> str:
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().split())


def leg_of(from_raw: str = NAME) -> Call:
    return Call.objects.create(
        sid=sid(), kind=Call.Kind.OPERATOR, from_raw=from_raw, heard_at=timezone.now()
    )


def in_state(state: State, leg: Call, seconds: float = 20) -> OperatorState:
    return OperatorState.objects.create(
        call=leg,
        operator=NAME,
        state=state,
        started_at=timezone.now() - timedelta(seconds=seconds),
    )


def talk(operator: str = NAME, *, caller: str = CALLER, minutes=0, **values):
    """A conversation that began some minutes ago, after a wait of 76 s."""
    at = timezone.now() - timedelta(minutes=minutes)
    call = Call.objects.create(
        sid=sid(), caller=caller, started_at=at, outcome=Call.Outcome.ANSWERED
    )
    entry = QueueEntry.objects.create(
        call=call,
        visit=1,
        queue="billing",
        entered_at=at,
        entered_quarter=int(at.timestamp()) // 900,
        wait_seconds=76,
        outcome=QueueEntry.Outcome.ANSWERED,
        target_seconds=20,
    )
    return Connection.objects.create(
        entry=entry,
        operator=operator,
        operator_call_sid=sid(),
        connected_at=at,
        **values,
    )
