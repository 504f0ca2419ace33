"""Requests to be sent at once, and what Twilio must not notice of it."""

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command

from callcenter.demo.setup.installation import LINE
from callcenter.models import WebhookEvent
from callcenter.tests.history_rows import history_rows
from callcenter.tests.roads.test_live import requests_of
from callcenter.tests.roads.workers import quiet_rows
from callcenter.tests.twilio_client import ACCOUNT_SID, TwilioClient, sid, voice_form

# Deriving holds an answer up by 2 s at most; the rest is what a busy machine adds.
SECONDS_TO_ANSWER = 4
# The place of the next request, in a document.
_PLACE = re.compile(r"step=\d+&amp;visits=\d+")
CALLER = "+815000000301"
OPERATOR = "+815000000201"


@dataclass(frozen=True)
class Request:
    """One request of Twilio's, which may be sent more than once."""

    path: str
    form: dict[str, Any]
    token: str


@dataclass(frozen=True)
class Answered:
    """What came back, and how long it took."""

    token: str
    path: str
    status: int
    text: str
    seconds: float


def post(twilio: TwilioClient, request: Request) -> Answered:
    """Posts a request, signed, and takes the time."""
    begun = time.monotonic()
    form = voice_form() | {"AccountSid": ACCOUNT_SID} | request.form
    answer = twilio.send(request.path, form, idempotency=request.token)
    seconds = time.monotonic() - begun
    return Answered(
        request.token, request.path, answer.status_code, answer.text, seconds
    )


def request(path: str, call: str, **form: Any) -> Request:
    """A request about a call, under a token of its own."""
    who = {"CallSid": call, "From": CALLER, "To": LINE, "CallStatus": "in-progress"}
    return Request(f"/twilio/{path}", who | form, sid("token-"))


def recorded(name: str) -> list[Request]:
    """The requests of a recorded call."""
    lines = requests_of(name)
    return [Request(line["path"], line["params"], line["token"]) for line in lines]


def entering(call: str, **who: Any) -> list[Request]:
    """A caller rings, presses 1 and waits."""
    return [
        request("incoming/", call, CallStatus="ringing", **who),
        request("menu/main/?step=1&visits=0", call, Digits="1", **who),
        request("wait/support/1/?step=2", call, QueueTime="0", **who),
    ]


def giving_up(call: str, *, seconds: int = 60, **who: Any) -> Request:
    """The caller hangs up while waiting."""
    form = {"QueueResult": "hangup", "QueueTime": str(seconds), **who}
    return request("queue-exit/support/1/?step=3", call, **form)


def taken(call: str, leg: str, *, seconds: int = 60, **who: Any) -> Request:
    """An operator is given the caller."""
    form = {"DequeingCallSid": leg, "QueueTime": str(seconds), **who}
    return request("connect/?queue=support&step=3", call, **form)


def sign_in(leg: str) -> list[Request]:
    """An operator dials in and asks for calls."""
    return [
        request("incoming/", leg, From=OPERATOR, CallStatus="ringing"),
        request("operator/?step=2&queue=support&in=1", leg, From=OPERATOR),
    ]


def dial_over(call: str, leg: str) -> Request:
    """The operator's conversation with the caller is over."""
    form = {"DialCallSid": call, "DialCallStatus": "completed", "DialBridged": "true"}
    form |= {"DialCallDuration": "58", "From": OPERATOR}
    return request("operator/done/?queue=support&step=3&in=1", leg, **form)


def after(
    moment: threading.Event, send: Callable[[Request], Answered], request: Request
) -> Answered:
    """Sends when something has happened."""
    assert moment.wait(5)
    return send(request)


def assert_nobody_noticed(answers: Iterable[Answered]) -> None:
    """Every request has its answer in time, a repeated one the same again."""
    texts: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        assert answer.status in (200, 204), answer
        assert answer.seconds < SECONDS_TO_ANSWER, answer
        if _says_all(answer.path):
            texts[answer.token].add(_repeated(answer))
    unlike = [sorted(each) for each in texts.values() if len(each) > 1]
    assert unlike == [], unlike


def _repeated(answer: Answered) -> str:
    """What a repeat must say again.

    Of a wait document it is whether the caller waits on. Whether an operator is signed
    in is said as it is at that moment, and on a busy machine one may sign in between.

    A call redirected to the voice URL has no place in its URL. The place that is handed
    out is then looked up, and the rest of the document must be the same.
    """
    if answer.path.startswith("/twilio/wait/"):
        return "leave" if "<Leave" in answer.text else "hold"
    if answer.path == "/twilio/incoming/":
        return _PLACE.sub("", answer.text)
    return answer.text


def _says_all(path: str) -> bool:
    """Whether a URL has all that its answer depends on.

    Some recorded ones lack who is signed in, or the number of visits. That is then
    looked up, and depends on what has arrived until then.
    """
    if path.startswith("/twilio/operator/"):
        return False
    if path.startswith(("/twilio/wait/", "/twilio/queue-exit/")):
        return "step=" in path
    return not path.startswith("/twilio/menu/") or "visits=" in path


def derive_the_rest() -> None:
    """What was not derived before its answer is derived now."""
    call_command("rebuild_calls", "--pending")
    assert list(WebhookEvent.objects.pending()) == []


def assert_as_in_a_quiet_run(folder: Path) -> None:
    """The history is the one that one worker makes of the same events."""
    raced = history_rows()
    quiet = quiet_rows(folder)
    for table, rows in quiet.items():
        assert raced[table] == rows, table
