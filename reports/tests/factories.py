"""History rows for tests, without events: what is left out has its default."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from callcenter.history.changed_quarters import ChangedQuarters, of_connection, of_state
from callcenter.models import (
    AbandonedCall,
    Call,
    ChangedQuarter,
    Connection,
    IvrStep,
    Operator,
    OperatorState,
    Queue,
    QueueEntry,
)
from reports.query.forms import ReportForm
from reports.query.intervals.count import LAST_QUARTER, is_up_to_date
from reports.query.selection import Selection
from reports.query.table import Table

NOON = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo
OPERATOR = "+815000000201"
LINE = "+815000000101"
CALLER = "+815009789742"

_numbers = count(1)


def sid() -> str:
    """A call SID that nothing else has."""
    return f"CA{next(_numbers):032x}"


def make_queue(slug: str = "support", **more: Any) -> Queue:
    return Queue.objects.create(slug=slug, **{"name": slug.title()} | more)


def make_operator(**more: Any) -> Operator:
    return Operator.objects.create(**{"name": "佐藤", "number": OPERATOR} | more)


def make_call(started_at: datetime = NOON, **more: Any) -> Call:
    values = {"sid": sid(), "line": LINE, "caller": CALLER, "started_at": started_at}
    return Call.objects.create(**values | more)


def make_entry(entered_at: datetime = NOON, **more: Any) -> QueueEntry:
    """An answered entry with a wait of 10 seconds, of a call of its own."""
    values: dict[str, Any] = {
        "visit": 1,
        "queue": "support",
        "entered_at": entered_at,
        "entered_quarter": int(entered_at.timestamp()) // 900,
        "outcome": QueueEntry.Outcome.ANSWERED,
        "wait_seconds": 10,
        "target_seconds": 20,
    } | more
    if "call" not in values:
        values["call"] = make_call(entered_at - timedelta(seconds=5))
    entry = QueueEntry.objects.create(**values)
    mark(entry)
    return entry


def mark(entry: QueueEntry) -> None:
    """Leave the marks that history leaves for a changed entry and its connections."""
    changes = ChangedQuarters(of_queues={entry.entered_quarter})
    for connection in entry.connections.all():
        changes.of_operators |= {entry.entered_quarter, *of_connection(connection)}
    changes.mark()


def count_marked() -> None:
    """Count what is marked, as the first report does; the next finds it counted."""
    for about in ChangedQuarter.About:
        assert is_up_to_date(about, 0, LAST_QUARTER)


def forget_calls() -> None:
    """Remove all calls with their rows, as history does it: with marks."""
    for entry in QueueEntry.objects.all():
        mark(entry)
    for state in OperatorState.objects.all():
        ChangedQuarters(of_operators=of_state(state)).mark()
    Call.objects.all().delete()


def make_connection(entry: QueueEntry | None = None, **more: Any) -> Connection:
    """A talk of a minute that begins when the wait ends."""
    entry = entry or make_entry()
    waited = timedelta(seconds=entry.wait_seconds or 0)
    begun = more.get("connected_at", entry.entered_at + waited)
    values = {
        "operator": OPERATOR,
        "operator_call_sid": sid(),
        "connected_at": begun,
        "ended_at": begun + timedelta(seconds=60),
        "talk_seconds": 60,
        "talk_source": Connection.TalkSource.DIAL,
    }
    connection = Connection.objects.create(entry=entry, **values | more)
    mark(entry)
    return connection


def make_abandoned(entered_at: datetime = NOON, **more: Any) -> AbandonedCall:
    """A caller who gave up after half a minute."""
    entry = make_entry(
        entered_at, outcome=QueueEntry.Outcome.ABANDONED, wait_seconds=30
    )
    values = {
        "call": entry.call,
        "visit": entry.visit,
        "queue": entry.queue,
        "caller": entry.call.caller,
        "entered_at": entered_at,
        "abandoned_at": entered_at + timedelta(seconds=30),
        "wait_seconds": 30,
        "ivr_path": "main>1>support",
    }
    return AbandonedCall.objects.create(entry=entry, **values | more)


def make_step(asked_at: datetime = NOON, **more: Any) -> IvrStep:
    values: dict[str, Any] = {"step": 1, "menu": "main", "input": "1"} | more
    if "call" not in values:
        values["call"] = make_call(asked_at)
    return IvrStep.objects.create(asked_at=asked_at, **values)


def make_state(
    state: str,
    started_at: datetime,
    ended_at: datetime | None = None,
    **more: Any,
) -> OperatorState:
    """A state of an operator on a leg of its own, heard of last at its end or start."""
    values: dict[str, Any] = {"operator": OPERATOR} | more
    if "call" not in values:
        values["call"] = make_call(
            started_at, kind=Call.Kind.OPERATOR, heard_at=ended_at or started_at
        )
    row = OperatorState.objects.create(
        state=state, started_at=started_at, ended_at=ended_at, **values
    )
    ChangedQuarters(of_operators=of_state(row)).mark()
    return row


def make_form(**asked: Any) -> ReportForm:
    """A valid filter: the day of NOON in Tokyo unless the test says otherwise."""
    form = ReportForm(
        {"first": "2026-10-20", "last": "2026-10-20", "zone": "Asia/Tokyo"} | asked,
        has_together=True,
    )
    assert form.is_valid(), form.errors
    return form


def selection(**asked: Any) -> Selection:
    """What such a filter asks for."""
    return make_form(**asked).selection


def rows_of(
    table: Table, *, may_see_numbers: bool = True, **asked: Any
) -> list[dict[str, Any]]:
    """The rows of a report for a filter, by the codes of its columns."""
    reading = table.read(selection(**asked), may_see_numbers=may_see_numbers)
    codes = [column.code for column in reading.columns]
    return [dict(zip(codes, row, strict=True)) for row in reading.rows()]


def totals_of(table: Table, **asked: Any) -> dict[str, Any]:
    """The total row of a report for a filter, by the codes of its columns."""
    reading = table.read(selection(**asked))
    list(reading.rows())
    codes = [column.code for column in reading.columns]
    return dict(zip(codes, reading.totals(), strict=True))
