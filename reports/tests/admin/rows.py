"""Rows for the tests of the admin: a call with all that can hang on it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from callcenter.history.changed_quarters import ChangedQuarters, of_connection, of_state
from callcenter.models import (
    AbandonedCall,
    AccessRecord,
    BlockedNumber,
    Call,
    CallbackRequest,
    Connection,
    FollowUp,
    Holiday,
    IvrStep,
    Menu,
    MenuOption,
    Message,
    Operator,
    OperatorState,
    PhoneLine,
    Prompt,
    Queue,
    QueueEntry,
    QueueThreshold,
    ReconciliationDifference,
    ReconciliationRun,
    Recording,
    Voicemail,
    WebhookEvent,
    WrapUpCode,
)

START = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
_numbers = count(1)


def after(seconds: float) -> datetime:
    """A moment of the call's day."""
    return START + timedelta(seconds=seconds)


def sid(prefix: str = "CA") -> str:
    """An identifier nobody else has."""
    return f"{prefix}{next(_numbers):032x}"


def make_call(
    kind: str = "customer", caller: str = "+81312345678", **more: Any
) -> Call:
    """A leg; by default a customer's."""
    values: dict[str, Any] = {
        "sid": sid(),
        "line": "+815000000101",
        "started_at": START,
        "ended_at": after(95),
        "duration_seconds": 95,
        "outcome": "answered" if kind == "customer" else "",
    }
    return Call.objects.create(
        kind=kind, caller=caller, caller_reversed=caller[::-1], **{**values, **more}
    )


def make_entry(call: Call | None = None, visit: int = 1, **more: Any) -> QueueEntry:
    """An entry of the queue "support"."""
    values: dict[str, Any] = {
        "queue": "support",
        "entered_at": after(10),
        "left_at": after(30),
        "wait_seconds": 20,
        "outcome": "answered",
        "target_seconds": 20,
    }
    values |= more
    quarter = int(values["entered_at"].timestamp()) // 900
    ChangedQuarters(of_queues={quarter}).mark()
    return QueueEntry.objects.create(
        call=call or make_call(), visit=visit, entered_quarter=quarter, **values
    )


def make_connection(entry: QueueEntry | None = None, leg_sid: str = "") -> Connection:
    """A conversation of a minute."""
    row = Connection.objects.create(
        entry=entry or make_entry(),
        operator_call_sid=leg_sid or sid(),
        operator="+815000000201",
        connected_at=after(30),
        ended_at=after(90),
        talk_seconds=60,
        talk_source="dial",
    )
    ChangedQuarters(
        of_operators={row.entry.entered_quarter, *of_connection(row)}
    ).mark()
    return row


def make_step(call: Call | None = None, step: int = 1) -> IvrStep:
    """The menu "main", answered with 1."""
    return IvrStep.objects.create(
        call=call or make_call(),
        step=step,
        asked_at=after(2),
        menu="main",
        input="1",
        led_to="enqueue:support/1",
    )


def make_abandoned(entry: QueueEntry | None = None) -> AbandonedCall:
    """A caller who gave up after 20 s."""
    entry = entry or make_entry(outcome="abandoned")
    return AbandonedCall.objects.create(
        call=entry.call,
        visit=entry.visit,
        entry=entry,
        queue=entry.queue,
        caller=entry.call.caller,
        entered_at=entry.entered_at,
        abandoned_at=after(30),
        wait_seconds=20,
    )


def make_state(
    call: Call | None = None, seconds: int = 0, **more: Any
) -> OperatorState:
    """An operator ready for a minute."""
    values: dict[str, Any] = {
        "operator": "+815000000201",
        "started_at": after(seconds),
        "ended_at": after(seconds + 60),
        "state": "ready",
    }
    row = OperatorState.objects.create(
        call=call or make_call(kind="operator"), **(values | more)
    )
    ChangedQuarters(of_operators=of_state(row)).mark()
    return row


def make_event(call_sid: str = "", seconds: float = 0, **more: Any) -> WebhookEvent:
    """A request that has been derived from."""
    values: dict[str, Any] = {
        "kind": "incoming",
        "path": "/twilio/incoming/",
        "params": {"CallSid": call_sid, "From": "+81312345678"},
        "decision": "menu:main",
        "derived_at": after(seconds),
    }
    return WebhookEvent.objects.create(
        dedup_key=f"{next(_numbers):064x}",
        call_sid=call_sid or sid(),
        received_at=after(seconds),
        **{**values, **more},
    )


def make_recording(call: Call | None = None) -> Recording:
    """A recording of a minute."""
    return Recording.objects.create(
        call=call or make_call(),
        recording_sid=sid("RE"),
        recorded_at=after(30),
        duration_seconds=60,
    )


def make_voicemail(call: Call | None = None) -> Voicemail:
    """A message of ten seconds."""
    return Voicemail.objects.create(
        call=call or make_call(),
        recording_sid=sid("RE"),
        visit=1,
        queue="support",
        left_at=after(60),
        duration_seconds=10,
    )


