"""Which queues somebody serves now, as the flow is told."""

from datetime import UTC, datetime

import pytest

from callcenter.flow.plan import OperatorPlan, Plan
from callcenter.models import Call, OperatorState
from callcenter.tests.twilio_client import sid
from callcenter.tests.webhooks.installation import OPERATOR, database_gone
from callcenter.webhooks.customer import staffed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
PLAN = Plan(
    operators=(
        OperatorPlan("Sato", number=OPERATOR, queues=("support", "sales")),
        OperatorPlan("Suzuki", client_identity="agent_01", queues=("billing",)),
    )
)


def make_ready(operator: str) -> None:
    OperatorState.objects.create(
        call=Call.objects.create(sid=sid(), kind="operator", heard_at=NOW),
        operator=operator,
        state="ready",
        started_at=NOW,
    )


@pytest.mark.parametrize(
    ("operator", "queues"),
    [
        (OPERATOR, {"support", "sales"}),
        ("client:agent_01", {"billing"}),
        # No longer in the plan.
        ("+815000000299", set()),
    ],
)
def test_operator_who_is_there_serves_the_queues_of_the_plan(operator, queues):
    make_ready(operator)

    assert staffed(PLAN, NOW) == queues


def test_queues_of_several_operators_come_together():
    make_ready(OPERATOR)
    make_ready("client:agent_01")

    assert staffed(PLAN, NOW) == {"support", "sales", "billing"}


def test_nobody_serves_where_nobody_is_there():
    assert staffed(PLAN, NOW) == set()


def test_without_a_database_it_is_unknown():
    with database_gone():
        assert staffed(PLAN, NOW) is None
