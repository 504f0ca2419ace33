"""A call that ended without its exit is settled once, a minute later."""

from datetime import timedelta

import pytest

from callcenter.models import AbandonedCall, Call, QueueEntry, WebhookEvent
from callcenter.tests.receive import receive
from callcenter.tests.sample_events import (
    CALLER,
    OTHER_CALLER,
    at,
    choose,
    end,
    leave,
    ring,
    wait,
)
from callcenter.upkeep import settle as module
from callcenter.upkeep.rebuild import rebuild_all
from callcenter.upkeep.settle import settle

pytestmark = pytest.mark.django_db

# The caller hung up four seconds after the last request of the wait.
LOST = [ring(), choose(5), wait(5, 0), wait(25, 20), end(29)]


def outcomes() -> list[tuple[str, bool]]:
    return [*QueueEntry.objects.values_list("outcome", "is_inferred")]


def test_exit_that_was_lost_is_inferred_where_the_caller_hung_up_while_waiting():
    receive(*LOST)
    assert outcomes() == [("unknown", False)]

    assert settle(at(90)) == 1

    assert outcomes() == [("abandoned", True)]
    assert AbandonedCall.objects.get().wait_seconds == 24
    assert WebhookEvent.objects.get(kind="internal").path == "/internal/settle/"


def test_it_waits_a_minute_for_what_is_only_late():
    receive(*LOST)

    assert settle(at(88)) == 0
    receive(leave(26, "redirected", 21))

    assert settle(at(90)) == 0
    assert outcomes() == [("overflowed", False)]


def test_each_call_is_settled_once_whatever_comes_of_it():
    receive(ring(), choose(5), wait(5, 0), end(90))

    assert [settle(at(200)), settle(at(300))] == [1, 0]

    assert outcomes() == [("unknown", False)]
    assert WebhookEvent.objects.filter(kind="internal").count() == 1


def test_what_comes_after_it_was_settled_still_counts():
    receive(*LOST)
    settle(at(90))

    receive(leave(29, "bridged", 24))

    assert outcomes() == [("answered", False)]
    assert not AbandonedCall.objects.exists()


@pytest.mark.parametrize(
    "events",
    [
        # Under way: nobody knows.
        LOST[:-1],
        # An exit that came, with a word of tomorrow.
        [*LOST, leave(29, "a-word-of-tomorrow", 24)],
        [*LOST, leave(29, "hangup", 24)],
    ],
    ids=["waits", "unknown word", "left"],
)
def test_other_calls_are_left_alone(events):
    receive(*events)

    assert settle(at(600)) == 0


def test_sealed_call_is_left_alone():
    receive(*LOST)
    Call.objects.update(sealed_at=at(60))

    assert settle(at(600)) == 0


def test_of_many_a_part_is_settled_at_once_and_the_others_the_next_time(monkeypatch):
    monkeypatch.setattr(module, "MOST_AT_ONCE", 1)
    for sid in (CALLER, OTHER_CALLER):
        receive(ring(sid=sid), choose(5, sid=sid), wait(5, 0, sid=sid), end(9, sid=sid))

    assert [settle(at(200)), settle(at(201)), settle(at(202))] == [1, 1, 0]


def test_history_is_the_same_when_its_events_are_loaded_again():
    receive(*LOST)
    settle(at(90) + timedelta(seconds=1))
    before = outcomes()
    QueueEntry.objects.all().delete()

    assert [error for _, error in rebuild_all([CALLER])] == [None]
    assert outcomes() == before == [("abandoned", True)]
