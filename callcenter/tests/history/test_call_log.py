"""What Twilio's call log adds to a call: what no request has said. No database."""

from typing import Any

import pytest

from callcenter.tests.history.derived import derived, outcomes
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    LINE,
    OPERATOR,
    OPERATOR_NUMBER,
    at,
    choose,
    connect,
    end,
    event,
    leave,
    ring,
    sign_in,
    wait,
)

LATER = 90_000.0  # more than a day
# The log of a call from 10:00:00 to 10:01:00 in Tokyo.
COMPLETED = {
    "CallStatus": "completed",
    "CallDuration": 60,
    "StartTime": "Mon, 05 Oct 2026 01:00:00 +0000",
    "Timestamp": "Mon, 05 Oct 2026 01:01:00 +0000",
}


def in_log(seconds: float = LATER, *, sid: str = CALLER, **said: Any):
    said = COMPLETED | said
    said = {name: value for name, value in said.items() if value is not None}
    return event(seconds, "/internal/call-log/", sid=sid, **said)


def call_of(*events, sid: str = CALLER):
    call = derived(*events, sid=sid).call
    assert call
    return call


def test_call_known_only_from_the_log_is_there_and_marked():
    call = call_of(in_log())

    assert (call.kind, call.caller, call.line) == ("customer", CALLER_NUMBER, LINE)
    assert (call.started_at, call.ended_at) == (at(0), at(60))
    assert (call.duration_seconds, call.status) == (60, "completed")
    assert (call.outcome, call.from_log, call.heard_at) == ("", "call", None)


def test_call_that_nobody_answered_began_and_ended_when_the_log_says_it_began():
    call = call_of(in_log(CallStatus="no-answer", CallDuration=None, Timestamp=None))

    assert (call.started_at, call.ended_at) == (at(0), at(0))
    assert (call.outcome, call.from_log) == ("ivr_abandoned", "call")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"From": OPERATOR_NUMBER}, "operator"),
        ({"From": "client:agent_01"}, "operator"),
        ({"Direction": "outbound-api", "From": LINE, "To": CALLER_NUMBER}, "outbound"),
        ({"ParentCallSid": OPERATOR}, "outbound"),
    ],
)
def test_leg_of_the_log_has_the_kind_that_a_callback_would_give(said, kind):
    assert call_of(in_log(**said)).kind == kind


def test_end_of_the_log_stands_where_no_callback_told_one():
    call = call_of(ring(), choose(5), wait(5, 0), in_log())

    assert (call.ended_at, call.duration_seconds) == (at(60), 60)
    assert (call.from_log, call.heard_at) == ("end", at(5))


def test_callback_wins_over_the_log_fact_by_fact():
    told = end(
        66,
        CallDuration=66,
        Timestamp="Mon, 05 Oct 2026 01:01:06 +0000",
        From="+815000000333",
    )
    call = call_of(in_log(), told)

    assert (call.ended_at, call.duration_seconds) == (at(66), 66)
    assert (call.caller, call.from_log) == ("+815000000333", "")


def test_length_of_the_log_stands_where_the_callback_has_none():
    without = call_of(ring(), end(70))
    call = call_of(ring(), end(70), in_log())

    assert (without.duration_seconds, without.from_log) == (70, "")
    assert (call.duration_seconds, call.from_log) == (60, "length")
    assert call.ended_at == at(60)


def test_caller_who_hung_up_while_waiting_is_inferred_as_abandoned():
    waiting = [ring(), choose(5), wait(5, 0), wait(55, 50)]

    assert outcomes(derived(*waiting)) == [(1, "waiting", None)]
    history = derived(*waiting, in_log())
    assert outcomes(history) == [(1, "abandoned", 55)]
    assert history.entries[0].entry.is_inferred


def test_entry_whose_end_the_log_alone_knows_is_unknown_if_it_was_silent():
    history = derived(ring(), choose(5), wait(5, 0), in_log())

    assert outcomes(history) == [(1, "unknown", None)]


def test_connect_decides_and_not_the_log():
    history = derived(ring(), choose(5), wait(5, 0), connect(20, 15), in_log())

    assert outcomes(history) == [(1, "answered", 15)]
    (entry,) = history.entries
    assert entry.connection
    assert (entry.connection.ended_at, entry.connection.talk_seconds) == (at(60), None)


def test_exit_that_comes_after_the_log_was_read_decides():
    lost = leave(59, "hangup", 54)
    told = end(60, CallDuration=60)
    whole = [ring(), choose(5), wait(5, 0), lost, told]

    history, with_log = derived(*whole), derived(in_log(61), *whole)
    assert outcomes(with_log) == outcomes(history) == [(1, "abandoned", 54)]
    assert with_log.call
    assert with_log.call.from_log == ""


def test_log_ends_the_states_of_an_operator():
    history = derived(*sign_in(0), in_log(sid=OPERATOR), sid=OPERATOR)

    states = [(one.state, one.ended_at) for one in history.operator_states]
    assert states == [("ready", at(60)), ("signed_out", None)]
