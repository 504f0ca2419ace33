"""When and how a leg ended, whoever tells it and whatever our clock says."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from callcenter.tests.history.derived import derived
from callcenter.tests.sample_events import at, choose, end, event, leave, ring, wait


def stamp(seconds: float) -> str:
    """Twilio's Timestamp of a moment."""
    return format_datetime(at(seconds))


def by_a_clock_that_is_wrong(events, seconds):
    """The same requests, received by a clock that goes so many seconds ahead."""
    for one in events:
        one.received_at += timedelta(seconds=seconds)
        one.decided_at = one.received_at if one.decision else None
    return events


@pytest.mark.parametrize("status", ["no-answer", "busy", "canceled", "cancelled"])
@pytest.mark.parametrize("decision", ["menu:main", "enqueue:support/1", "closed"])
def test_caller_who_was_never_answered_entered_no_queue_and_heard_no_menu(
    status, decision
):
    history = derived(
        event(0, "incoming/", decision, CallStatus="ringing"),
        end(0.5, status=status, CallDuration=0),
    )

    assert history.call is not None
    assert history.call.outcome == "ivr_abandoned"
    assert history.call.disconnected_by == "caller"
    assert (history.entries, history.ivr_steps) == ([], [])


def test_caller_whom_we_rejected_is_not_one_who_gave_up():
    call = derived(event(0, "incoming/", "reject"), end(1, status="busy")).call

    assert call is not None
    assert call.outcome == "rejected"


def test_caller_who_asked_for_more_has_been_answered_whatever_the_end_says():
    history = derived(ring(), choose(5), end(70, status="canceled"))

    assert len(history.entries) == 1
    assert len(history.ivr_steps) == 1


@pytest.mark.parametrize("status", ["completed", "canceled", "failed"])
def test_voice_url_that_is_told_of_the_end_asks_no_menu(status):
    over = event(60, "incoming/", "menu:main", CallStatus=status, CallDuration=60)
    history = derived(ring(), choose(5), leave(59, "hangup", 54), over)

    assert history.call is not None
    assert (history.call.status, history.call.ended_at) == (status, at(60))
    assert history.call.ivr_path == "main>1>support"
    assert len(history.ivr_steps) == 1


def test_call_of_which_only_the_end_reached_the_voice_url_began_before_it():
    over = event(60, "incoming/", "menu:main", CallStatus="completed", CallDuration=55)
    history = derived(over)

    assert history.call is not None
    assert (history.call.started_at, history.call.ended_at) == (at(5), at(60))
    assert history.ivr_steps == []


@pytest.mark.parametrize("ahead", [-90, 90, 3600, -3600])
def test_moments_of_a_call_agree_with_each_other_though_our_clock_is_wrong(ahead):
    events = [
        ring(),
        choose(5),
        wait(5.5, 0),
        leave(40.3, "hangup", 35),
        end(41, CallDuration=40, Timestamp=stamp(40)),
    ]

    history = derived(*by_a_clock_that_is_wrong(events, ahead))

    assert history.call is not None
    assert history.call.duration_seconds == 40
    assert history.call.started_at == at(ahead)
    assert history.call.ended_at == at(ahead + 40.3)
    (entry,) = history.entries
    assert (entry.entry.outcome, entry.entry.wait_seconds) == ("abandoned", 35)


@pytest.mark.parametrize("ahead", [-90, 0, 90])
def test_system_error_at_the_end_is_a_hang_up_though_our_clock_is_wrong(ahead):
    events = [
        ring(),
        choose(2),
        leave(3.2, "system-error", 1),
        end(3.5, CallDuration=3, Timestamp=stamp(3)),
    ]

    history = derived(*by_a_clock_that_is_wrong(events, ahead))

    (entry,) = history.entries
    assert (entry.entry.outcome, entry.entry.is_inferred) == ("short_abandoned", True)


def test_system_error_long_before_the_end_is_a_failure():
    history = derived(
        ring(),
        choose(2),
        leave(30, "system-error", 28),
        end(60, CallDuration=60, Timestamp=stamp(60)),
    )

    assert [one.entry.outcome for one in history.entries] == ["failed"]


def test_timestamp_stands_where_it_agrees_with_our_receipts():
    call = derived(ring(), end(45, CallDuration=37, Timestamp=stamp(37.0))).call

    assert call is not None
    assert call.ended_at == at(37)


def test_without_a_length_a_timestamp_before_the_last_request_is_not_taken():
    call = derived(
        ring(), choose(5), leave(130, "hangup", 125), end(131, Timestamp=stamp(40))
    ).call

    assert call is not None
    assert call.ended_at == at(131)
