"""What the requests of a call mean, scenario by scenario; no database."""

import pytest

from callcenter.history.rules import Rules, Threshold
from callcenter.history.tell import History, tell
from callcenter.models import WebhookEvent
from callcenter.tests.events import (
    CALLER,
    CALLER_NUMBER,
    OPERATOR,
    OPERATOR_NUMBER,
    OTHER_CALLER,
    OTHER_OPERATOR,
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

RULES = Rules(
    queues_by_sid={SUPPORT_SID: "support"},
    operator_numbers=frozenset({OPERATOR_NUMBER}),
    operator_identities=frozenset({"agent_01"}),
)


def told(*events: WebhookEvent, sid: str = CALLER, rules: Rules = RULES) -> History:
    return tell(sid, events, rules)


def outcomes(history: History) -> list[tuple[int, str, int | None]]:
    """Visit, outcome and wait of every entry."""
    return [
        (one.entry.visit, one.entry.outcome, one.entry.wait_seconds)
        for one in history.entries
    ]


def operators_of(history: History) -> list[str]:
    return [
        one.connection.operator_call_sid for one in history.entries if one.connection
    ]


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
    history = told(ring(), choose(5), leave(30, result, queue_time))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, outcome, wait_seconds)]
    assert (entry.overflow_reason, entry.queue_result) == (reason, result)


def test_an_enqueue_decision_makes_an_entry_of_which_nothing_else_is_heard():
    assert outcomes(told(ring(), choose(5))) == [(1, "waiting", None)]


def test_leave_has_the_reason_that_the_wait_document_decided():
    history = told(
        choose(), wait(5, 0), wait(125, 120, "leave:max_wait"), leave(126, "leave", 120)
    )

    assert history.entries[0].entry.overflow_reason == "max_wait"


def test_answered_is_taken_from_the_connect_not_from_the_late_exit():
    history = told(*sign_in(), ring(), choose(5), wait(5, 0), connect(36, 31))

    assert outcomes(history) == [(1, "answered", 31)]
    assert operators_of(history) == [OPERATOR]
    assert history.entries[0].entry.left_at == at(36)


def test_answered_stays_answered_when_only_the_end_of_the_call_is_known_besides():
    history = told(ring(), choose(5), connect(36, 31), end(90, CallDuration=90))

    assert outcomes(history) == [(1, "answered", 31)]


def test_talk_is_what_the_operators_dial_says():
    history = told(
        choose(5), connect(36, 31), done(160, talk=120), leave(161, "bridged", 31)
    )

    connection = history.entries[0].connection
    assert connection is not None
    assert (connection.talk_seconds, connection.talk_source) == (120, "dial")
    assert (connection.connected_at, connection.ended_at) == (at(36), at(160))


def test_talk_comes_from_the_moments_when_the_dial_is_lost():
    history = told(choose(5), connect(36, 31), leave(161, "bridged", 31))

    connection = history.entries[0].connection
    assert connection is not None
    assert (connection.talk_seconds, connection.talk_source) == (125, "exit")


def test_hang_up_during_the_announcement_is_lost_while_connecting():
    history = told(
        choose(5), connect(8, 3), leave(9, "hangup", 3), done(9.2, bridged=False)
    )

    entry = history.entries[0].entry
    # However short: somebody was on the way.
    assert outcomes(history) == [(1, "abandoned", 3)]
    assert entry.is_lost_while_connecting
    assert operators_of(history) == []
    assert len(history.abandoned_calls) == 1


def test_a_dial_that_was_not_bridged_denies_the_connect_without_an_exit():
    history = told(choose(5), connect(25, 20), done(27, bridged=False))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "abandoned", 20)]
    assert (entry.is_lost_while_connecting, entry.left_at) == (True, at(27))


