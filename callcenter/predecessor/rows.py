"""One row of Twilio-MiniCC v2, with its moment, its queue and its words repaired.

docs/twilio.md 13: each table has at most one row per call, moments without a zone, and
words cut after 15 characters. No database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from callcenter.history.outcomes import NOT_FINAL, outcome_of
from callcenter.models import QueueEntry
from callcenter.numbers import e164
from callcenter.params import (
    FINAL_STATUSES,
    call_sid,
    plausible,
    storable,
    whole_number,
)
from callcenter.predecessor.mysqldump import Row

OPERATORS = "operators"
EXITS, CONNECTS, ENDS = "enqueue_data", "queue_data", "statuscallback_data"
_COMMON = ("CallSid", "From", "To", "CallStatus", "ApiVersion", "Direction")
_CALLER = ("ForwardedFrom", "CallerName")
_RECORDED = ("RecordingUrl", "RecordingSid", "RecordingDuration")
# The columns in the order of the predecessor's own script.
TABLES: dict[str, tuple[str, ...]] = {
    OPERATORS: ("telnum",),
    EXITS: (*_COMMON, *_CALLER, "QueueResult", "QueueSid", "QueueTime", "Time"),
    CONNECTS: (*_COMMON, *_CALLER, "QueueSid", "QueueTime", "DequeingCallSid", "Time"),
    ENDS: (*_COMMON, *_CALLER, "CallDuration", *_RECORDED, "Time"),
}

# Words as VARCHAR(15) has cut them, and as they were (docs/twilio.md 13.3, defects 5
# and 6).
_CUT = {
    "QueueResult": {
        "bridging-in-pro": "bridging-in-process",
        "redirected-from": "redirected-from-bridged",
    },
    "Direction": {
        "trunking-termin": "trunking-terminating",
        "trunking-origin": "trunking-originating",
    },
}
_SHORTEST_MOMENT = len("YYYY-MM-DD HH:MM:SS")


class Unplaceable(ValueError):
    """The row cannot become an event; the text says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the rows: the zone of their moments, and the queue of the callers."""

    zone: tzinfo
    queue: str
    queues_by_sid: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OldRow:
    """One row as the request it was made from; `doubts` says what is odd about it."""

    table: str
    at: datetime
    queue: str
    form: dict[str, str]
    doubts: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """What Twilio sent under this name; empty if nothing."""
        return self.form.get(name, "")

    def number(self, name: str) -> int | None:
        """What Twilio sent under this name, as a whole number; None if it is none."""
        return whole_number(self.text(name))


def read_row(table: str, columns: Row, reading: Reading) -> OldRow:
    """A row of one of the three tables of calls. Raises Unplaceable."""
    if not call_sid(columns.get("CallSid") or ""):
        raise Unplaceable("CallSid is missing or malformed")
    at = moment(columns.get("Time"), reading.zone)
    if at is None:
        raise Unplaceable(f"Time is no moment in {reading.zone}")
    # NULL stands for what Twilio did not send.
    form = {
        name: _CUT.get(name, {}).get(value, value)
        for name, value in columns.items()
        if name != "Time" and value is not None
    }
    queue = reading.queues_by_sid.get(form.get("QueueSid", ""), reading.queue)
    return OldRow(table, at, queue, form, tuple(_doubts(table, columns, form, reading)))


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """A DATETIME of the zone as aware UTC; None if that clock never showed it.

    In an hour that a clock change repeats, it is the first of the two moments.
    """
    try:
        naive = datetime.fromisoformat(text or "")
        at = naive.replace(tzinfo=zone).astimezone(UTC)
        shown = at.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    if len(text or "") < _SHORTEST_MOMENT or naive.tzinfo or shown != naive:
        return None
    return plausible(at)


def operator_of(telnum: str) -> tuple[str, str]:
    """An old operator as number and browser identity; both empty if it is neither."""
    identity = telnum.removeprefix("client:")
    if identity == telnum:
        return e164(telnum), ""
    is_one = identity.isascii() and identity.replace("_", "a").isalnum()
    return "", identity if is_one else ""


def _doubts(
    table: str, columns: Row, form: Mapping[str, str], reading: Reading
) -> Iterator[str]:
    """What is odd about a row that is taken over all the same."""
    for name in _CUT:
        if form.get(name) != columns.get(name):
            yield f"{name} was cut to {columns.get(name)!r}, read as {form[name]!r}"
    naive = datetime.fromisoformat(columns.get("Time") or "")
    shown = [naive.replace(tzinfo=reading.zone, fold=fold) for fold in (0, 1)]
    if shown[0].astimezone(UTC) != shown[1].astimezone(UTC):
        yield "Time stands in an hour that the clock showed twice, read as the first"
    for name in ("QueueTime", "CallDuration"):
        if name in form and whole_number(form[name]) is None:
            yield f"{name} is no length of time, left out"
    if table == EXITS:
        result = form.get("QueueResult", "")
        is_known = outcome_of(result) != QueueEntry.Outcome.UNKNOWN
        if result != NOT_FINAL and not is_known:
            yield f"QueueResult {storable(result)!r} is not known, counted as unknown"
    if table == CONNECTS and not call_sid(form.get("DequeingCallSid", "")):
        yield "DequeingCallSid is none, so the operator is not known"
    if table == ENDS and form.get("CallStatus", "").lower() not in FINAL_STATUSES:
        status = storable(form.get("CallStatus", ""))
        yield f"CallStatus {status!r} is no end of a call"