def make_callback(entry: QueueEntry | None = None) -> CallbackRequest:
    """A wish to be rung back."""
    entry = entry or make_entry(outcome="overflowed", overflow_reason="callback")
    return CallbackRequest.objects.create(
        entry=entry, caller=entry.call.caller, requested_at=after(30)
    )


def make_follow_up(abandoned: AbandonedCall | None = None) -> FollowUp:
    """Work on a caller who gave up."""
    return FollowUp.objects.create(abandoned_call=abandoned or make_abandoned())


def make_queue(slug: str = "", **more: Any) -> Queue:
    """A queue that is on."""
    slug = slug or f"queue-{next(_numbers)}"
    return Queue.objects.create(slug=slug, **{"name": slug, **more})


def make_threshold(
    queue: Queue | None = None, valid_from: date = date(2026, 4, 1)
) -> QueueThreshold:
    """T = 20 s, S = 5 s from a day on."""
    return QueueThreshold.objects.create(
        queue=queue or make_queue(), valid_from=valid_from
    )


def make_menu(slug: str = "", **more: Any) -> Menu:
    """A menu with a text and one key that leads to a queue."""
    slug = slug or f"menu-{next(_numbers)}"
    menu = Menu.objects.create(slug=slug, **{"name": slug, **more})
    Prompt.objects.create(menu=menu, language="ja", text="番号を押してください。")
    MenuOption.objects.create(menu=menu, input="1", action="queue", queue=make_queue())
    return menu


def make_message(slug: str = "") -> Message:
    """A message with a text."""
    slug = slug or f"message-{next(_numbers)}"
    message = Message.objects.create(slug=slug, name=slug)
    Prompt.objects.create(message=message, language="ja", text="ご案内します。")
    return message


def make_line(number: str = "", **more: Any) -> PhoneLine:
    """A line that leads to a queue."""
    number = number or f"+8150{next(_numbers):08}"
    values: dict[str, Any] = {"name": "main", "is_default": True}
    return PhoneLine.objects.create(
        number=number,
        **{**values, **more, "queue": more.get("queue") or make_queue()},
    )


def make_operator(name: str = "Sato", **more: Any) -> Operator:
    """An operator with a telephone."""
    number = f"+8150{next(_numbers):08}"
    return Operator.objects.create(name=name, **{"number": number, **more})


def make_holiday() -> Holiday:
    """New year's day."""
    return Holiday.objects.create(date=date(2027, 1, 1), name="New Year")


def make_wrapup_code() -> WrapUpCode:
    """A subject of conversation."""
    code = f"code-{next(_numbers)}"
    return WrapUpCode.objects.create(code=code, name=code)


def make_access_record() -> AccessRecord:
    """One log-in."""
    return AccessRecord.objects.create(
        at=timezone.now(), kind="login", username="sato", address="192.0.2.1"
    )


def make_run() -> ReconciliationRun:
    """A complete comparison of the last day with Twilio's call log."""
    now = timezone.now()
    return ReconciliationRun.objects.create(
        since=now - timedelta(days=1),
        until=now,
        started_at=now,
        ended_at=now,
        listed=3,
        ends_repaired=1,
    )


def make_difference(**more: Any) -> ReconciliationDifference:
    """A call of which the end was missed."""
    return ReconciliationDifference.objects.create(
        **{
            "run": more.get("run") or make_run(),
            "found_at": timezone.now(),
            "call_sid": f"CA{next(_numbers):032x}",
            "kind": "missed-end",
            "our_status": "in-progress",
            "twilio_status": "completed",
            "twilio_seconds": 95,
            "action": "repaired",
            **more,
        }
    )


Maker = Callable[..., Any]
# One maker for every table people see.
HISTORY: dict[str, Maker] = {
    "call": make_call,
    "queueentry": make_entry,
    "connection": make_connection,
    "ivrstep": make_step,
    "abandonedcall": make_abandoned,
    "recording": make_recording,
    "voicemail": make_voicemail,
    "callbackrequest": make_callback,
    "operatorstate": make_state,
    "webhookevent": make_event,
}


def make_blocked_number() -> BlockedNumber:
    number = f"+8150000009{BlockedNumber.objects.count():02d}"
    return BlockedNumber.objects.create(number=number, note="Rings every night")


SETUP: dict[str, Maker] = {
    "phoneline": make_line,
    "queue": make_queue,
    "menu": make_menu,
    "message": make_message,
    "operator": make_operator,
    "holiday": make_holiday,
    "wrapupcode": make_wrapup_code,
    "blockednumber": make_blocked_number,
}
ALL: dict[str, Maker] = {
    **HISTORY,
    **SETUP,
    "followup": make_follow_up,
    "accessrecord": make_access_record,
    "reconciliationrun": make_run,
    "reconciliationdifference": make_difference,
}
