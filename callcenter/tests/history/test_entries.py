"""The outcome of each queue entry, scenario by scenario. No database."""

import pytest

from callcenter.history.derive import derive
from callcenter.history.rules import Rules, Threshold
from callcenter.tests.history.derived import RULES, derived, operators_of, outcomes
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OPERATOR_NUMBER,
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


@pytest.mark.parametrize(
    ("result", "queue_time", "outcome", "wait_seconds", "reason"),
    [
        ("bridged", 31, "answered", 31, ""),
        ("redirected-from-bridged", 31, "answered", 31, ""),
        ("hangup", 5, "abandoned", 5, ""),
        ("hangup", 4, "short_abandoned", 4, ""),
        ("leave", 120, "overflowed", 120, "other"),
        ("redirected", 12, "overflowed", 12, "external"),
        ("queue-full", None, "blocked", None, ""),
        ("error", 0, "failed", 0, ""),
        ("system-error", None, "failed", 25, ""),
        ("bridging-in-process", 9, "waiting", None, ""),
        ("a-word-of-tomorrow", 9, "unknown", None, ""),
        ("", 9, "unknown", None, ""),
    ],
)
def test_each_queue_result_has_its_outcome(
    result, queue_time, outcome, wait_seconds, reason
):
    history = derived(ring(), choose(5), leave(30, result, queue_time))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, outcome, wait_seconds)]
    assert (entry.overflow_reason, entry.queue_result) == (reason, result)


def test_an_enqueue_decision_alone_makes_an_entry():
    assert outcomes(derived(ring(), choose(5))) == [(1, "waiting", None)]


def test_leave_has_the_reason_that_the_wait_document_decided():
    history = derived(
        choose(), wait(5, 0), wait(125, 120, "leave:max_wait"), leave(126, "leave", 120)
    )

    assert history.entries[0].entry.overflow_reason == "max_wait"


def test_answered_is_taken_from_the_connect_not_from_the_late_exit():
    history = derived(*sign_in(), ring(), choose(5), wait(5, 0), connect(36, 31))

    assert outcomes(history) == [(1, "answered", 31)]
    assert operators_of(history) == [OPERATOR]
    assert history.entries[0].entry.left_at == at(36)


def test_connect_and_end_without_an_exit_are_answered():
    history = derived(ring(), choose(5), connect(36, 31), end(90, CallDuration=90))

    assert outcomes(history) == [(1, "answered", 31)]


def test_talk_is_what_the_operators_dial_says():
    history = derived(
        choose(5), connect(36, 31), done(160, talk=120), leave(161, "bridged", 31)
    )

    connection = history.entries[0].connection
    assert connection is not None
    assert (connection.talk_seconds, connection.talk_source) == (120, "dial")
    assert (connection.connected_at, connection.ended_at) == (at(36), at(160))


def test_talk_comes_from_the_moments_when_the_dial_is_lost():
    history = derived(choose(5), connect(36, 31), leave(161, "bridged", 31))

    connection = history.entries[0].connection
    assert connection is not None
    assert (connection.talk_seconds, connection.talk_source) == (125, "exit")


def test_hang_up_during_the_announcement_is_lost_while_connecting():
    history = derived(
        choose(5), connect(8, 3), leave(9, "hangup", 3), done(9.2, bridged=False)
    )

    entry = history.entries[0].entry
    # However short: somebody was on the way.
    assert outcomes(history) == [(1, "abandoned", 3)]
    assert entry.is_lost_while_connecting
    assert operators_of(history) == []
    assert len(history.abandoned_calls) == 1


def test_without_an_exit_a_dial_that_was_not_bridged_voids_the_connect():
    history = derived(choose(5), connect(25, 20), done(27, bridged=False))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "abandoned", 20)]
    assert (entry.is_lost_while_connecting, entry.left_at) == (True, at(27))


def test_second_operator_takes_over_when_the_first_vanishes():
    history = derived(
        choose(5),
        connect(29, 24),
        done(30, bridged=False),
        connect(31, 26, leg=OTHER_OPERATOR),
        done(80, leg=OTHER_OPERATOR, talk=45),
        leave(80.1, "bridged", 26),
    )

    assert outcomes(history) == [(1, "answered", 26)]
    assert operators_of(history) == [OTHER_OPERATOR]


