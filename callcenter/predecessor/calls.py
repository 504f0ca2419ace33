"""The rows of one leg as events, and what is missing among them. No database.

What the rows only imply becomes an event too, which names the table it is inferred
from: without it an operator would have talked from the first caller to the end of the
shift.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from callcenter.decision import NOTHING, Decision, Verb
from callcenter.events.eventfile import event_of_request
from callcenter.history.outcomes import BRIDGED, NOT_FINAL
from callcenter.models import WebhookEvent
from callcenter.params import call_sid
from callcenter.predecessor.rows import CONNECTS, ENDS, EXITS, OldRow

# After these results no other visit to a queue follows, whatever the moments say.
_LAST_WORDS = frozenset({"hangup", NOT_FINAL})
# A row is dated when it was written, a little after what it reports.
_TOLERANCE_SECONDS = 3


@dataclass(frozen=True, slots=True)
class OldCall:
    """What is left of one leg: at most one row of each table.

    `operator_end` is the end of the operator's leg that took the caller; `is_operator`
    says whether this leg itself is an operator's.
    """

    sid: str
    exit: OldRow | None = None
    connect: OldRow | None = None
    end: OldRow | None = None
    operator_end: OldRow | None = None
    is_operator: bool = False

    @property
    def has_lost_an_exit(self) -> bool:
        """Whether the connect belongs to a later visit than the exit.

        Both tables kept the first row of a call (docs/twilio.md 13.3, defect 1), and
        these two need not belong to one visit.
        """
        return (
            self.exit is not None
            and self.connect is not None
            and self.exit.text("QueueResult") not in _LAST_WORDS
            and self.exit.queue == self.connect.queue
            and self.connect.at > self.exit.at
            and _entered(self.connect) >= _less(self.exit.at, _TOLERANCE_SECONDS)
        )


def events_of(call: OldCall) -> Iterator[WebhookEvent]:
    """The unsaved events of a leg.

    Each has a token made from table and call: a row read again, from any source, is a
    repeat of the same request.
    """
    if call.exit:
        path = f"/twilio/queue-exit/{quote(call.exit.queue)}/1/"
        yield _event(EXITS, path, call.exit.form, call.exit.at)
    if call.connect:
        path = f"/twilio/connect/?queue={quote(call.connect.queue)}"
        yield _event(CONNECTS, path, call.connect.form, call.connect.at)
        if call.has_lost_an_exit:
            yield _second_visit(call.sid, call.connect)
        if call.operator_end:
            yield from _ready_again(call, call.connect, call.operator_end)
    if call.end:
        yield _event(ENDS, "/twilio/status/", call.end.form, call.end.at)
        if call.end.text("RecordingSid"):
            yield _recording(call.sid, call.end)
        if call.is_operator:
            yield from _signed_in(call.end)


def gaps_of(call: OldCall) -> Iterator[str]:
    """What is odd about the rows of a leg, or missing beside them, as users read it."""
    exit_, connect = call.exit, call.connect
    for row in filter(None, (exit_, connect, call.end)):
        for doubt in row.doubts:
            yield f"{row.table}: {doubt}"
    if connect and not exit_:
        yield f"{CONNECTS}: no row in {EXITS}, counted as answered without talk time"
    if exit_ and not connect and exit_.text("QueueResult") in BRIDGED:
        yield f"{EXITS}: bridged without a row in {CONNECTS}, operator not known"
    if connect and call_sid(connect.text("DequeingCallSid")) and not call.operator_end:
        yield f"{CONNECTS}: no row of the operator's leg in {ENDS}, number not known"
    queued = exit_ or connect
    if queued and not call.end:
        yield f"{queued.table}: no row in {ENDS}, end not known"
    if call.has_lost_an_exit:
        yield f"{CONNECTS}: later than the exit, counted as a second visit without one"
    elif exit_ and connect:
        left, connected = exit_.number("QueueTime"), connect.number("QueueTime")
        if abs((left or 0) - (connected or 0)) > _TOLERANCE_SECONDS:
            yield f"{CONNECTS}: other QueueTime than in {EXITS}, rows between are lost"


def _second_visit(sid: str, connect: OldRow) -> WebhookEvent:
    """The caller's second visit to the queue, of which only the connect is left."""
    return _event(
        "second-visit",
        "/internal/predecessor/",
        {"CallSid": sid, "InferredFrom": CONNECTS},
        _entered(connect),
        Decision(Verb.ENQUEUE, connect.queue, 2),
    )


def _ready_again(
    call: OldCall, connect: OldRow, operator_end: OldRow
) -> Iterator[WebhookEvent]:
    """The operator's request for the next caller, at the moment this one was gone."""
    for row in (None if call.has_lost_an_exit else call.exit, call.end):
        if row and row.at >= connect.at:
            what, path = f"ready-{call.sid}", _dial_path(connect.queue) + "&in=1"
            form = _operator_form(operator_end, row.table)
            yield _event(what, path, form, row.at, Decision(Verb.DIAL, connect.queue))
            return


def _signed_in(end: OldRow) -> Iterator[WebhookEvent]:
    """An operator's first request for callers, when the leg began: there was no PIN."""
    seconds = end.number("CallDuration")
    if seconds and not end.text("Direction").startswith("outbound"):
        form, at = _operator_form(end, ENDS), _less(end.at, seconds)
        yield _event(
            "sign-in", _dial_path(end.queue), form, at, Decision(Verb.DIAL, end.queue)
        )


def _recording(sid: str, end: OldRow) -> WebhookEvent:
    """The recording in the row of a call's end, as its own callback would report it."""
    form = {"CallSid": sid, "RecordingStatus": "completed", "InferredFrom": ENDS}
    form |= {name: end.form[name] for name in end.form if name.startswith("Recording")}
    return _event("recording", "/twilio/recording/", form, end.at)


def _operator_form(end: OldRow, table: str) -> dict[str, str]:
    names = [
        name for name in ("CallSid", "From", "To", "Direction") if name in end.form
    ]
    return {name: end.form[name] for name in names} | {"InferredFrom": table}


def _dial_path(queue: str) -> str:
    return f"/twilio/operator/?queue={quote(queue)}"


def _event(
    what: str,
    path: str,
    form: dict[str, str],
    at: datetime,
    decision: Decision = NOTHING,
) -> WebhookEvent:
    return event_of_request(
        path=path,
        form=form,
        received_at=at,
        token=f"minicc2:{what}:{form['CallSid']}",
        decision=str(decision),
    )


def _entered(connect: OldRow) -> datetime:
    return _less(connect.at, connect.number("QueueTime") or 0)


def _less(at: datetime, seconds: int) -> datetime:
    return at - timedelta(seconds=seconds)
