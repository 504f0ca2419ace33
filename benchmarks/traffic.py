"""Signed requests of whole calls, as bytes of HTTP ready to be sent."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

ACCOUNT_SID = "AC" + "b" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
BASE_URL = "http://127.0.0.1:8077"
LINE = "+815000000101"
OPERATOR = "+815000000201"
# How many callers one operator's leg is given.
CALLS_IN_A_SHIFT = 60


def sid() -> str:
    """A new CallSid."""
    return "CA" + uuid.uuid4().hex


def request(path: str, call_sid: str, number: str, **params: str) -> bytes:
    """One signed request with the parameters of a phone call (docs/twilio.md 12)."""
    form = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid,
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "From": number,
        "Caller": number,
        "To": LINE,
        "Called": LINE,
    }
    for side in ("From", "Caller", "To", "Called"):
        form |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": ""}
        form[f"{side}Country"] = "JP"
    form |= params
    signed = BASE_URL + path + "".join(name + form[name] for name in sorted(form))
    mac = hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1)
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8077\r\n"
        f"X-Twilio-Signature: {base64.b64encode(mac.digest()).decode()}\r\n"
        f"I-Twilio-Idempotency-Token: {uuid.uuid4()}\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def calls(connection: int) -> Iterator[bytes]:
    """Shifts of operators: every third caller gives up, the others are answered."""
    number = 0
    while True:
        if number % CALLS_IN_A_SHIFT == 0:
            leg = sid()
            yield request("/twilio/incoming/", leg, OPERATOR, CallStatus="ringing")
            yield request("/twilio/operator/?step=1&in=1", leg, OPERATOR)
        number += 1
        caller = f"+8190{connection:02d}{number % 1_000_000:06d}"
        yield from (
            _abandoned(sid(), caller)
            if number % 3 == 0
            else _answered(sid(), caller, leg)
        )


def heartbeats() -> Iterator[bytes]:
    """Wait requests of ever new callers, for the peer that only stores."""
    while True:
        yield request(
            "/plain/", sid(), "+819000000000", QueueTime="20", QueuePosition="1"
        )


def _waiting(call: str, caller: str) -> Iterator[bytes]:
    yield request("/twilio/incoming/", call, caller, CallStatus="ringing")
    menu = "/twilio/menu/main/?step=1&visits=0&again=0&lang=ja"
    yield request(menu, call, caller, Digits="1")
    for seconds in (0, 20):
        yield request(
            "/twilio/wait/support/1/?step=2&visits=1&lang=ja",
            call,
            caller,
            QueueTime=str(seconds),
            QueuePosition="1",
            CurrentQueueSize="1",
        )


def _abandoned(call: str, caller: str) -> Iterator[bytes]:
    yield from _waiting(call, caller)
    exit_path = "/twilio/queue-exit/support/1/?step=2&visits=1&lang=ja"
    yield request(exit_path, call, caller, QueueResult="hangup", QueueTime="35")
    yield _end(call, caller, "45")


def _answered(call: str, caller: str, leg: str) -> Iterator[bytes]:
    yield from _waiting(call, caller)
    connect = {"QueueTime": "25", "DequeingCallSid": leg}
    yield request("/twilio/connect/?step=3&queue=support", call, caller, **connect)
    exit_path = "/twilio/queue-exit/support/1/?step=2&visits=1&lang=ja"
    yield request(exit_path, call, caller, QueueResult="bridged", QueueTime="25")
    yield request(
        "/twilio/operator/done/?step=3&in=1&queue=support",
        leg,
        OPERATOR,
        DialCallStatus="completed",
        DialCallSid=call,
        DialCallDuration="60",
        DialBridged="true",
    )
    yield _end(call, caller, "95")


def _end(call: str, caller: str, seconds: str) -> bytes:
    return request(
        "/twilio/status/",
        call,
        caller,
        CallStatus="completed",
        CallDuration=seconds,
        SequenceNumber="0",
    )