def test_second_operator_takes_over_when_the_first_vanishes():
    history = told(
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
    history = told(choose(5), connect(25, 20), wait(45, 40))

    assert outcomes(history) == [(1, "waiting", None)]


def test_bridged_beside_dials_that_all_deny_it_names_the_last_operator():
    history = told(
        choose(5),
        connect(29, 24),
        done(30, bridged=False),
        connect(31, 26, leg=OTHER_OPERATOR),
        done(33, leg=OTHER_OPERATOR, bridged=False),
        leave(80, "bridged", 26),
    )

    assert outcomes(history) == [(1, "answered", 26)]
    assert operators_of(history) == [OTHER_OPERATOR]


def test_bridged_without_a_connect_is_answered_by_nobody_known():
    history = told(choose(5), leave(80, "bridged", 26))

    assert outcomes(history) == [(1, "answered", 26)]
    assert operators_of(history) == []


def test_a_dial_that_names_the_caller_stands_for_a_lost_connect():
    history = told(choose(5), wait(5, 0), done(96, talk=60, QueueTime=31))

    connection = history.entries[0].connection
    assert outcomes(history) == [(1, "answered", 31)]
    assert connection is not None
    assert connection.connected_at == at(36)
    assert connection.operator == OPERATOR_NUMBER


def test_a_dial_that_names_the_caller_makes_no_entry():
    assert told(ring(), done(96, talk=60)).entries == []


def test_a_dial_that_names_nobody_belongs_to_the_legs_last_connect():
    history = told(choose(5), connect(36, 31), done(160, caller="", talk=120))

    connection = history.entries[0].connection
    assert connection is not None
    assert connection.talk_seconds == 120


def test_a_dial_that_names_nobody_is_not_the_callers_when_another_came_between():
    history = told(
        choose(5),
        connect(36, 31),
        connect(100, 3, sid=OTHER_CALLER),
        done(160, caller="", talk=55),
    )

    connection = history.entries[0].connection
    assert connection is not None
    assert connection.talk_seconds is None


def test_a_stranger_named_by_a_dial_is_nobody():
    stranger = "CA" + "9" * 32
    events = [choose(5), connect(36, 31), done(160, caller=stranger, talk=120)]

    known = tell(CALLER, events, RULES)
    unknown = tell(CALLER, events, RULES, frozenset({stranger}))

    assert [one.connection.talk_seconds for one in known.entries if one.connection] == [
        None
    ]
    assert [
        one.connection.talk_seconds for one in unknown.entries if one.connection
    ] == [120]


def test_rung_out_dial_says_nothing_of_the_caller():
    history = told(
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
def test_bridging_in_process_is_no_final_word(extra, outcome):
    history = told(choose(5), leave(22, "bridging-in-process", 15), *extra)

    assert [one.entry.outcome for one in history.entries] == [outcome]


def test_the_final_word_counts_whenever_it_comes():
    history = told(
        choose(5), leave(22, "bridging-in-process", 15), leave(90, "bridged", 15)
    )

    assert outcomes(history) == [(1, "answered", 15)]


def test_system_error_with_the_end_right_then_is_an_early_hang_up():
    history = told(choose(5), leave(6, "system-error"), end(7.9))

    entry = history.entries[0].entry
    assert (entry.outcome, entry.is_inferred) == ("short_abandoned", True)
    assert history.abandoned_calls == []


def test_system_error_with_a_later_end_is_a_failure():
    history = told(choose(5), leave(6, "system-error"), end(8.1))

    assert [one.entry.outcome for one in history.entries] == ["failed"]


def test_lost_exit_is_unknown_as_soon_as_the_end_is_known():
    history = told(choose(5), wait(5, 0), wait(25, 20), end(36))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "unknown", None)]
    assert entry.left_at is None


def test_lost_exit_after_our_leave_is_overflowed_and_inferred():
    history = told(choose(5), wait(5, 0), wait(125, 120, "leave:max_wait"), end(140))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "overflowed", 120)]
    assert (entry.overflow_reason, entry.is_inferred, entry.left_at) == (
        "max_wait",
        True,
        at(125),
    )


def test_lost_exit_is_unknown_when_a_later_visit_has_begun():
    history = told(choose(5), wait(5, 0), wait(50, 0, queue="sales", visit=2))

    assert outcomes(history) == [(1, "unknown", None), (2, "waiting", None)]


@pytest.mark.parametrize(("ended", "outcome"), [(29, "abandoned"), (31, "unknown")])
def test_settling_infers_a_hang_up_from_the_last_heartbeat(ended, outcome):
    events = [choose(5), wait(5, 0), wait(25, 20), end(ended)]
    settle = event(100, "/internal/settle/")

    assert [one.entry.outcome for one in told(*events).entries] == ["unknown"]
    history = told(*events, settle)
    assert [(one.entry.outcome, one.entry.is_inferred) for one in history.entries] == [
        (outcome, outcome == "abandoned")
    ]


def test_settling_by_itself_means_that_the_call_has_ended():
    history = told(choose(5), wait(5, 0), event(100, "/internal/settle/"))

    assert [one.entry.outcome for one in history.entries] == ["unknown"]
    assert history.call is not None
    assert history.call.ended_at == at(100)


def test_call_that_queues_twice_has_two_entries():
    history = told(
        choose(5),
        wait(5, 0),
        leave(45, "leave", 40, "enqueue:sales/2"),
        wait(46, 0, queue="sales", visit=2),
        connect(70, 25, queue="sales"),
        leave(130, "bridged", 25, queue="sales", visit=2),
    )

    assert outcomes(history) == [(1, "overflowed", 40), (2, "answered", 25)]


def test_a_connect_belongs_to_the_visit_open_then():
    history = told(
        choose(5),
        leave(45, "leave", 40, "enqueue:support/2"),
        connect(70, 25),
    )

    assert outcomes(history) == [(1, "overflowed", 40), (2, "answered", 25)]


