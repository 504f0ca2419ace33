"""What a captured call says of the open questions about Twilio. No database."""

import json

import pytest

from callcenter.capture import reading
from callcenter.capture.findings import Capture, Captured, findings, unanswerable
from callcenter.events.eventfile import line_of_event
from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OTHER_CALLER,
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


def found(*events: WebhookEvent, **extra: object) -> dict[str, str]:
    """The answers by what was asked."""
    requests = [Captured(one, dict(extra)) for one in events]
    return {one.what: one.answer for one in findings(Capture(requests))}


def talk(**action) -> list[WebhookEvent]:
    return [
        *sign_in(-300),
        ring(),
        choose(5),
        wait(6, 0, MaxQueueSize=100),
        connect(36, 31),
        done(160, **({"talk": 120} | action)),
        leave(160.2, "bridged", 31, CallStatus="in-progress"),
        end(161, Timestamp="Mon, 05 Oct 2026 01:02:41 +0000"),
    ]


def test_dial_action_of_a_queue_is_read():
    answers = found(*talk())

    assert answers["DialCallSid on the Dial action after <Queue>"] == "yes (1 of 1)"
    assert answers["... DialCallSid is"] == "the caller's CallSid (1)"
    assert answers["DialBridged on the Dial action after <Queue>"] == "yes (1 of 1)"
    assert answers["... DialCallDuration is"] == (
        "120 s (it is 124.0 s from connect, 160.0 s from the caller's ring;"
        " nearest: connect)"
    )
    assert answers["DequeingCallSid in the Queue url request"] == "yes (1 of 1)"
    assert answers["DequeingCallSid on the Dial action after <Queue>"] == "no (0 of 1)"
    assert answers["MaxQueueSize in wait requests"] == "yes (1 of 1)"
    assert answers["QueueResult bridged"] == "yes (1)"
    assert answers["QueueTime with and without the announcement"] == (
        "31 s at the connect, 31 s at the exit"
    )


def test_dial_action_that_is_otherwise_is_said_to_be():
    age = found(*talk(talk=158, caller=""))
    assert age["DialCallSid on the Dial action after <Queue>"] == "no (0 of 1)"
    assert age["... DialCallSid is"] == ""
    assert "nearest: the caller's ring" in age["... DialCallDuration is"]

    other = found(*talk(caller=OTHER_CALLER))
    assert other["... DialCallSid is"] == "another SID (1)"


def test_dial_without_a_caller_is_no_conversation():
    answers = found(
        *sign_in(-300), done(-10, caller="", bridged=None, status="no-answer")
    )

    assert answers["DialCallSid on the Dial action after <Queue>"] == ""
    assert answers["DialCallStatus where no caller came"] == "no-answer (1)"


def test_enqueue_action_of_a_caller_who_hangs_up_is_read():
    answers = found(
        ring(),
        choose(5),
        leave(65, "hangup", 60, CallStatus="completed", QueueSid="QU" + "5" * 32),
        end(66, Timestamp="Mon, 05 Oct 2026 01:01:04 +0000"),
    )

    assert answers["CallStatus of the Enqueue action with hangup"] == "completed (1)"
    assert answers["... QueueSid with hangup"] == "yes (1 of 1)"
    assert answers["... hangup received, after the call's end"] == "+1.0 s"
    assert answers["CallStatus of the Enqueue action with queue-full"] == ""


def test_tokens_and_repeats_are_counted_by_kind():
    answers = found(
        ring(token="t1"), ring(1, token="t1"), end(60), end(61, sid=OPERATOR, token="t")
    )

    token = "I-Twilio-Idempotency-Token on"
    assert answers[f"{token} incoming"] == "yes (2 of 2)"
    assert answers[f"{token} status"] == "sometimes (1 of 2)"
    assert f"{token} menu" not in answers
    assert answers["requests that came again with the same token"] == "1"


def test_status_callback_and_new_parameters_are_listed():
    answers = found(
        ring(NewThing="x"), end(60, SipResponseCode=200), names=["b", "AccountSid"]
    )

    assert answers["SipResponseCode in the status callback"] == "yes (1 of 1)"
    assert answers["all parameters of the status callback"] == "AccountSid, b"
    assert answers["parameters that the reference does not know"] == (
        "incoming: b; status: b"
    )
    assert answers["parameters in the order of the alphabet"] == "0 of 2"


def test_name_of_a_caller_in_other_letters_is_counted():
    answers = found(ring(CallerName="(removed)"), not_ascii=["CallerName"])

    assert answers["... with letters that are not ASCII"] == "1 of 1"
    assert found(ring())["CallerName"] == ""


def test_empty_file_answers_nothing_and_fails_nowhere():
    answers = found()

    assert answers["QueueResult bridged"] == ""
    assert answers["largest form"] == "0 bytes"


def test_every_open_question_is_answered_or_said_to_be_open():
    asked = {one.question for one in findings(Capture([]))}
    asked |= {line.split()[0] for line in unanswerable()}
    asked |= {"15.7"}  # of each kind that came

    assert {f"15.{number}" for number in range(1, 13)} == asked - {""}


@pytest.mark.parametrize("extra", [{}, {"capture": 5}, {"capture": {"names": "x"}}])
def test_any_event_file_is_read_with_the_history_of_its_calls(tmp_path, extra):
    events = [*talk(), keys(170, "*12", "wrap_up:billing", about=CALLER)]
    file = tmp_path / "events.jsonl"
    written = [json.loads(line_of_event(one)) | extra for one in events]
    rows = "\n".join(map(json.dumps, written))
    file.write_text(f"{rows}\nno JSON\n", "utf-8")

    read = reading.read(file)

    assert (len(read.requests), read.rejected) == (len(events), 1)
    assert list(reading.calls(read)) == [
        f"{OPERATOR}  operator, ready > talking > wrap_up",
        f"{CALLER}  customer, answered, 161 s, support: answered after 31 s,"
        " talk 120 s by dial, code billing",
    ]
    assert len(findings(read.capture)) > 20


def test_event_that_names_nobody_is_read():
    assert found(event(0, "fallback/", ErrorCode=11205))["QueueResult bridged"] == ""
