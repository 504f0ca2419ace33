"""The simplest calls: what is heard, how they end, what is told of the end."""

from callcenter.standin.legs import Heard
from callcenter.tests.standin.office import CALLER, LINE, START, Office, call, only


def test_call_is_answered_hears_a_sentence_and_is_ended_by_the_system():
    office = Office({"/incoming": '<Say language="ja-JP">こんにちは</Say><Hangup/>'})

    leg = only(call(office))

    assert leg.heard == [Heard(1, START, "Say", "こんにちは", "ja-JP", 0.71)]
    assert (leg.status, leg.hung_up_by, leg.doing) == ("completed", "system", "over")
    assert office.paths() == ["/incoming", "/status"]


def test_first_request_has_the_whole_set_of_parameters():
    office = Office({"/incoming": "<Hangup/>"})

    leg = only(call(office))

    (form,) = office.forms("/incoming")
    assert form.pop("CallToken").startswith("%7B%22parentCallInfoToken%22")
    places = {"City": "", "State": "", "Zip": "", "Country": "JP"}
    assert form == {
        "AccountSid": "AC" + "1" * 32,
        "ApiVersion": "2010-04-01",
        "CallSid": leg.sid,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": CALLER,
        "Caller": CALLER,
        "To": LINE,
        "Called": LINE,
        **{
            end + place: value
            for end in ("From", "Caller", "To", "Called")
            for place, value in places.items()
        },
    }


def test_end_of_the_call_is_told_once_with_its_length():
    office = Office(
        {"/incoming": '<Pause length="1"/><Say>Hi</Say><Pause length="65"/>'}
    )

    call(office)

    (form,) = office.forms("/status")
    told = ("CallStatus", "CallDuration", "Duration", "Timestamp", "SequenceNumber")
    assert [form[name] for name in told] == [
        "completed",
        "65",
        "2",
        "Tue, 24 Nov 2026 00:01:06 +0000",
        "0",
    ]
    assert form["CallbackSource"] == "call-progress-events"