def test_a_caller_who_waits_on_was_not_connected():
    history = derived(choose(5), connect(25, 20), wait(45, 40))

    assert outcomes(history) == [(1, "waiting", None)]


def test_bridged_exit_with_no_bridged_dial_names_the_last_operator():
    history = derived(
        choose(5),
        connect(29, 24),
        done(30, bridged=False),
        connect(31, 26, leg=OTHER_OPERATOR),
        done(33, leg=OTHER_OPERATOR, bridged=False),
        leave(80, "bridged", 26),
    )

    assert outcomes(history) == [(1, "answered", 26)]
    assert operators_of(history) == [OTHER_OPERATOR]


def test_bridged_without_a_connect_is_answered_without_a_connection():
    history = derived(choose(5), leave(80, "bridged", 26))

    assert outcomes(history) == [(1, "answered", 26)]
    assert operators_of(history) == []


def test_a_dial_that_names_the_caller_replaces_a_lost_connect():
    history = derived(choose(5), wait(5, 0), done(96, talk=60, QueueTime=31))

    connection = history.entries[0].connection
    assert outcomes(history) == [(1, "answered", 31)]
    assert connection is not None
    assert connection.connected_at == at(36)
    assert connection.operator == OPERATOR_NUMBER


def test_a_dial_that_names_the_caller_makes_no_entry():
    assert derived(ring(), done(96, talk=60)).entries == []


def test_a_dial_that_names_nobody_belongs_to_the_legs_last_connect():
    history = derived(choose(5), connect(36, 31), done(160, caller="", talk=120))

    connection = history.entries[0].connection
    assert connection is not None
    assert connection.talk_seconds == 120


def test_a_dial_that_names_nobody_is_not_the_callers_when_another_came_between():
    history = derived(
        choose(5),
        connect(36, 31),
        connect(100, 3, sid=OTHER_CALLER),
        done(160, caller="", talk=55),
    )

    connection = history.entries[0].connection
    assert connection is not None
    assert connection.talk_seconds is None


def test_an_unknown_leg_named_by_a_dial_counts_as_no_leg():
    stranger = "CA" + "9" * 32
    events = [choose(5), connect(36, 31), done(160, caller=stranger, talk=120)]

    known = derive(CALLER, events, RULES)
    unknown = derive(CALLER, events, RULES, frozenset({stranger}))

    assert [one.connection.talk_seconds for one in known.entries if one.connection] == [
        None
    ]
    assert [
        one.connection.talk_seconds for one in unknown.entries if one.connection
    ] == [120]


def test_rung_out_dial_says_nothing_of_the_caller():
    history = derived(
        choose(5),
        connect(36, 31),
        done(37, caller="", bridged=None, status="no-answer"),
        done(160, caller="", talk=120),
    )

    connection = history.entries[0].connection
    assert connection is not None
    assert connection.talk_seconds == 120


@pytest.mark.parametrize(
    ("extra", "outcome"),
    [
        ([], "waiting"),
        ([end(60)], "abandoned"),
        ([connect(20, 15)], "abandoned"),
        ([connect(20, 15), done(60, talk=38)], "answered"),
    ],
)
def test_bridging_in_process_is_not_final(extra, outcome):
    history = derived(choose(5), leave(22, "bridging-in-process", 15), *extra)

    assert [one.entry.outcome for one in history.entries] == [outcome]


def test_the_final_exit_counts_whenever_it_comes():
    history = derived(
        choose(5), leave(22, "bridging-in-process", 15), leave(90, "bridged", 15)
    )

    assert outcomes(history) == [(1, "answered", 15)]


def test_system_error_with_the_end_right_then_is_an_early_hang_up():
    history = derived(choose(5), leave(6, "system-error"), end(7.9))

    entry = history.entries[0].entry
    assert (entry.outcome, entry.is_inferred) == ("short_abandoned", True)
    assert history.abandoned_calls == []


def test_system_error_with_a_later_end_is_a_failure():
    history = derived(choose(5), leave(6, "system-error"), end(8.1))

    assert [one.entry.outcome for one in history.entries] == ["failed"]


