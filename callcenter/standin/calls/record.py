"""Record, and what is reported of recordings (docs/twilio.md 5.2, 5.3)."""

from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from callcenter.standin.calls.legs import Ended, Leg
from callcenter.standin.calls.recordings import Recording
from callcenter.standin.calls.script import Jump, Script
from callcenter.standin.calls.sids import new_sid
from callcenter.standin.twiml.document import Document, Element

if TYPE_CHECKING:
    from callcenter.standin.calls.exchange import Exchange

TIMEOUT = 5
LONGEST = 3600
ANY_KEY = "0123456789*#"


async def record(script: Script, verb: Element, document: Document) -> Jump:
    """Record until a key, silence, the greatest length or the end of the call.

    What follows is the action, or else the document's own URL: verbs after it are
    never reached.
    """
    leg, clock = script.leg, script.exchange.clock
    leg.forget_input()
    leg.set_doing("recording")
    if verb.is_true("playBeep", default=True):
        leg.note("beep")
    began, moment = clock.seconds(), clock.now()
    url = script.resolve(document, verb.get("action"))
    method = verb.get("method", "POST")
    try:
        digits = await _until_done(script, verb, began)
    except Ended:
        seconds = round(clock.seconds() - began)
        made = keep(script.exchange, leg, "RecordVerb", moment, seconds)
        form = {**_form(made), "Digits": "hangup"}
        script.send("record", url, method, form, status="completed", is_callback=True)
        send_callback(script, verb, document, made)
        raise
    made = keep(
        script.exchange, leg, "RecordVerb", moment, round(clock.seconds() - began)
    )
    send_callback(script, verb, document, made)
    return Jump(url, method, {**_form(made), "Digits": digits}, "record")


async def _until_done(script: Script, verb: Element, began: float) -> str:
    """Give the key that ended it, empty for silence or length."""
    leg, clock = script.leg, script.exchange.clock
    keys = verb.get("finishOnKey", ANY_KEY)
    longest = verb.seconds("maxLength", LONGEST)
    silence = verb.seconds("timeout", TIMEOUT)
    while True:
        silent = max(began, leg.speaks_until) + silence
        left = min(began + longest, silent) - clock.seconds()
        if left <= 1e-6:
            return ""
        await leg.wait_for_input(left)
        pressed = [key for key in leg.keys if key in keys]
        leg.forget_input()
        if pressed:
            return pressed[0]


def record_dial(
    script: Script, verb: Element, document: Document, moment: datetime, seconds: int
) -> dict[str, str]:
    """What the action of a Dial says of the recording of its conversation, if any.

    It began at `moment`. Its callback is sent (docs/twilio.md 3.5, 5.3).
    """
    asked = verb.get("record", "do-not-record")
    if asked == "do-not-record":
        return {}
    made = keep(script.exchange, script.leg, "DialVerb", moment, seconds)
    made.channels = 2 if asked.endswith("dual") else 1
    send_callback(script, verb, document, made)
    return _form(made)


def keep(
    exchange: "Exchange", leg: Leg, source: str, moment: datetime, seconds: int
) -> Recording:
    """Add a recording that was made of a leg."""
    sid = new_sid("RE", exchange.random)
    account = f"https://api.twilio.com/2010-04-01/Accounts/{exchange.account.sid}"
    made = Recording(
        sid, leg.sid, source, moment, seconds, f"{account}/Recordings/{sid}"
    )
    exchange.recordings[sid] = made
    return made


def send_callback(
    script: Script, verb: Element, document: Document, made: Recording
) -> None:
    """Send the recording's status callback, if asked for (docs/twilio.md 12.12)."""
    url = verb.get("recordingStatusCallback")
    events = verb.get("recordingStatusCallbackEvent", "completed").split()
    if not url or made.status not in events:
        return
    form = {
        "AccountSid": script.exchange.account.sid,
        "CallSid": made.call_sid,
        "ErrorCode": "0",
        "RecordingChannels": str(made.channels),
        "RecordingDuration": str(made.duration),
        "RecordingSid": made.sid,
        "RecordingSource": made.source,
        "RecordingStartTime": format_datetime(made.started_at),
        "RecordingStatus": made.status,
        "RecordingTrack": made.track,
        "RecordingUrl": made.url,
    }
    script.exchange.delivery.send(
        script.leg,
        "recording",
        script.resolve(document, url),
        verb.get("recordingStatusCallbackMethod", "POST"),
        form,
        is_callback=True,
    )


def _form(made: Recording) -> dict[str, str]:
    return {
        "RecordingUrl": made.url,
        "RecordingSid": made.sid,
        "RecordingDuration": str(made.duration),
    }
