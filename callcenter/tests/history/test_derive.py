"""What is derived from the requests of a call besides queue entries. No database."""

import pytest

from callcenter.history.desk_states import Act
from callcenter.history.rules import Contact, Rules
from callcenter.routes import ANSWERED_BY_PATH, DELETED_PATH, WRAP_UP_PATH
from callcenter.tests.history.derived import derived
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    OPERATOR,
    OPERATOR_NUMBER,
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


def test_withheld_caller_has_no_number_and_is_never_recovered():
    rules = Rules(contacts=(Contact(at(500), at(600)),))
    history = derived(
        ring(From="+266696687"), choose(5), leave(65, "hangup", 60), rules=rules
    )

    assert history.call is not None
    assert (history.call.caller, history.call.from_raw) == ("", "+266696687")
    assert [row.recovered_at for row in history.abandoned_calls] == [None]


@pytest.mark.parametrize(
    ("contacts", "recovered_at"),
    [
        ([(20, 60), (900, 950), (500, None)], 500),
        # On another telephone, while giving up on this one.
        ([(20, 66), (500, 600)], 65),
        ([(65, 70)], 65),
        ([(20, None)], 65),
        # Over before, or at that moment.
        ([(20, 65)], None),
        ([(20, 20)], None),
        # Its end was lost; no conversation is as long as that.
        ([(65 - 4 * 3600, None)], None),
        ([], None),
    ],
)
def test_abandoned_call_is_recovered_by_the_first_conversation_from_then_on(
    contacts, recovered_at
):
    rules = Rules(
        contacts=tuple(
            Contact(at(start), None if end is None else at(end))
            for start, end in contacts
        )
    )
    history = derived(choose(5), leave(65, "hangup", 60), rules=rules)

    (row,) = history.abandoned_calls
    assert row.recovered_at == (None if recovered_at is None else at(recovered_at))


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
        ([ring(Direction="outbound-api")], CALLER, "customer"),
        ([wait(9, 4, Direction="outbound-api")], CALLER, "customer"),
        ([end(60, Direction="outbound-api")], CALLER, "outbound"),
        ([ring(Direction="outbound-dial", ParentCallSid=OPERATOR)], CALLER, "outbound"),
        ([end(60, From=OPERATOR_NUMBER)], CALLER, "operator"),
        ([end(60, From="client:agent_01")], CALLER, "operator"),
        ([end(60)], CALLER, "customer"),
        ([event(0, "fallback/", "apology")], CALLER, "customer"),
    ],
)
def test_leg_has_its_kind(events, sid, kind):
    history = derived(*events, sid=sid)

    assert history.call is not None
    assert history.call.kind == kind


def test_a_leg_known_only_from_a_recording_is_no_call():
    assert derived(event(0, "recording/", RecordingStatus="completed")).call is None


def test_end_is_the_callbacks_timestamp_where_it_is_plausible():
    stamped = derived(ring(), end(70, Timestamp="Mon, 05 Oct 2026 01:00:57 +0000"))
    absurd = derived(ring(), end(70, Timestamp="Mon, 05 Oct 2020 01:00:57 +0000"))

    assert stamped.call is not None
    assert absurd.call is not None
    assert (stamped.call.ended_at, absurd.call.ended_at) == (at(57), at(70))


def test_a_call_known_only_from_its_end_began_its_duration_earlier():
    call = derived(end(70, CallDuration=57)).call

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
def test_call_has_an_outcome_and_who_hung_up(events, outcome, by):
    call = derived(*events).call

    assert call is not None
    assert (call.outcome, call.disconnected_by) == (outcome, by)


