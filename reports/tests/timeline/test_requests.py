"""Which requests stand behind which row: as history sorted them, never by the time."""

from datetime import timedelta

from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OTHER_CALLER,
    OTHER_OPERATOR,
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
from reports.tests.timeline.stories import lines, of_kind, requests_behind, story
from reports.timeline import phases
from reports.timeline.kinds.messages import MessageLeft
from reports.timeline.kinds.operators import OperatorDone, OperatorTakes

ONE_SECOND = timedelta(seconds=1)


def answered() -> list[WebhookEvent]:
    return [
        *sign_in(),
        ring(),
        choose(),
        wait(5, 0),
        connect(30, 25),
        done(100, talk=67),
        leave(100, "bridged", 25),
        end(100),
    ]


def test_requests_stand_behind_rows_whose_moments_have_moved():
    found = story(*answered())
    before = [list(one.events) for one in phases.moments(found)]
    found.steps[0].asked_at += ONE_SECOND
    found.connections[0].connected_at += ONE_SECOND
    found.connections[0].ended_at = at(101)

    assert [list(one.events) for one in phases.moments(found)] == before
    assert not any(one.marks for one in phases.moments(found))


def test_message_is_found_by_its_recording_and_not_by_its_moment():
    form = {"RecordingSid": "RE" + "e" * 32, "RecordingDuration": "12"}
    left = event(60, "voicemail/support/1/", "goodbye", **form)
    found = story(
        ring(), choose(), wait(5, 0), leave(40, "leave", 35, "voicemail"), left, end(61)
    )
    found.voicemails[0].left_at += ONE_SECOND

    assert "+61 voicemail" in lines(found)
    assert [one.events for one, _kind in of_kind(found, MessageLeft)] == [[left]]


def test_operator_who_takes_a_caller_twice_has_a_connect_and_an_end_for_each():
    events = [
        *sign_in(),
        ring(),
        choose(),
        wait(5, 0),
        connect(10, 5),
        done(50, talk=40, QueueTime=5),
        leave(50, "bridged", 5, "enqueue:sales/2"),
        wait(51, 0, queue="sales", visit=2),
        connect(60, 9, queue="sales"),
        done(90, talk=30, QueueTime=9),
        leave(90, "bridged", 9, queue="sales", visit=2),
        end(90),
    ]
    found = story(*events)

    assert [
        (one.row is connection, [event.received_at for event in one.events])
        for (one, _kind), connection in zip(
            of_kind(found, OperatorTakes), found.connections, strict=True
        )
    ] == [(True, [at(10)]), (True, [at(60)])]
    assert [(one.at, kind.talk) for one, kind in of_kind(found, OperatorDone)] == [
        (at(50), 40),
        (at(90), 30),
    ]


def test_dial_action_that_names_nobody_ends_the_call_its_leg_was_given_last():
    mine, others = done(100, caller="", talk=67), done(300, caller="", talk=90)
    given = connect(200, 8, sid=OTHER_CALLER)
    events = [one for one in answered() if one.kind != "operator-done"]

    found = story(*events, mine, given, others)

    assert [one.events for one, _kind in of_kind(found, OperatorDone)] == [[mine]]
    assert others not in found.events
    assert given not in found.events


def test_operator_who_was_not_joined_has_the_end_that_history_gave_the_connect():
    events = [
        *sign_in(),
        *sign_in(leg=OTHER_OPERATOR),
        ring(),
        choose(),
        wait(5, 0),
        connect(10, 5),
        done(12, bridged=False, QueueTime=5),
        connect(20, 15, leg=OTHER_OPERATOR),
        done(60, talk=38, leg=OTHER_OPERATOR, QueueTime=15),
        leave(60, "bridged", 15),
        end(60),
    ]
    found = story(*events)

    assert [
        (one.at, kind.leg_sid, kind.has_failed)
        for one, kind in of_kind(found, OperatorTakes)
    ] == [(at(10), OPERATOR, True), (at(20), OTHER_OPERATOR, False)]
    assert [(one.at, kind.is_joined) for one, kind in of_kind(found, OperatorDone)] == [
        (at(12), False),
        (at(60), True),
    ]


def test_operator_who_gets_through_at_the_second_try_talks_from_the_second_connect():
    events = [
        *sign_in(),
        ring(),
        choose(),
        wait(5, 0),
        connect(10, 5),
        done(12, bridged=False, QueueTime=5),
        connect(20, 15),
        done(60, talk=38, QueueTime=15),
        leave(60, "bridged", 15),
        end(60),
    ]
    found = story(*events)

    assert [
        (one.at, kind.has_failed, len(one.events))
        for one, kind in of_kind(found, OperatorTakes)
    ] == [(at(10), True, 1), (at(20), False, 1)]


def test_row_of_another_queue_than_the_requests_speak_of_stands_without_them():
    found = story(ring(), choose(), wait(5, 0), leave(30, "hangup", 25), end(30))
    found.entries[0].queue = "sales"

    assert lines(found) == [
        "+0 rang",
        "+0 asked",
        "+5 key",
        "+5 queued",
        "+5 request",
        "+30 no-exit missing",
        "+30 request",
        "+30 ended",
    ]


def test_call_that_cannot_be_derived_shows_rows_and_requests_and_misses_nothing():
    events = answered()
    events[-1].derivation_error = "ValueError: impossible"
    found = story(*events)

    shown = [event for one in phases.moments(found) for event in one.events]

    assert found.requests.has_failed
    assert not any("missing" in line for line in lines(found))
    assert [line for line in lines(found) if "request" not in line] == [
        "+0 rang",
        "+0 step",
        "+5 queued",
        "+30 connect",
        "+33 talk",
        "+100 done",
        "+100 left",
        "+100 ended",
    ]
    assert sorted(shown, key=id) == sorted(found.events, key=id)


def test_event_that_came_after_sealing_is_no_failed_derivation():
    late = event(40, "status/", CallStatus="completed", CallDuration="30")
    late.derivation_error = WebhookEvent.LATE

    assert not requests_behind(CALLER, late).has_failed


def test_nothing_is_missed_of_a_call_with_more_requests_than_are_read():
    found = story(ring(), choose(), wait(5, 0), end(60))
    found.is_cut = True

    assert not any("missing" in line for line in lines(found))
