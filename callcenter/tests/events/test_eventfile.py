"""One line, one request: what is stored of it, and which two are the same one."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from callcenter.events.eventfile import (
    UnreadableLine,
    event_of_line,
    event_of_request,
    line_of_event,
)
from callcenter.params import InvalidParams
from callcenter.tests.sample_events import CALLER, OPERATOR, at, event

RECORDING = "RE" + "a" * 32


def line(**fields: object) -> str:
    usual = {
        "at": "2026-11-22T01:02:03.456789Z",
        "path": "/twilio/wait/support/1/?step=2",
        "params": {"CallSid": CALLER, "QueueTime": "20", "QueuePosition": "3"},
        "decision": "hold",
        "token": "t1",
    }
    return json.dumps(usual | fields)


def test_a_line_gives_an_event_and_the_event_the_line():
    text = line()

    assert json.loads(line_of_event(event_of_line(text))) == json.loads(text)


def test_typed_columns_are_filled_from_path_query_and_form():
    kept = event_of_line(line())

    assert (kept.kind, kept.queue, kept.visit, kept.step) == ("wait", "support", 1, 2)
    assert (kept.position, kept.queue_time_seconds, kept.decision) == (3, 20, "hold")
    assert kept.received_at == datetime(2026, 11, 22, 1, 2, 3, 456789, UTC)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/twilio/incoming/", "incoming"),
        ("/twilio/menu/main/", "menu"),
        ("/twilio/wait/support/1/", "wait"),
        ("/twilio/queue-exit/support/1/", "queue-exit"),
        ("/twilio/connect/?queue=support", "connect"),
        ("/twilio/operator/?step=2&in=1", "operator"),
        ("/twilio/operator/done/", "operator-done"),
        ("/twilio/client/", "client"),
        ("/twilio/voicemail/support/1/", "voicemail"),
        ("/twilio/recording/", "recording"),
        ("/twilio/status/", "status"),
        ("/twilio/fallback/", "fallback"),
        ("/internal/settle/", "internal"),
    ],
)
def test_every_path_of_the_contract_has_its_kind(path, kind):
    assert event_of_line(line(path=path)).kind == kind


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        "7",
        "[" * 100_000,
        line(at="2026-11-22T01:02:03"),
        line(at="yesterday"),
        line(at=5),
        line(at="0001-01-01T00:00:00+23:59"),
        line(path="/twilio/nowhere/"),
        line(path="/admin/"),
        line(path=7),
        line(params=[]),
        line(token=7),
        line(decision=["hold"]),
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(broken):
    with pytest.raises(UnreadableLine):
        event_of_line(broken)


@pytest.mark.parametrize("sid", ["", "CA12", "XX" + "a" * 32, "CA" + "g" * 32, None])
def test_a_request_without_a_call_is_refused(sid):
    with pytest.raises(InvalidParams):
        event_of_line(line(params={"CallSid": sid}))


def test_an_act_of_ours_may_name_an_operator_instead_of_a_call():
    kept = event_of_line(line(path="/internal/desk/ready/", params={"Operator": "x"}))

    assert (kept.kind, kept.call_sid) == ("internal", "")


@pytest.mark.parametrize(
    ("params", "column", "value"),
    [
        ({"QueueTime": "-1"}, "queue_time_seconds", None),
        ({"QueueTime": "12.5"}, "queue_time_seconds", None),
        ({"QueueTime": "99999999999999999999"}, "queue_time_seconds", None),
        ({"QueueTime": "١٢"}, "queue_time_seconds", None),
        ({"QueuePosition": "first"}, "position", None),
        ({"DequeingCallSid": "CA12"}, "other_sid", ""),
        ({"Digits": "9" * 1000}, "input", "9" * 255),
    ],
)
def test_what_fits_no_column_is_empty_there_and_kept_in_the_form(params, column, value):
    kept = event_of_line(line(params={"CallSid": CALLER} | params))

    assert getattr(kept, column) == value
    assert kept.params == {"CallSid": CALLER} | params


@pytest.mark.parametrize("visit", ["0", "32768", "99999999999", "x", "-1", "1.5"])
def test_a_visit_that_cannot_be_is_none(visit):
    assert event_of_line(line(path=f"/twilio/wait/support/{visit}/")).visit is None


def test_secrets_are_dropped_and_odd_characters_kept_escaped():
    kept = event_of_request(
        path="/twilio/status/",
        form={
            "CallSid": CALLER,
            "AccountSid": "AC" + "1" * 32,
            "CallToken": "secret",
            "StirPassportToken": "secret",
            "CallerName": "a\x00b\ud800c",
            "Odd\x00Name": ["x", "y\x00"],
        },
        received_at=at(0),
    )

    assert kept.params == {
        "CallSid": CALLER,
        "CallerName": "a\\u0000b\\ud800c",
        "Odd\\u0000Name": ["x", "y\\u0000"],
    }


def test_a_nul_in_our_query_is_kept_escaped():
    assert event(0, "connect/?queue=a%00b").queue == "a\\u0000b"


def test_values_of_other_types_are_kept_as_text():
    params = {"CallSid": CALLER, "A": 7, "B": None, "C": [1, [2, ["x"]]], "D": {"e": 1}}

    assert event_of_line(line(params=params)).params == {
        "CallSid": CALLER,
        "A": "7",
        "B": "",
        "C": ["1", '[2, ["x"]]'],
        "D": '{"e": 1}',
    }


@pytest.mark.parametrize("depth", [40, 400])
def test_nested_lists_take_no_more_room_than_they_have(depth):
    params = {"CallSid": CALLER, "A": json.loads("[" * depth + "]" * depth)}

    kept = event_of_line(line(params=params)).params["A"]

    assert kept == ["[" * (depth - 1) + "]" * (depth - 1)]


def test_no_depth_of_nesting_is_more_than_a_reason_to_refuse():
    text = line(params={"CallSid": CALLER, "A": "deep"})

    for depth in range(300, 1_000):
        with suppress(UnreadableLine):
            event_of_line(text.replace('"deep"', "[" * depth + "]" * depth))


@pytest.mark.parametrize(
    ("path", "digits"),
    [
        ("/twilio/operator/?step=1", None),
        ("/twilio/operator/?step=1&again=2", None),
        ("/twilio/operator/?step=1&in=0", None),
        ("/twilio/operator/?step=1&in=1", "9"),
        ("/twilio/menu/main/?step=1", "9"),
    ],
)
def test_what_is_typed_while_a_pin_is_asked_is_never_kept(path, digits):
    params = {"CallSid": CALLER, "Digits": "9"}

    assert event_of_line(line(path=path, params=params)).params.get("Digits") == digits


@pytest.mark.parametrize(
    ("query", "digits", "other"),
    [
        ("in=1&about=", "*12", "the caller"),
        ("in=1&about=", "*", "the caller"),
        # No code, and no other key concerns the caller.
        ("in=1&about=", "7", ""),
        ("in=1&about=", "12", ""),
        ("about=", "*12", ""),
    ],
)
def test_code_that_an_operator_types_names_the_caller_of_our_url(query, digits, other):
    path = f"/twilio/operator/?step=8&{query}{CALLER}"
    params = {"CallSid": OPERATOR, "Digits": digits}

    named = event_of_line(line(path=path, params=params)).other_sid

    assert named == (CALLER if other else "")


def test_code_names_nobody_where_our_url_names_no_leg():
    path = "/twilio/operator/?step=8&in=1&about=CA%00"
    params = {"CallSid": OPERATOR, "Digits": "*12"}

    assert event_of_line(line(path=path, params=params)).other_sid == ""


def test_requests_are_the_same_by_token_else_by_path_query_and_content():
    plain = event(0, "status/", CallDuration=5)

    assert event(9, "status/", CallDuration=5).dedup_key == plain.dedup_key
    assert event(0, "status/", CallDuration=6).dedup_key != plain.dedup_key
    assert event(0, "status/?x=1", CallDuration=5).dedup_key != plain.dedup_key
    one = event(0, "status/", CallDuration=5, token="t1")
    assert event(9, "status/", CallDuration=6, token="t1").dedup_key == one.dedup_key
    assert event(0, "status/", CallDuration=5, token="t2").dedup_key != one.dedup_key


@pytest.mark.parametrize(
    ("path", "named", "other"),
    [
        ("connect/", {"DequeingCallSid": OPERATOR}, OPERATOR),
        ("operator/done/", {"DialCallSid": OPERATOR}, OPERATOR),
        (
            "operator/done/",
            {"DequeingCallSid": CALLER, "DialCallSid": OPERATOR},
            OPERATOR,
        ),
        (
            "operator/done/",
            {"DequeingCallSid": OPERATOR, "DialCallSid": CALLER},
            OPERATOR,
        ),
        ("operator/done/", {"DequeingCallSid": CALLER}, ""),
        ("status/", {"ParentCallSid": OPERATOR}, OPERATOR),
        ("status/", {"DialCallSid": OPERATOR}, ""),
    ],
)
def test_the_other_leg_a_request_names(path, named, other):
    assert event(0, path, **named).other_sid == other


def test_a_voicemails_recording_is_kept_in_the_form():
    kept = event(0, "voicemail/support/1/", RecordingSid=RECORDING)

    assert kept.params["RecordingSid"] == RECORDING