def test_wrong_key_and_silence_are_steps_of_their_own():
    history = derived(
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
    history = derived(ring(), end(9))

    steps = [(row.step, row.menu, row.input, row.led_to) for row in history.ivr_steps]
    assert steps == [(1, "main", "", "")]


def test_step_in_the_url_orders_what_came_in_disorder():
    history = derived(
        event(40, "incoming/", "menu:main"),
        event(7, "menu/main/?step=1", "menu:language", Digits="5"),
        event(3, "menu/language/?step=2", "enqueue:billing/1", Digits="1"),
    )

    assert [(row.menu, row.input) for row in history.ivr_steps] == [
        ("main", "5"),
        ("language", "1"),
    ]


def test_request_seen_with_and_without_its_token_counts_once():
    once = derived(ring(token="t1"), choose(5))
    twice = derived(ring(token="t1"), ring(3), choose(5))

    assert len(once.ivr_steps) == len(twice.ivr_steps) == 1
    assert twice.call is not None
    assert twice.call.started_at == at(0)


def test_voice_url_asked_twice_is_one_menu_asked():
    again = event(0.4, "incoming/", "menu:main", CallStatus="ringing", token="t2")
    history = derived(ring(token="t1"), again, choose(5))

    (step,) = history.ivr_steps
    assert (step.menu, step.input, step.led_to) == ("main", "1", "enqueue:support/1")
    assert step.asked_at == at(0.4)
    assert history.call is not None
    assert history.call.ivr_path == "main>1>support"


def test_voice_url_asked_again_after_the_key_carries_the_key():
    history = derived(ring(token="t1"), choose(5), ring(6, token="t2"))

    assert [(row.menu, row.input) for row in history.ivr_steps] == [("main", "1")]


def test_menu_answered_twice_at_one_step_is_one_answer():
    first = event(7, "menu/main/?step=1", "menu:sales", Digits="2", token="t1")
    again = event(8, "menu/main/?step=1", "menu:sales", Digits="2", token="t2")
    later = event(20, "menu/sales/?step=2", "enqueue:billing/1", Digits="3")
    history = derived(ring(), first, again, later)

    steps = [(row.menu, row.input, row.led_to) for row in history.ivr_steps]
    assert steps == [("main", "2", "menu:sales"), ("sales", "3", "enqueue:billing/1")]


def test_menu_asked_again_at_a_later_step_is_asked_twice():
    first = event(7, "menu/main/?step=1", "menu:main", Digits="9", token="t1")
    again = event(9, "menu/main/?step=2", "menu:main", Digits="9", token="t2")
    history = derived(ring(), first, again)

    assert [row.menu for row in history.ivr_steps] == ["main", "main", "main"]


def test_voicemail_and_recording_make_one_row_per_sid():
    recording = "RE" + "a" * 32
    history = derived(
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


def test_call_back_request_is_derived_from_our_leave():
    history = derived(choose(5), wait(30, 25, "leave:callback"), leave(31, "leave", 26))

    wishes = [one.callback for one in history.entries]
    assert [(wish.caller, wish.requested_at) for wish in wishes if wish] == [
        (CALLER_NUMBER, at(30))
    ]


def test_states_of_an_operator_on_the_telephone():
    history = derived(
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


def test_dial_that_was_not_bridged_is_no_conversation_even_after_the_end():
    history = derived(
        *sign_in(-300),
        connect(36, 31),
        end(40, sid=OPERATOR),
        done(40.5, bridged=False),
        sid=OPERATOR,
    )

    assert [(row.state, row.started_at) for row in history.operator_states] == [
        ("ready", at(-294)),
        ("signed_out", at(40)),
    ]


def test_line_and_number_are_normalised_and_kept_as_sent():
    call = derived(ring(To="sip:front@example.com", From=" 090-1234")).call

    assert call is not None
    assert (call.line, call.to_raw) == ("", "sip:front@example.com")
    assert (call.caller, call.from_raw) == ("090-1234", " 090-1234")


def test_leg_of_a_desk_ends_when_the_operator_is_not_ready_and_signs_nobody_out():
    history = derived(
        event(0, "client/", "operator", sid=OPERATOR, MiniccDesk="1"),
        event(1, "operator/?in=1&step=1", "dial:support", sid=OPERATOR),
        event(40, Act.NOT_READY.path, sid=OPERATOR, Operator="client:sato"),
        done(40.1, caller="", bridged=None, status="completed"),
        end(41, sid=OPERATOR),
        sid=OPERATOR,
    )

    states = [
        (row.state, row.started_at, row.ended_at) for row in history.operator_states
    ]
    assert states == [("ready", at(1), at(40))]


def test_talk_goes_on_whatever_is_said_at_the_desk():
    history = derived(
        event(0, "client/", "operator", sid=OPERATOR, MiniccDesk="1"),
        event(1, "operator/?in=1&step=1", "dial:support", sid=OPERATOR),
        connect(36, 31),
        event(40, Act.NOT_READY.path, sid=OPERATOR, Operator="client:sato"),
        done(160, talk=120),
        end(170, sid=OPERATOR),
        sid=OPERATOR,
    )

    states = [
        (row.state, row.started_at, row.ended_at) for row in history.operator_states
    ]
    assert states == [
        ("ready", at(1), at(36)),
        ("talking", at(36), at(160)),
        ("wrap_up", at(160), at(170)),
    ]


def noted(seconds: float, code: str, note: str = "", leg: str = OPERATOR):
    return event(
        seconds, WRAP_UP_PATH, OperatorLeg=leg, Code=code, Note=note, From="", To=""
    )


def test_what_the_operator_notes_last_is_of_the_conversation():
    talk = [ring(), choose(5), wait(6, 0), connect(36, 31), done(160, talk=120)]
    over = [leave(161, "bridged", 31), end(162)]
    notes = [
        noted(150, "billing"),
        noted(900, "complaint", "苦情\nrings again"),
        noted(950, "sale", leg=OTHER_OPERATOR),
    ]
    bare = derived(*talk, *over)

    history = derived(*talk, *over, *notes)

    (one,) = history.entries
    assert one.connection is not None
    assert (one.connection.wrap_up_code, one.connection.note) == (
        "complaint",
        "苦情\nrings again",
    )
    assert history.call is not None
    assert bare.call is not None
    assert history.call.ended_at == bare.call.ended_at
    assert history.call.outcome == bare.call.outcome == "answered"


@pytest.mark.parametrize(
    "path", [WRAP_UP_PATH, ANSWERED_BY_PATH, Act.NOT_READY.path, DELETED_PATH]
)
def test_what_people_say_of_a_leg_makes_no_call_of_it(path):
    act = event(0, path, Operator="client:sato", OperatorLeg=OPERATOR, From="", To="")

    assert derived(act).call is None
    call = derived(act, ring(1)).call
    assert call is not None
    assert (call.kind, call.started_at) == ("customer", at(1))


def test_note_of_a_conversation_that_never_was_changes_nothing():
    history = derived(ring(), end(10), noted(20, "billing"))

    assert not history.entries
    assert history.call is not None
    assert history.call.outcome == "ivr_abandoned"
