"""A sealed call stays as it was derived: late events are only stored and marked."""

from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from callcenter.models import (
    AbandonedCall,
    Call,
    Queue,
    QueueEntry,
    QueueThreshold,
    WebhookEvent,
)
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OTHER_CALLER,
    choose,
    connect,
    done,
    end,
    leave,
    ring,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def _gave_up_and_sealed():
    receive(ring(), choose(5), leave(65, "hangup", 60))
    Call.objects.update(sealed_at=timezone.now())


@pytest.mark.usefixtures("_gave_up_and_sealed")
@pytest.mark.parametrize("way", ["live", "in a batch"])
def test_late_event_is_kept_and_marked_and_changes_no_row(way):
    before = history_rows()
    events = WebhookEvent.objects.in_bulk()

    if way == "live":
        receive(end(66))
    else:
        receive_together(end(66))

    (late,) = WebhookEvent.objects.late()
    assert (late.kind, late.derived_at, late.derivation_error) == (
        "status",
        None,
        late.LATE,
    )
    assert WebhookEvent.objects.pending().count() == 0
    assert history_rows() == before
    assert WebhookEvent.objects.in_bulk(list(events)) == events


@pytest.mark.usefixtures("_gave_up_and_sealed")
@pytest.mark.parametrize("option", [[], ["--pending"], ["--since", "2026-10-01"]])
def test_rebuilding_passes_over_a_sealed_call(option):
    receive(end(66))
    WebhookEvent.objects.filter(kind="queue-exit").delete()
    before = history_rows()

    said = call_command("rebuild_calls", *option)

    assert said in (
        "Derived 0 calls again.",
        "Derived 0 calls again, for 0 pending events.",
    )
    assert history_rows() == before
    assert WebhookEvent.objects.late().count() == 1


@pytest.mark.usefixtures("_gave_up_and_sealed")
def test_caller_who_is_answered_later_does_not_recover_a_sealed_call():
    receive(*sign_in(100))
    later: dict[str, Any] = {"sid": OTHER_CALLER}
    receive(
        ring(200, **later),
        choose(205, **later),
        connect(230, 25, **later),
        leave(290, "bridged", 25, **later),
        done(291, caller=OTHER_CALLER, talk=58),
    )

    assert AbandonedCall.objects.get().recovered_at is None
    assert WebhookEvent.objects.pending().count() == 0


def test_sealed_call_still_recovers_calls_that_are_not():
    receive(*sign_in())
    later: dict[str, Any] = {"sid": OTHER_CALLER}
    receive(ring(200, **later), choose(205, **later), connect(230, 25, **later))
    Call.objects.update(sealed_at=timezone.now())

    receive(ring(), choose(5), leave(65, "hangup", 60), end(66))

    recovered_at = AbandonedCall.objects.get().recovered_at
    assert recovered_at == WebhookEvent.objects.get(kind="connect").received_at


@pytest.mark.usefixtures("_gave_up_and_sealed")
def test_threshold_dated_back_leaves_sealed_calls_alone():
    queue = Queue.objects.create(slug="support", name="Support")
    QueueThreshold.objects.create(
        queue=queue, valid_from="2020-01-01", target_seconds=90, short_abandon_seconds=9
    )

    assert QueueEntry.objects.all().mark_pending() == 0
    assert WebhookEvent.objects.pending().count() == 0


def test_dial_action_that_names_a_sealed_caller_is_not_given_to_another():
    """Its events are deleted, but its row still says that there was such a call."""
    other: dict[str, Any] = {"sid": OTHER_CALLER}
    receive(*sign_in(), ring(), choose(5), connect(20, 15))
    receive(
        ring(1, **other), choose(6, **other), done(100, caller=OTHER_CALLER, talk=60)
    )
    before = history_rows()["Connection"]
    Call.objects.filter(sid=OTHER_CALLER).update(sealed_at=timezone.now())
    WebhookEvent.objects.filter(call_sid=OTHER_CALLER).delete()

    call_command("rebuild_calls")

    assert history_rows()["Connection"] == before


def test_late_event_of_a_sealed_leg_changes_the_caller_it_names():
    receive(*sign_in(), ring(), choose(5), connect(20, 15))
    Call.objects.filter(sid=OPERATOR).update(sealed_at=timezone.now())

    receive(done(80, talk=58))

    assert Call.objects.get(sid=CALLER).talk_seconds == 58
    assert [event.kind for event in WebhookEvent.objects.late()] == ["operator-done"]
