"""What comes a day after the end of its call was told is kept, and changes nothing.

Twilio's signature is good for ever, and the token that tells a repeat is not signed.
"""

import random
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from callcenter.events.eventfile import line_of_event
from callcenter.models import Call, QueueEntry, Recording, WebhookEvent
from callcenter.tests.history.derived import derived, outcomes
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
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
from callcenter.tests.webhooks.installation import install
from callcenter.upkeep.intake import load

DAY = 86_400
TOLD = 66
# Each would make the call another one.
REPLAYS = (
    lambda at_: ring(at_, token="r1"),
    lambda at_: choose(at_, "sales", 2, token="r2"),
    lambda at_: connect(at_, 30, token="r3"),
    lambda at_: leave(at_, "bridged", 60, token="r4"),
    lambda at_: end(at_, status="failed", token="r5", CallDuration=999),
    lambda at_: done(at_, talk=900, token="r6"),
)


def gave_up():
    """A call in which the caller hung up, and its end."""
    return [
        ring(token="1"),
        choose(token="2"),
        wait(5, 0, token="3"),
        leave(65, "hangup", 60, token="4"),
        end(TOLD, token="5"),
    ]


def marks():
    """Each event that is late, and each that is pending."""
    events = WebhookEvent.objects.order_by("received_at", "dedup_key")
    return (
        list(events.late().values_list("dedup_key", flat=True)),
        list(events.pending().values_list("dedup_key", flat=True)),
    )


@pytest.mark.parametrize("replay", REPLAYS)
def test_replay_more_than_a_day_after_the_end_is_no_evidence(replay):
    history, with_replay = (
        derived(*gave_up(), *more) for more in ([], [replay(TOLD + DAY + 1)])
    )

    assert outcomes(with_replay) == outcomes(history) == [(1, "abandoned", 60)]
    assert vars_of(with_replay.call) == vars_of(history.call)


def vars_of(call):
    return {name: value for name, value in vars(call).items() if name != "_state"}


@pytest.mark.parametrize("seconds", [TOLD + 1, TOLD + DAY])
def test_request_within_a_day_of_the_end_is_evidence(seconds):
    history = derived(*gave_up(), choose(seconds, "sales", 2, token="6"))

    assert len(history.entries) == 2


def test_end_that_comes_days_after_the_rest_still_ends_the_call():
    told = at(TOLD).strftime("%a, %d %b %Y %H:%M:%S +0000")
    history = derived(*gave_up()[:-1], end(DAY * 1.5, Timestamp=told, CallDuration=66))

    assert history.call
    assert history.call.ended_at == at(TOLD)


def test_end_told_by_a_settling_counts_from_its_receipt():
    settled = event(2 * DAY, "/internal/settle/1", CallStatus="completed")
    before, after = (choose(days * DAY + 9, "sales", 2, token="6") for days in (2, 4))

    assert len(derived(*gave_up()[:-1], settled, before).entries) == 2
    assert len(derived(*gave_up()[:-1], settled, after).entries) == 1


@pytest.mark.django_db
def test_recording_that_was_long_in_the_making_is_known():
    recorded = {"RecordingSid": "RE" + "1" * 32, "RecordingStatus": "completed"}

    receive(*gave_up(), event(9 * DAY, "recording/", **recorded))

    assert Recording.objects.get().call.sid == CALLER
    assert marks() == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize("way", [receive, receive_together])
def test_replay_is_kept_and_marked_late_and_changes_no_row(way):
    receive(*sign_in(-5), *gave_up(), end(TOLD, sid=OPERATOR))
    before = history_rows()

    way(*(make(TOLD + 2 * DAY) for make in REPLAYS))

    assert history_rows() == before
    assert WebhookEvent.objects.late().count() == len(REPLAYS)
    assert WebhookEvent.objects.pending().count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_any_road_gives_the_same_rows_and_the_same_marks(seed, tmp_path):
    events = [*sign_in(-5), *gave_up(), end(TOLD, sid=OPERATOR)]
    events += [make(TOLD + 2 * DAY) for make in REPLAYS]
    receive(*events)
    live = history_rows(), marks()
    lines = [line_of_event(one) for one in events]
    WebhookEvent.objects.all().delete()
    Call.objects.all().delete()
    lines += lines[::2]
    random.Random(seed).shuffle(lines)
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(lines))

    load(path)

    assert (history_rows(), marks()) == live
    assert len(live[1][0]) == len(REPLAYS)
    again = load(path)
    assert (again.kept, again.derived) == (0, 0)
    call_command("rebuild_calls")
    call_command("rebuild_calls", "--pending")
    assert (history_rows(), marks()) == live


@pytest.mark.django_db
def test_event_is_late_once_an_earlier_end_is_known_and_not_before():
    late = choose(TOLD + 2 * DAY, "sales", 2, token="late")
    receive(*gave_up()[:-1], late)
    assert (QueueEntry.objects.count(), marks()) == (2, ([], []))

    receive(end(TOLD))

    assert (QueueEntry.objects.count(), marks()) == (1, ([late.dedup_key], []))


@pytest.mark.django_db
@pytest.mark.parametrize("way", [receive, receive_together])
def test_event_is_not_late_if_an_earlier_copy_of_it_came(way):
    receive(*gave_up(), choose(TOLD + 2 * DAY, "sales", 2, token="same"))
    assert QueueEntry.objects.count() == 1

    way(choose(40, "sales", 2, token="same"))

    assert (QueueEntry.objects.count(), marks()) == (2, ([], []))


@pytest.mark.django_db
def test_replay_from_an_operators_leg_changes_no_caller():
    receive(*sign_in(-5), ring(), choose(5), connect(20, 15), done(80, talk=50))
    receive(leave(80, "bridged", 15), end(81), end(90, sid=OPERATOR))
    before = history_rows()

    receive(done(90 + DAY + 1, talk=900, bridged=False, token="again"))

    assert history_rows() == before
    assert WebhookEvent.objects.late().get().kind == "operator-done"


@pytest.mark.django_db
def test_replayed_webhook_is_answered_and_changes_nothing(twilio):
    install()
    with time_machine.travel(at(0), tick=False) as clock:
        caller = twilio.leg()
        caller.rings()
        caller.presses("3")
        caller.waits(0)
        clock.shift(42)
        caller.leaves_queue("hangup", 42)
        caller.ends(42)
        before = history_rows()
        clock.shift(timedelta(days=1, seconds=1))

        caller.status = "in-progress"
        answers = [caller.rings(), caller.presses("1"), caller.waits(7)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert history_rows() == before
    assert WebhookEvent.objects.late().count() == 3
