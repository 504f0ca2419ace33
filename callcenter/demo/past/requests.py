"""Requests as Twilio sends them and we record them: complete, with our own URLs.

Parameter sets are reference 12, the addresses those that `flow.links` hands out (a test
follows them through the flow). No database.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random

from callcenter.demo.model import Origin

Form = dict[str, str]

# Of the TwiML App that browsers call; of no real account.
APPLICATION_SID = "AP6db29291c710acbb27e3d5606212c6a0"
_CLIENT = "client:"


@dataclass(frozen=True, slots=True)
class Request:
    """One line of an event file; `at` in POSIX seconds, to the microsecond."""

    at: float
    path: str
    form: Form
    decision: str
    token: str

    @property
    def received_at(self) -> datetime:
        """When we received it."""
        return moment(self.at)


def moment(at: float) -> datetime:
    """POSIX seconds as an aware moment."""
    return datetime.fromtimestamp(at, UTC)


def call_sid(random: Random) -> str:
    """The SID of a new leg."""
    return f"CA{random.getrandbits(128):032x}"


def token(random: Random) -> str:
    """An idempotency token, as Twilio makes one for each request."""
    text = f"{random.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def common(sid: str, origin: Origin, to: str) -> Form:
    """What every request about a leg carries; a browser has no country and no To."""
    form = {
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "From": origin.number,
        "Caller": origin.number,
        "To": to,
        "Called": to,
    }
    if origin.number.startswith(_CLIENT):
        return form | {"ApplicationSid": APPLICATION_SID}
    for prefix in ("From", "Caller"):
        form[f"{prefix}City"] = origin.city
        form[f"{prefix}State"] = origin.state
        form[f"{prefix}Zip"] = origin.zip_code
        form[f"{prefix}Country"] = origin.country
    for prefix in ("To", "Called"):
        form[f"{prefix}City"] = form[f"{prefix}State"] = form[f"{prefix}Zip"] = ""
        form[f"{prefix}Country"] = "JP"
    return form


def keys(pressed: str) -> Form:
    """What a Gather adds; nothing where the caller kept silent."""
    if not pressed:
        return {}
    return {"Digits": pressed, "FinishedOnKey": "", "msg": "Gather End"}


def waiting(
    queue_sid: str, *, position: int, seconds: int, average: int, size: int
) -> Form:
    """What a wait request adds (reference 2.6)."""
    return {
        "QueueSid": queue_sid,
        "QueuePosition": str(position),
        "QueueTime": str(seconds),
        "AvgQueueTime": str(average),
        "CurrentQueueSize": str(size),
        "MaxQueueSize": "1000",
    }


def left(result: str, queue_sid: str, seconds: int) -> Form:
    """What the request of an Enqueue action adds (reference 2.3)."""
    return {
        "QueueResult": result,
        "QueueSid": queue_sid,
        "QueueTime": str(seconds),
    }


def taken(queue_sid: str, seconds: int, operator_sid: str) -> Form:
    """What a Queue url request adds (reference 3.2); the spelling is Twilio's."""
    return {
        "QueueSid": queue_sid,
        "QueueTime": str(seconds),
        "DequeingCallSid": operator_sid,
    }


def dialled(caller_sid: str, seconds: int, *, is_bridged: bool) -> Form:
    """What a Dial action adds after a caller came on the line (reference 3.4)."""
    return {
        "DialCallStatus": "completed",
        "DialCallSid": caller_sid,
        "DialCallDuration": str(seconds),
        "DialBridged": "true" if is_bridged else "false",
    }


def ended(at: float, seconds: int) -> Form:
    """What the number's status callback adds; Duration counts begun minutes."""
    return {
        "CallStatus": "completed",
        "CallDuration": str(seconds),
        "Duration": str(max(1, -(-seconds // 60))),
        "Timestamp": format_datetime(moment(int(at))),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
    }
