"""What is read of a call: its own requests, and what operators' legs add to them."""

import pytest

from callcenter.events.eventfile import line_of_event
from callcenter.models import Call, Queue, WebhookEvent
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OTHER_CALLER,
    SUPPORT_SID,
    at,
    choose,
    connect,
    done,
    end,
    event,
    leave,
    ring,
    sign_in,
    wait,
)
from callcenter.upkeep.intake import load
from reports.tests.timeline.stories import of_kind
from reports.timeline import reading
from reports.timeline.kinds.operators import OperatorDone, OperatorTakes
from reports.timeline.story import Story

pytestmark = pytest.mark.django_db

UNKNOWN = "CA" + "9" * 32


@pytest.fixture
def story_after(tmp_path):
    """The story of the caller when these events have been loaded."""

    def story_after(*events: WebhookEvent) -> Story:
        file = tmp_path / "events.jsonl"
        file.write_text("\n".join(line_of_event(event) for event in events))
        load(file)
        return reading.story_of(Call.objects.get(sid=CALLER))

    return story_after


def ends_of_talks(story: Story) -> list[tuple[object, int | None]]:
    return [(one.at, kind.talk) for one, kind in of_kind(story, OperatorDone)]


CALL = [
    *sign_in(),
    ring(),
    choose(),
    wait(5, 0),
    connect(30, 25),
    leave(100, "bridged", 25),
    end(100),
]


@pytest.mark.parametrize("named", ["", UNKNOWN])
def test_dial_action_that_names_nobody_known_is_read_with_the_call(story_after, named):
    story = story_after(*CALL, done(99, caller=named, talk=67))

    assert ends_of_talks(story) == [(at(99), 67)]


def test_dial_action_of_the_next_caller_is_not_read_with_the_call(story_after):
    story = story_after(
        *CALL,
        event(110, "incoming/", "enqueue:support/1", sid=OTHER_CALLER),
        connect(120, 9, sid=OTHER_CALLER),
        done(180, caller="", talk=57),
    )

    assert ends_of_talks(story) == []
    assert [one.call_sid for one in story.events if one.kind == "operator-done"] == []


def test_dial_action_that_names_a_sealed_call_is_not_read_with_another(story_after):
    story_after(*CALL, done(99, caller=OTHER_CALLER, talk=67))
    Call.objects.create(sid=OTHER_CALLER, sealed_at=at(900))

    story = reading.story_of(Call.objects.get(sid=CALLER))

    assert ends_of_talks(story) == []


def test_connect_that_names_no_queue_is_sorted_by_the_queue_sid(story_after):
    Queue.objects.create(slug="support", name="Support", twilio_sid=SUPPORT_SID)
    taken = event(
        *(30, "connect/", "announce"),
        QueueTime=25,
        DequeingCallSid=OPERATOR,
        QueueSid=SUPPORT_SID,
    )
    # The exit of the first entry was lost, so that both seem open.
    story = story_after(
        *sign_in(),
        ring(),
        choose(),
        event(20, "menu/main/?step=3", "enqueue:sales/2", Digits="2"),
        taken,
        end(100),
    )

    assert [len(one.events) for one, _kind in of_kind(story, OperatorTakes)] == [1]
    assert [one.entry.visit for one in story.connections] == [1]
