"""Who waits and who serves now."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter import presence
from callcenter.models import Call, Desk, OperatorState, QueueEntry, desk_sid
from callcenter.tests.twilio_client import sid
from callcenter.tests.webhooks.installation import OPERATOR, database_gone

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
BROWSER = "client:agent_01"


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


def test_callers_of_a_queue_are_counted_from_the_first_one_still_heard_of(
    django_assert_num_queries,
):
    make_entry("support", entered=90, heard=10)
    make_entry("support", entered=120, heard=60)
    make_entry("support", entered=300, heard=61)
    make_entry("sales", entered=30, heard=5)
    make_entry("sales", entered=200, heard=5, outcome="answered")

    with django_assert_num_queries(1):
        waiting = presence.waiting(NOW)

    assert waiting == {
        "support": presence.Waiting(2, ago(120)),
        "sales": presence.Waiting(1, ago(30)),
    }


def test_flow_asks_for_the_oldest_caller_of_some_queues(django_assert_num_queries):
    make_entry("support", entered=90, heard=10)
    make_entry("support", entered=120, heard=60)
    make_entry("sales", entered=30, heard=5)
    make_entry("billing", entered=30, heard=5)

    with django_assert_num_queries(1):
        oldest = presence.oldest_waiting(["support", "sales"], NOW)

    assert oldest == {"support": ago(120), "sales": ago(30)}


@pytest.mark.parametrize(
    ("state", "heard", "serves"),
    [
        ("ready", 600, True),
        ("ready", 601, False),
        ("wrap_up", 600, True),
        ("wrap_up", 601, False),
        ("talking", 4 * 3600 + 600, True),
        ("talking", 4 * 3600 + 601, False),
        ("not_ready", 5, False),
        ("signed_out", 5, False),
    ],
)
def test_operators_serve_while_they_have_been_heard_of_lately(state, heard, serves):
    make_state(state, heard)

    states = ("ready", "talking", "wrap_up", "not_ready")
    expected: dict[str, set[str]] = {name: set() for name in states}
    if serves or state == "not_ready":
        expected[state] = {OPERATOR}
    assert presence.operators(NOW) == expected
    assert presence.serving(NOW) == ({OPERATOR} if serves else set())


def test_operators_are_named_by_state_once_each(django_assert_num_queries):
    make_state("ready", 5)
    make_state("ready", 5)
    make_state("ready", 5, operator=BROWSER)
    make_state("talking", 5, operator="+815000000299")

    with django_assert_num_queries(1):
        found = presence.operators(NOW)

    assert found == {
        "ready": {OPERATOR, BROWSER},
        "talking": {"+815000000299"},
        "wrap_up": set(),
        "not_ready": set(),
    }
    assert presence.serving(NOW) == {OPERATOR, BROWSER, "+815000000299"}


@pytest.mark.parametrize(
    ("heard", "is_there"), [(90, True), (91, False), (None, False)]
)
def test_operator_at_a_desk_is_away_while_the_page_is_there(heard, is_there):
    desk = Desk.objects.create(
        sid=desk_sid(BROWSER),
        operator=BROWSER,
        heard_at=None if heard is None else ago(heard),
    )
    OperatorState.objects.create(
        desk=desk, operator=BROWSER, state="not_ready", started_at=ago(900)
    )

    assert presence.operators(NOW)["not_ready"] == ({BROWSER} if is_there else set())
    assert presence.serving(NOW) == set()


def test_state_of_an_operator_is_the_newest_that_lasts():
    make_state("ready", 5, operator=BROWSER)
    desk = Desk.objects.create(sid=desk_sid(BROWSER), operator=BROWSER)
    OperatorState.objects.create(
        desk=desk, operator=BROWSER, state="not_ready", started_at=NOW
    )

    found = presence.state_of(BROWSER, NOW)

    assert found is not None
    assert found.state == "not_ready"
    assert presence.state_of(OPERATOR, NOW) is None


def test_a_state_that_has_ended_serves_nobody():
    make_state("ready", 5, ended=NOW)

    assert presence.serving(NOW) == set()


def test_who_serves_is_looked_up_every_three_seconds(django_assert_num_queries):
    with django_assert_num_queries(1):
        for milliseconds in (0, 1000, 2999):
            moment = NOW + timedelta(milliseconds=milliseconds)
            assert presence.serving(moment) == set()
    make_state("ready", 5)
    with django_assert_num_queries(1):
        assert presence.serving(NOW + timedelta(seconds=3)) == {OPERATOR}


def test_without_a_database_the_flow_does_not_know():
    with database_gone():
        assert presence.oldest_waiting(["support"], NOW) is None
        assert presence.serving(NOW) is None