def test_a_late_connect_belongs_to_the_visit_of_the_same_queue_time():
    history = told(
        choose(5),
        leave(45, "bridged", 40, "enqueue:support/2"),
        leave(80, "hangup", 20, visit=2),
        connect(90, 41),
    )

    assert outcomes(history) == [(1, "answered", 41), (2, "abandoned", 20)]


def test_a_connect_by_itself_makes_the_first_visit_of_its_queue():
    history = told(connect(36, 31))

    entry = history.entries[0].entry
    assert outcomes(history) == [(1, "answered", 31)]
    assert (entry.queue, entry.entered_at) == ("support", at(5))


def test_entered_at_is_the_first_wait_less_its_queue_time_without_our_decision():
    history = told(wait(45, 40), wait(65, 60))

    assert [one.entry.entered_at for one in history.entries] == [at(5)]


def test_short_abandon_threshold_is_the_one_valid_at_entering():
    rules = Rules(
        thresholds={"support": (Threshold(at(-1000), 30, 10), Threshold(at(4), 20, 5))}
    )
    early = told(choose(3), leave(11, "hangup", 8), rules=rules)
    late = told(choose(5), leave(13, "hangup", 8), rules=rules)

    assert outcomes(early) == [(1, "short_abandoned", 8)]
    assert outcomes(late) == [(1, "abandoned", 8)]
    assert [
        early.entries[0].entry.target_seconds,
        late.entries[0].entry.target_seconds,
    ] == [30, 20]


def test_withheld_caller_has_no_number_and_is_never_recovered():
    rules = Rules(contacts=(at(500),))
    history = told(
        ring(From="+266696687"), choose(5), leave(65, "hangup", 60), rules=rules
    )

    assert history.call is not None
    assert (history.call.caller, history.call.from_raw) == ("", "+266696687")
    assert [row.recovered_at for row in history.abandoned_calls] == [None]


def test_abandoned_call_is_recovered_by_the_first_contact_strictly_after():
    rules = Rules(contacts=(at(20), at(65), at(900), at(500)))
    history = told(choose(5), leave(65, "hangup", 60), rules=rules)

    assert [row.recovered_at for row in history.abandoned_calls] == [at(500)]


@pytest.mark.parametrize(
    ("events", "sid", "kind"),
    [
        ([ring()], CALLER, "customer"),
        ([event(0, "incoming/", "menu:main", From="client:web")], CALLER, "customer"),
        ([event(0, "incoming/", "operator")], CALLER, "operator"),
        ([event(0, "client/", "dial:+815000000555")], CALLER, "operator"),
        ([event(0, "operator/", "sign_off")], CALLER, "operator"),
        ([connect(36, 31)], OPERATOR, "operator"),
        ([end(60, Direction="outbound-dial")], CALLER, "outbound"),
        ([end(60, ParentCallSid=OPERATOR)], CALLER, "outbound"),
        ([end(60, From=OPERATOR_NUMBER)], CALLER, "operator"),
        ([end(60, From="client:agent_01")], CALLER, "operator"),
        ([end(60)], CALLER, "customer"),
        ([event(0, "fallback/", "apology")], CALLER, "customer"),
    ],
)
def test_whose_leg_it_is(events, sid, kind):
    history = told(*events, sid=sid)

    assert history.call is not None
    assert history.call.kind == kind


def test_a_leg_known_only_from_a_recording_is_no_call():
    assert told(event(0, "recording/", RecordingStatus="completed")).call is None


def test_end_is_the_callbacks_timestamp_where_it_is_plausible():
    stamped = told(ring(), end(70, Timestamp="Mon, 05 Oct 2026 01:00:57 +0000"))
    absurd = told(ring(), end(70, Timestamp="Mon, 05 Oct 2020 01:00:57 +0000"))

    assert stamped.call is not None
    assert absurd.call is not None
    assert (stamped.call.ended_at, absurd.call.ended_at) == (at(57), at(70))


def test_a_call_known_only_from_its_end_began_its_duration_earlier():
    call = told(end(70, CallDuration=57)).call

    assert call is not None
    assert (call.started_at, call.ended_at, call.outcome) == (at(13), at(70), "")