def test_lost_exit_is_unknown_as_soon_as_the_end_is_known():
    history = derived(choose(5), wait(5, 0), wait(25, 20), end(36))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "unknown", None)]
    assert entry.left_at is None


def test_lost_exit_after_our_leave_is_overflowed_and_inferred():
    history = derived(choose(5), wait(5, 0), wait(125, 120, "leave:max_wait"), end(140))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "overflowed", 120)]
    assert (entry.overflow_reason, entry.is_inferred, entry.left_at) == (
        "max_wait",
        True,
        at(125),
    )


def test_lost_exit_is_unknown_when_a_later_visit_has_begun():
    history = derived(choose(5), wait(5, 0), wait(50, 0, queue="sales", visit=2))

    assert outcomes(history) == [(1, "unknown", None), (2, "waiting", None)]


@pytest.mark.parametrize(("ended", "outcome"), [(29, "abandoned"), (31, "unknown")])
def test_settling_infers_a_hang_up_from_the_last_heartbeat(ended, outcome):
    events = [choose(5), wait(5, 0), wait(25, 20), end(ended)]
    settle = event(100, "/internal/settle/")

    assert [one.entry.outcome for one in derived(*events).entries] == ["unknown"]
    history = derived(*events, settle)
    assert [(one.entry.outcome, one.entry.is_inferred) for one in history.entries] == [
        (outcome, outcome == "abandoned")
    ]


def test_settling_by_itself_means_that_the_call_has_ended():
    history = derived(choose(5), wait(5, 0), event(100, "/internal/settle/"))

    assert [one.entry.outcome for one in history.entries] == ["unknown"]
    assert history.call is not None
    assert history.call.ended_at == at(100)


def test_call_that_queues_twice_has_two_entries():
    history = derived(
        choose(5),
        wait(5, 0),
        leave(45, "leave", 40, "enqueue:sales/2"),
        wait(46, 0, queue="sales", visit=2),
        connect(70, 25, queue="sales"),
        leave(130, "bridged", 25, queue="sales", visit=2),
    )

    assert outcomes(history) == [(1, "overflowed", 40), (2, "answered", 25)]


def test_a_connect_belongs_to_the_visit_open_then():
    history = derived(
        choose(5),
        leave(45, "leave", 40, "enqueue:support/2"),
        connect(70, 25),
    )

    assert outcomes(history) == [(1, "overflowed", 40), (2, "answered", 25)]


def test_a_late_connect_belongs_to_the_visit_of_the_same_queue_time():
    history = derived(
        choose(5),
        leave(45, "bridged", 40, "enqueue:support/2"),
        leave(80, "hangup", 20, visit=2),
        connect(90, 41),
    )

    assert outcomes(history) == [(1, "answered", 41), (2, "abandoned", 20)]


def test_a_connect_by_itself_makes_the_first_visit_of_its_queue():
    history = derived(connect(36, 31))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "answered", 31)]
    assert (entry.queue, entry.entered_at) == ("support", at(5))


def test_entered_at_is_the_first_wait_less_its_queue_time_without_our_decision():
    history = derived(wait(45, 40), wait(65, 60))

    assert [one.entry.entered_at for one in history.entries] == [at(5)]


def test_short_abandon_threshold_is_the_one_valid_at_entering():
    rules = Rules(
        thresholds={"support": (Threshold(at(-1000), 30, 10), Threshold(at(4), 20, 5))}
    )
    early = derived(choose(3), leave(11, "hangup", 8), rules=rules)
    late = derived(choose(5), leave(13, "hangup", 8), rules=rules)

    assert outcomes(early) == [(1, "short_abandoned", 8)]
    assert outcomes(late) == [(1, "abandoned", 8)]
    assert [
        early.entries[0].entry.target_seconds,
        late.entries[0].entry.target_seconds,
    ] == [30, 20]


def test_a_voicemail_alone_leaves_the_entry_waiting_until_it_is_settled():
    voicemail = event(60, "voicemail/support/1/", "goodbye")

    assert outcomes(derived(choose(5), voicemail)) == [(1, "waiting", None)]
    assert outcomes(derived(choose(5), voicemail, end(70))) == [(1, "unknown", None)]
