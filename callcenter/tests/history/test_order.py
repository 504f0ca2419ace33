"""Events in any order, lost or odd, never fail and give the same rows. No database."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.history.derive import History, derive
from callcenter.history.rules import Rules
from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OPERATOR_NUMBER,
    OTHER_CALLER,
    OTHER_OPERATOR,
    SUPPORT_SID,
    choose,
    connect,
    done,
    end,
    event,
    keys,
    leave,
    ring,
    sign_in,
    wait,
)

RULES = Rules(
    queues_by_sid={SUPPORT_SID: "support"},
    operators=frozenset({OPERATOR_NUMBER}),
)
LEGS = (CALLER, OTHER_CALLER, OPERATOR, OTHER_OPERATOR)

seconds = st.integers(0, 200)
visits = st.integers(0, 3)
queues = st.sampled_from(["support", "sales"])
callers = st.sampled_from([CALLER, OTHER_CALLER])
operators = st.sampled_from([OPERATOR, OTHER_OPERATOR])
queue_times = st.one_of(
    st.integers(0, 200), st.sampled_from(["", "x", "-3", "99999999"])
)
results = st.sampled_from(
    [
        "bridged",
        "redirected-from-bridged",
        "bridging-in-process",
        "hangup",
        "leave",
        "redirected",
        "queue-full",
        "error",
        "system-error",
        "",
        "a-word-of-tomorrow",
    ]
)

any_event = st.one_of(
    st.builds(ring, seconds, sid=callers, token=st.sampled_from(["", "t1", "t2"])),
    st.builds(choose, seconds, queues, st.integers(1, 3), sid=callers),
    st.builds(
        wait,
        seconds,
        queue_times,
        st.sampled_from(["hold", "leave:max_wait", "leave:odd", "", "leave:callback"]),
        queue=queues,
        visit=visits,
        sid=callers,
    ),
    st.builds(
        leave,
        seconds,
        results,
        queue_times,
        st.sampled_from(["end", "apology", "enqueue:sales/2", "menu:main"]),
        queue=queues,
        visit=visits,
        sid=callers,
    ),
    st.builds(connect, seconds, queue_times, leg=operators, queue=queues, sid=callers),
    st.builds(
        done,
        seconds,
        leg=operators,
        caller=st.sampled_from([CALLER, OTHER_CALLER, ""]),
        bridged=st.sampled_from([True, False, None]),
        talk=st.one_of(st.none(), st.integers(0, 90)),
        status=st.sampled_from(["completed", "no-answer", "failed"]),
    ),
    st.builds(
        end,
        seconds,
        sid=st.sampled_from(LEGS),
        status=st.sampled_from(["completed", "busy", "in-progress"]),
        CallDuration=queue_times,
    ),
    st.builds(
        event,
        seconds,
        st.sampled_from(["menu/main/?step=1", "menu/main/", "fallback/", "operator/"]),
        st.sampled_from(["menu:main", "message:information", "dial:support", ""]),
        sid=st.sampled_from(LEGS),
    ),
    st.builds(
        keys,
        seconds,
        st.sampled_from(["7", "8", "9", "*12", "*9", ""]),
        st.sampled_from(
            ["not_ready", "dial:support", "wrap_up", "wrap_up:a", "wrap_up:b"]
        ),
        leg=operators,
        about=st.sampled_from(["", CALLER, OTHER_CALLER]),
    ),
    st.builds(event, seconds, st.just("/internal/settle/"), sid=callers),
    st.builds(
        event,
        seconds,
        st.sampled_from(
            [
                *("recording/", "recording/?step=1", "voicemail/support/1/"),
                *("/internal/recording-deletion/", "/internal/recording-deleted/"),
            ]
        ),
        sid=st.sampled_from(LEGS),
        RecordingSid=st.sampled_from(["RE" + "a" * 32, "RE" + "b" * 32, "RE"]),
        RecordingStatus=st.sampled_from(["completed", "absent"]),
        At=st.sampled_from(["", "2026-10-05T01:00:02+00:00", "odd"]),
    ),
    st.builds(
        event,
        seconds,
        st.just("/internal/call-log/"),
        sid=st.sampled_from(LEGS),
        CallStatus=st.sampled_from(["completed", "no-answer", "in-progress"]),
        CallDuration=queue_times,
        StartTime=st.sampled_from(["", "Mon, 05 Oct 2026 01:00:02 +0000"]),
        Timestamp=st.sampled_from(["", "Mon, 05 Oct 2026 01:01:00 +0000"]),
    ),
)


def rows_of(history: History) -> list[Any]:
    """Every column of every derived row."""
    parts: list[list[Any]] = [
        [history.call],
        [one.entry for one in history.entries],
        [one.connection for one in history.entries],
        [one.callback for one in history.entries],
        history.ivr_steps,
        history.abandoned_calls,
        history.recordings,
        history.voicemails,
        history.operator_states,
    ]
    return [
        [
            [getattr(row, column.attname) for column in row._meta.concrete_fields]
            for row in part
            if row is not None
        ]
        for part in parts
    ]


def stored_once(events: list[WebhookEvent]) -> list[WebhookEvent]:
    """The events as they are stored: each request once, at its earliest receipt."""
    once: dict[str, WebhookEvent] = {}
    for one in sorted(events, key=lambda one: one.received_at):
        once.setdefault(one.dedup_key, one)
    return list(once.values())


def a_busy_call() -> list[WebhookEvent]:
    """Two visits, two operators, one of whom vanishes."""
    return [
        *sign_in(),
        *sign_in(-200, leg=OTHER_OPERATOR),
        ring(token="t1"),
        choose(5),
        wait(5, 0),
        wait(25, 20),
        connect(29, 24),
        done(30, bridged=False, talk=0),
        connect(31, 26, leg=OTHER_OPERATOR),
        done(80, leg=OTHER_OPERATOR, talk=45),
        keys(81, "*12", "wrap_up:billing", leg=OTHER_OPERATOR),
        keys(81, "*7", "wrap_up:claim", leg=OPERATOR, about=CALLER),
        keys(83, "7", "not_ready", leg=OTHER_OPERATOR, about=CALLER),
        keys(90, "*9", "not_ready", leg=OTHER_OPERATOR, about=CALLER),
        keys(97, "8", "dial:support", leg=OTHER_OPERATOR),
        leave(80.1, "bridged", 26, "enqueue:sales/2"),
        wait(82, 0, queue="sales", visit=2),
        leave(99, "hangup", 17, queue="sales", visit=2),
        end(99.3, CallDuration=99),
    ]


@pytest.mark.parametrize("sid", [CALLER, OPERATOR, OTHER_OPERATOR])
@given(order=st.permutations(a_busy_call()))
def test_a_busy_call_is_derived_the_same_in_any_order(sid, order):
    assert rows_of(derive(sid, order, RULES)) == rows_of(
        derive(sid, a_busy_call(), RULES)
    )


def test_an_abandoned_call_is_derived_the_same_in_every_order():
    events = [ring(), choose(5), wait(5, 0), leave(65, "hangup", 60), end(66)]
    plain = rows_of(derive(CALLER, events, RULES))

    for order in permutations(events):
        assert rows_of(derive(CALLER, order, RULES)) == plain


@given(data=st.data(), events=st.lists(any_event, min_size=1, max_size=12))
def test_any_events_are_derived_the_same_in_any_order(data, events):
    events = stored_once(events)
    order = data.draw(st.permutations(events))

    for sid in LEGS:
        if any(sid in (one.call_sid, one.other_sid) for one in events):
            assert rows_of(derive(sid, order, RULES)) == rows_of(
                derive(sid, events, RULES)
            )


@given(events=st.lists(any_event, min_size=1, max_size=12))
def test_any_events_keep_the_balance_and_every_constraint(events):
    history = derive(CALLER, [ring(), *stored_once(events)], RULES)

    entries = [one.entry for one in history.entries]
    assert history.call is not None
    if history.call.kind == "customer":
        assert history.call.entry_count == len(entries)
    assert len({entry.visit for entry in entries}) == len(entries)
    for one in history.entries:
        entry = one.entry
        assert entry.outcome in entry.Outcome.values
        assert (entry.outcome == "overflowed") == bool(entry.overflow_reason)
        assert entry.left_at is None or entry.left_at >= entry.entered_at
        assert entry.wait_seconds is None or entry.wait_seconds >= 0
        assert one.connection is None or entry.outcome == "answered"
        if entry.outcome in ("waiting", "unknown"):
            assert (entry.wait_seconds, entry.left_at) == (None, None)
    gave_up = [entry.visit for entry in entries if entry.outcome == "abandoned"]
    assert [row.visit for row in history.abandoned_calls] == gave_up