@pytest.mark.parametrize(
    ("events", "outcome", "by"),
    [
        ([ring()], "", ""),
        ([ring(), end(9)], "ivr_abandoned", "caller"),
        ([event(0, "incoming/", "closed"), end(9)], "closed", ""),
        (
            [event(0, "incoming/", "reject"), end(1, status="busy")],
            "rejected",
            "system",
        ),
        (
            [
                ring(),
                event(6, "menu/main/?step=1", "message:information", Digits="2"),
                end(30),
            ],
            "self_service",
            "",
        ),
        (
            [ring(), event(6, "fallback/", "apology", ErrorCode="11205"), end(9)],
            "failed",
            "",
        ),
        ([choose(5), leave(65, "hangup", 60), end(66)], "abandoned", "caller"),
        (
            [
                choose(5),
                connect(36, 31),
                leave(99, "bridged", 31, CallStatus="in-progress"),
                end(99),
            ],
            "answered",
            "operator",
        ),
        (
            [
                choose(5),
                connect(36, 31),
                leave(99, "bridged", 31, CallStatus="completed"),
                end(99),
            ],
            "answered",
            "caller",
        ),
        ([choose(5), connect(36, 31)], "", ""),
    ],
)
def test_what_became_of_the_call(events, outcome, by):
    call = told(*events).call

    assert call is not None
    assert (call.outcome, call.disconnected_by) == (outcome, by)


def test_wrong_key_and_silence_are_steps_of_their_own():
    history = told(
        ring(),
        event(7, "menu/main/?step=1", "menu:main", Digits="9"),
        event(23, "menu/main/?step=2", "enqueue:support/1"),
    )

    steps = [(row.step, row.menu, row.input, row.led_to) for row in history.ivr_steps]
    assert steps == [
        (1, "main", "9", "menu:main"),
        (2, "main", "", "enqueue:support/1"),
    ]
    assert history.call is not None
    assert history.call.ivr_path == "main>9>main>support"


def test_an_unanswered_menu_is_a_step_without_input():
    history = told(ring(), end(9))

    steps = [(row.step, row.menu, row.input, row.led_to) for row in history.ivr_steps]
    assert steps == [(1, "main", "", "")]


def test_step_in_the_url_orders_what_came_in_disorder():
    history = told(
        event(40, "incoming/", "menu:main"),
        event(7, "menu/main/?step=1", "menu:language", Digits="5"),
        event(3, "menu/language/?step=2", "enqueue:billing/1", Digits="1"),
    )

    assert [(row.menu, row.input) for row in history.ivr_steps] == [
        ("main", "5"),
        ("language", "1"),
    ]


def test_request_seen_with_and_without_its_token_counts_once():
    once = told(ring(token="t1"), choose(5))
    twice = told(ring(token="t1"), ring(3), choose(5))

    assert len(once.ivr_steps) == len(twice.ivr_steps) == 1
    assert twice.call is not None
    assert twice.call.started_at == at(0)


def test_voicemail_and_recording_are_told_once_under_their_sids():
    recording = "RE" + "a" * 32
    history = told(
        choose(5),
        event(
            60,
            "voicemail/support/1/",
            "goodbye",
            RecordingSid=recording,
            RecordingDuration=21,
        ),
        event(
            62,
            "voicemail/support/1/",
            "goodbye",
            RecordingSid=recording,
            RecordingDuration=21,
        ),
        event(70, "recording/", RecordingSid=recording, RecordingStatus="in-progress"),
        event(
            75,
            "recording/",
            RecordingSid=recording,
            RecordingStatus="completed",
            RecordingDuration=21,
        ),
    )

    assert [
        (row.recording_sid, row.visit, row.queue, row.duration_seconds)
        for row in history.voicemails
    ] == [(recording, 1, "support", 21)]
    assert [
        (row.recording_sid, row.duration_seconds) for row in history.recordings
    ] == [(recording, 21)]


def test_callback_wish_is_told_from_our_leave():
    history = told(choose(5), wait(30, 25, "leave:callback"), leave(31, "leave", 26))

    wishes = [one.callback for one in history.entries]
    assert [(wish.caller, wish.requested_at) for wish in wishes if wish] == [
        (CALLER_NUMBER, at(30))
    ]


def test_states_of_an_operator_on_the_telephone():
    history = told(
        *sign_in(-300),
        done(-10, caller="", bridged=None, status="no-answer"),
        connect(36, 31),
        done(160, talk=120),
        event(170, "operator/?step=4", "dial:support", sid=OPERATOR),
        end(400, sid=OPERATOR),
        sid=OPERATOR,
    )

    states = [
        (row.state, row.started_at, row.ended_at) for row in history.operator_states
    ]
    assert states == [
        ("ready", at(-294), at(-10)),
        ("wrap_up", at(-10), at(36)),
        ("talking", at(36), at(160)),
        ("wrap_up", at(160), at(170)),
        ("ready", at(170), at(400)),
        ("signed_out", at(400), None),
    ]


def test_line_and_number_are_normalised_beside_what_was_sent():
    call = told(ring(To="sip:front@example.com", From=" 090-1234")).call

    assert call is not None
    assert (call.line, call.to_raw) == ("", "sip:front@example.com")
    assert (call.caller, call.from_raw) == ("", " 090-1234")
