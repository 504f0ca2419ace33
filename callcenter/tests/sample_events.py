"""Events for tests, by seconds from the start of a call."""

from datetime import UTC, datetime, timedelta
from typing import Any

from callcenter.events.eventfile import event_of_request
from callcenter.models import WebhookEvent

START = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)
CALLER = "CA" + "c" * 32
OTHER_CALLER = "CA" + "d" * 32
OPERATOR = "CA" + "0" * 32
OTHER_OPERATOR = "CA" + "1" * 32
CALLER_NUMBER = "+815000000999"
OPERATOR_NUMBER = "+815000000201"
LINE = "+815000000101"
SUPPORT_SID = "QU" + "5" * 32


def at(seconds: float) -> datetime:
    """A moment so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def event(
    seconds: float,
    path: str,
    decision: str = "",
    *,
    sid: str = CALLER,
    token: str = "",
    **params: Any,
) -> WebhookEvent:
    """An unsaved event of a leg; `path` without /twilio/."""
    number = OPERATOR_NUMBER if sid in (OPERATOR, OTHER_OPERATOR) else CALLER_NUMBER
    form = {"CallSid": sid, "From": number, "To": LINE, "Direction": "inbound"}
    form |= {name: str(value) for name, value in params.items()}
    full = path if path.startswith("/") else f"/twilio/{path}"
    return event_of_request(
        path=full, form=form, received_at=at(seconds), token=token, decision=decision
    )


def ring(seconds: float = 0, **params: Any) -> WebhookEvent:
    """The call rings; the caller is asked the main menu."""
    return event(seconds, "incoming/", "menu:main", CallStatus="ringing", **params)


def choose(
    seconds: float = 5, queue: str = "support", visit: int = 1, **params: Any
) -> WebhookEvent:
    """The caller presses 1 and is put into a queue."""
    decision = f"enqueue:{queue}/{visit}"
    return event(seconds, "menu/main/?step=1", decision, Digits="1", **params)


def wait(
    seconds: float,
    queue_time: int | str,
    decision: str = "hold",
    *,
    queue: str = "support",
    visit: int = 1,
    **params: Any,
) -> WebhookEvent:
    """Twilio requests the wait document, for the first time or again."""
    params |= {"QueueTime": queue_time, "QueuePosition": 1, "QueueSid": SUPPORT_SID}
    return event(seconds, f"wait/{queue}/{visit}/?step=2", decision, **params)


def leave(
    seconds: float,
    result: str,
    queue_time: int | str | None = None,
    decision: str = "end",
    *,
    queue: str = "support",
    visit: int = 1,
    **params: Any,
) -> WebhookEvent:
    """The caller has left the queue."""
    params |= {"QueueResult": result}
    if queue_time is not None:
        params |= {"QueueTime": queue_time}
    return event(seconds, f"queue-exit/{queue}/{visit}/?step=2", decision, **params)


def connect(
    seconds: float,
    queue_time: int | str,
    *,
    leg: str = OPERATOR,
    queue: str = "support",
    **params: Any,
) -> WebhookEvent:
    """An operator's leg is given the caller, who hears the announcement."""
    params |= {"QueueTime": queue_time, "DequeingCallSid": leg}
    return event(seconds, f"connect/?queue={queue}", "announce", **params)


def done(
    seconds: float,
    *,
    leg: str = OPERATOR,
    caller: str = CALLER,
    bridged: bool | None = True,
    talk: int | None = None,
    status: str = "completed",
    **params: Any,
) -> WebhookEvent:
    """The operator's Dial is over."""
    params |= {"DialCallStatus": status}
    if caller:
        params |= {"DialCallSid": caller}
    if bridged is not None:
        params |= {"DialBridged": "true" if bridged else "false"}
    if talk is not None:
        params |= {"DialCallDuration": talk}
    path = "operator/done/?queue=support"
    return event(seconds, path, "wrap_up", sid=leg, **params)


def keys(
    seconds: float,
    digits: str,
    decision: str,
    *,
    leg: str = OPERATOR,
    about: str = "",
    **params: Any,
) -> WebhookEvent:
    """An operator types between two calls; `about` is the caller that our URL names."""
    path = f"operator/?step=8&in=1&about={about}" if about else "operator/?step=8&in=1"
    return event(seconds, path, decision, sid=leg, Digits=digits, **params)


def sign_in(seconds: float = -300, *, leg: str = OPERATOR) -> list[WebhookEvent]:
    """An operator dials in, gives the PIN and asks for calls."""
    return [
        event(seconds, "incoming/", "operator", sid=leg),
        event(seconds + 1, "operator/?step=1", "ask_pin", sid=leg),
        event(seconds + 6, "operator/?step=2", "dial:support", sid=leg),
    ]


def end(
    seconds: float, *, sid: str = CALLER, status: str = "completed", **params: Any
) -> WebhookEvent:
    """The status callback at the end of a leg."""
    params |= {"CallStatus": status, "SequenceNumber": 0}
    return event(seconds, "status/", sid=sid, **params)
