"""What is left of a call as events, and what is missing; seconds from its start."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.predecessor.calls import OldCall, events_of, gaps_of
from callcenter.predecessor.rows import CONNECTS, ENDS, EXITS, OldRow

START = datetime(2014, 5, 8, 1, tzinfo=UTC)
CALLER, OPERATOR = "CA" + "c" * 32, "CA" + "0" * 32
NUMBER = "+815000000201"


def row(table, seconds, sid=CALLER, **form):
    """A row written so many seconds after the start."""
    form = {"CallSid": sid} | {name: str(value) for name, value in form.items()}
    return OldRow(table, START + timedelta(seconds=seconds), "support", form)


def left(seconds, result="bridged", waited=20):
    return row(EXITS, seconds, QueueResult=result, QueueTime=waited)


def connected(seconds, waited=20):
    return row(CONNECTS, seconds, QueueTime=waited, DequeingCallSid=OPERATOR)


def ended(seconds):
    return row(ENDS, seconds, CallStatus="completed", CallDuration=seconds)


OPERATOR_END = row(ENDS, 900, OPERATOR, From=NUMBER, CallDuration=900)


def read(call):
    """The events as path, seconds, decision and token."""
    return [
        (
            event.path,
            int((event.received_at - START).total_seconds()),
            event.decision,
            event.token,
        )
        for event in events_of(call)
    ]


def test_a_call_that_was_answered_is_exit_connect_and_end():
    call = OldCall(CALLER, left(200), connected(30), ended(201))

    assert read(call) == [
        ("/twilio/queue-exit/support/1/", 200, "", f"minicc2:enqueue_data:{CALLER}"),
        ("/twilio/connect/?queue=support", 30, "", f"minicc2:queue_data:{CALLER}"),
        ("/twilio/status/", 201, "", f"minicc2:statuscallback_data:{CALLER}"),
    ]
    assert list(gaps_of(call)) == [
        "queue_data: no row of the operator's leg in statuscallback_data,"
        " number not known"
    ]


@pytest.mark.parametrize(
    ("exit_", "end", "seconds", "table"),
    [
        (left(200), ended(201), 200, "enqueue_data"),
        (left(33, "hangup"), ended(33), 33, "enqueue_data"),
        (None, ended(201), 201, "statuscallback_data"),
        # Written before the connect, as clocks go: it cannot be the end of the talk.
        (left(29, "hangup"), ended(31), 31, "statuscallback_data"),
    ],
)
def test_the_operator_asks_for_the_next_caller_when_this_one_has_gone(
    exit_, end, seconds, table
):
    call = OldCall(CALLER, exit_, connected(30), end, OPERATOR_END)

    (event,) = [one for one in events_of(call) if one.call_sid == OPERATOR]

    assert event.path == "/twilio/operator/?queue=support&in=1"
    assert event.received_at == START + timedelta(seconds=seconds)
    assert (event.decision, event.token) == (
        "dial:support",
        f"minicc2:ready-{CALLER}:{OPERATOR}",
    )
    assert event.params == {
        "CallSid": OPERATOR,
        "From": NUMBER,
        "InferredFrom": table,
    }


def test_nobody_knows_when_the_operator_was_free_without_any_end():
    call = OldCall(CALLER, None, connected(30), None, OPERATOR_END)

    assert [event.kind for event in events_of(call)] == ["connect"]


def test_an_operators_leg_asks_for_callers_as_soon_as_it_begins():
    leg = OldCall(OPERATOR, end=OPERATOR_END, is_operator=True)

    assert read(leg) == [
        ("/twilio/status/", 900, "", f"minicc2:statuscallback_data:{OPERATOR}"),
        (
            "/twilio/operator/?queue=support",
            0,
            "dial:support",
            f"minicc2:sign-in:{OPERATOR}",
        ),
    ]


@pytest.mark.parametrize(
    "form",
    [{"CallDuration": 0}, {}, {"CallDuration": 9, "Direction": "outbound-api"}],
)
def test_a_leg_that_never_began_or_that_we_rang_did_not_sign_in(form):
    leg = OldCall(OPERATOR, end=row(ENDS, 900, OPERATOR, **form), is_operator=True)

    assert [event.kind for event in events_of(leg)] == ["status"]


def test_a_recording_is_an_event_as_of_its_own_callback():
    sid = "RE" + "1" * 32
    end = row(ENDS, 90, RecordingSid=sid, RecordingUrl="https://x/", CallStatus="busy")

    event = list(events_of(OldCall(CALLER, end=end)))[-1]

    assert (event.path, event.result) == ("/twilio/recording/", "completed")
    assert event.params["RecordingSid"] == sid
    assert event.params["RecordingUrl"] == "https://x/"


LATER = (
    "queue_data: later than the exit, counted as a second visit without one",
    "/internal/predecessor/",
)
OTHER = "queue_data: other QueueTime than in enqueue_data, rows between are lost"


@pytest.mark.parametrize(
    ("exit_", "connect", "gap"),
    [
        (left(30, "redirected", 30), connected(72, 12), "second visit"),
        (left(30, "leave", 30), connected(72, 12), "second visit"),
        # Talked, and was put into the queue again.
        (left(90, "bridged", 12), connected(120, 30), "second visit"),
        # The same visit: it ends after the connect.
        (left(90, "bridged", 12), connected(12, 12), None),
        (left(33, "hangup", 33), connected(30, 30), None),
        # Whoever has hung up does not come again, whatever the clock said.
        (left(30, "hangup", 30), connected(31, 30), None),
        (left(30, "bridging-in-process", 30), connected(31, 30), None),
        # Entered before the exit: no later visit.
        (left(30, "redirected", 30), connected(40, 40), "other time"),
        # Two connects, the first of which was kept.
        (left(90, "bridged", 41), connected(12, 12), "other time"),
    ],
)
def test_a_connect_after_the_exit_is_of_a_second_visit(exit_, connect, gap):
    call = OldCall(CALLER, exit_, connect, ended(300), OPERATOR_END)
    second = [event for event in events_of(call) if event.kind == "internal"]

    assert list(gaps_of(call)) == {
        "second visit": [LATER[0]],
        "other time": [OTHER],
        None: [],
    }.get(gap)
    entered = connect.at - timedelta(seconds=int(connect.form["QueueTime"]))
    assert [(one.path, one.received_at, one.decision) for one in second] == (
        [(LATER[1], entered, "enqueue:support/2")] if gap == "second visit" else []
    )


@pytest.mark.parametrize(
    ("call", "gap"),
    [
        (
            OldCall(CALLER, None, connected(30), ended(90), OPERATOR_END),
            "queue_data: no row in enqueue_data, counted as answered without talk time",
        ),
        (
            OldCall(CALLER, left(30), None, ended(90)),
            "enqueue_data: bridged without a row in queue_data, operator not known",
        ),
        (
            OldCall(CALLER, left(30, "hangup")),
            "enqueue_data: no row in statuscallback_data, end not known",
        ),
    ],
)
def test_a_row_without_its_partner_is_said(call, gap):
    assert list(gaps_of(call)) == [gap]


@pytest.mark.parametrize(
    "call",
    [
        OldCall(CALLER, end=ended(30)),
        OldCall(CALLER, left(30, "hangup"), None, ended(30)),
        OldCall(CALLER, left(90), connected(30), ended(90), OPERATOR_END),
    ],
)
def test_nothing_is_said_where_nothing_is_missing(call):
    assert list(gaps_of(call)) == []


def test_what_is_odd_about_a_row_is_said_with_its_table():
    odd = OldRow(ENDS, START, "support", {"CallSid": CALLER}, ("it is odd",))

    assert list(gaps_of(OldCall(CALLER, end=odd))) == ["statuscallback_data: it is odd"]
