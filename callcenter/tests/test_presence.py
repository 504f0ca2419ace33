"""Who waits and who serves now."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter import presence
from callcenter.flow.plan import OperatorPlan, Plan
from callcenter.models import Call, OperatorState, QueueEntry
from callcenter.tests.twilio_client import sid
from callcenter.tests.webhooks.installation import OPERATOR, database_gone

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
PLAN = Plan(
    operators=(
        OperatorPlan("Sato", number=OPERATOR, queues=("support", "sales")),
        OperatorPlan("Suzuki", client_identity="agent_01", queues=("billing",)),
    )
)


@pytest.fixture(autouse=True)
def _new_process():
    presence.forget()
    yield
    presence.forget()


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def make_entry(queue: str, entered: int, heard: int, outcome: str = "waiting") -> None:
    QueueEntry.objects.create(
        call=Call.objects.create(sid=sid(), heard_at=ago(heard)),
        visit=1,
        queue=queue,
        entered_at=ago(entered),
        entered_quarter=0,
        target_seconds=20,
        outcome=outcome,
    )


def make_state(
    state: str, heard: int, operator: str = OPERATOR, ended: datetime | None = None
) -> None:
    OperatorState.objects.create(
        call=Call.objects.create(sid=sid(), kind="operator", heard_at=ago(heard)),
        operator=operator,
        state=state,
        started_at=ago(heard),
        ended_at=ended,
    )


def test_the_oldest_caller_still_heard_of_stands_for_a_queue(
    django_assert_num_queries,
):
    make_entry("support", entered=90, heard=10)
    make_entry("support", entered=120, heard=60)
    make_entry("support", entered=300, heard=61)
    make_entry("sales", entered=30, heard=5)
    make_entry("billing", entered=30, heard=5)
    make_entry("sales", entered=200, heard=5, outcome="answered")

    with django_assert_num_queries(1):
        waiting = presence.waiting(["support", "sales"], NOW)

    assert waiting == {"support": ago(120), "sales": ago(30)}


@pytest.mark.parametrize(
    ("state", "heard", "expected"),
    [
        ("ready", 400, {"support", "sales"}),
        ("ready", 601, set()),
        ("wrap_up", 30, {"support", "sales"}),
        ("talking", 4 * 3600, {"support", "sales"}),
        ("talking", 5 * 3600, set()),
        ("not_ready", 5, set()),
        ("signed_out", 5, set()),
    ],
)
def test_queues_are_served_by_operators_heard_of_lately(state, heard, expected):
    make_state(state, heard)

    assert presence.staffed(PLAN, NOW) == expected


def test_a_state_that_has_ended_serves_nobody():
    make_state("ready", 5, ended=NOW)

    assert presence.staffed(PLAN, NOW) == set()


def test_an_operator_in_the_browser_serves_too():
    make_state("ready", 5, operator="client:agent_01")

    assert presence.staffed(PLAN, NOW) == {"billing"}


def test_an_operator_the_plan_no_longer_knows_serves_nobody():
    make_state("ready", 5, operator="+815000000299")

    assert presence.staffed(PLAN, NOW) == set()


def test_who_serves_is_looked_up_every_three_seconds(django_assert_num_queries):
    with django_assert_num_queries(1):
        for milliseconds in (0, 1000, 2999):
            moment = NOW + timedelta(milliseconds=milliseconds)
            assert presence.staffed(PLAN, moment) == set()
    make_state("ready", 5)
    with django_assert_num_queries(1):
        assert presence.staffed(PLAN, NOW + timedelta(seconds=3)) == {
            "support",
            "sales",
        }


def test_without_a_database_nobody_knows(django_assert_num_queries):
    with database_gone():
        assert presence.waiting(["support"], NOW) is None
        assert presence.staffed(PLAN, NOW) is None
