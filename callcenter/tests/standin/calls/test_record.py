"""Record: what ends it, what is posted about it (docs/twilio.md 5.2, 5.3)."""

import pytest

from callcenter.tests.standin.server import CALLER, LINE, Server, play

RECORD = (
    '<Record action="/recorded" recordingStatusCallback="/recording" {}/>'
    "<Say>Never reached</Say>"
)


def server(attributes: str = "") -> Server:
    return Server(
        {
            "/incoming": RECORD.format(attributes),
            "/recorded": "<Hangup/>",
            "/recording": "",
        }
    )


def leave_message(served: Server, *deeds):
    """Speak for some seconds, press, hang up: each at a second from the start."""

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE)
        for at, deed in deeds:
            await exchange.clock.sleep(at - exchange.clock.seconds())
            deed(leg)

    return play(served, story)


def speak(seconds: float):
    return lambda leg: leg.speak("Please call me back", seconds)


def hang_up(leg):
    leg.hang_up()


def press(keys: str):
    return lambda leg: leg.press(keys)


@pytest.mark.parametrize(
    ("attributes", "deeds", "at", "duration", "digits"),
    [
        ("", [(0, speak(20))], 25.0, "25", ""),
        ('timeout="2"', [(0, speak(20))], 22.0, "22", ""),
        ("", [], 5.0, "5", ""),
        ('maxLength="10"', [(0, speak(20))], 10.0, "10", ""),
        ("", [(0, speak(20)), (12, press("7"))], 12.0, "12", "7"),
        ('finishOnKey="#"', [(0, speak(9)), (4, press("7"))], 14.0, "14", ""),
        ('finishOnKey="#"', [(0, speak(9)), (4, press("7#"))], 4.0, "4", "#"),
    ],
)
def test_recording_ends_with_silence_length_or_key(
    attributes, deeds, at, duration, digits
):
    served = server(attributes)

    exchange = leave_message(served, *deeds)

    (recording,) = exchange.recordings.values()
    (form,) = served.forms("/recorded")
    assert served.times("/recorded") == [at]
    names = (
        "RecordingSid",
        "RecordingDuration",
        "RecordingUrl",
        "Digits",
        "CallStatus",
    )
    assert [form[name] for name in names] == [
        recording.sid,
        duration,
        "https://api.twilio.com/2010-04-01/Accounts/AC"
        + "1" * 32
        + f"/Recordings/{recording.sid}",
        digits,
        "in-progress",
    ]


@pytest.mark.parametrize(
    ("attributes", "notes"), [("", ["beep"]), ('playBeep="false"', [])]
)
def test_tone_before_a_recording_is_no_file_to_be_fetched(attributes, notes):
    exchange = leave_message(server(attributes), (1, hang_up))

    (leg,) = exchange.calls.values()
    assert [one.text for one in leg.heard if one.verb == "note"] == notes
    assert not any(one.verb == "Play" for one in leg.heard)


def test_recording_of_a_caller_who_hangs_up_is_told_all_the_same():
    served = server()

    leave_message(served, (0, speak(20)), (8, hang_up))

    (form,) = served.forms("/recorded")
    names = ("RecordingDuration", "Digits", "CallStatus")
    assert [form[name] for name in names] == ["8", "hangup", "completed"]


def test_recording_tells_of_itself_without_the_standard_parameters():
    served = server()

    exchange = leave_message(served, (0, speak(26)))

    (leg,) = exchange.calls.values()
    (recording,) = exchange.recordings.values()
    assert served.forms("/recording") == [
        {
            "AccountSid": "AC" + "1" * 32,
            "CallSid": leg.sid,
            "ErrorCode": "0",
            "RecordingChannels": "1",
            "RecordingDuration": "31",
            "RecordingSid": recording.sid,
            "RecordingSource": "RecordVerb",
            "RecordingStartTime": "Tue, 24 Nov 2026 00:00:00 +0000",
            "RecordingStatus": "completed",
            "RecordingTrack": "both",
            "RecordingUrl": recording.url,
        }
    ]


def test_record_without_action_asks_its_own_document_again():
    served = Server({"/incoming": ["<Record/><Say>Never reached</Say>", "<Hangup/>"]})

    leave_message(served)

    assert served.paths() == ["/incoming", "/incoming", "/status"]
    assert "RecordingUrl" in served.forms("/incoming")[1]
