"""Compares calls of Twilio's log with our history, and says how to repair it.

What is repaired becomes an event of ours for the call, with what the log says of it:
history stays a function of events (docs/contract.md 8.K16).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from callcenter.events.eventfile import event_of_request
from callcenter.history.ending import is_final, is_from_log, tells_the_end
from callcenter.models import (
    Call,
    QueueEntry,
    ReconciliationDifference,
    WebhookEvent,
)
from callcenter.routes import CALL_LOG_PREFIX, VOICE_URLS, Kind
from callcenter.twilio_api.call_log import LoggedCall
from callcenter.upkeep.settle import SETTLED_AFTER

# Twilio rounds, and so do we.
_SAME_SECONDS = 1

Difference = ReconciliationDifference
Action = ReconciliationDifference.Action
Outcome = QueueEntry.Outcome


@dataclass(slots=True)
class Comparison:
    """What to repair, by events, and all that differs; unsaved."""

    events: list[WebhookEvent] = field(default_factory=list)
    differences: list[ReconciliationDifference] = field(default_factory=list)
    # Calls that are not over yet, or only just.
    in_progress: int = 0
    # Entries without an exit that the events settle, by the SID of their call.
    open_entries: dict[str, int] = field(default_factory=dict)

    def count(self, kind: ReconciliationDifference.Kind) -> int:
        """How many calls differ in this."""
        return sum(one.kind == kind for one in self.differences)


def compare(calls: Sequence[LoggedCall], now: datetime) -> Comparison:
    """What differs between these calls, each listed once, and our history.

    Left alone are calls that go on or ended less than a minute ago, of which requests
    may still come, and sealed ones, whose events are gone. Raises django.db.Error.
    """
    over = {
        call.sid: call
        for call in calls
        if call.is_over and (call.ended_at or call.started_at) <= now - SETTLED_AFTER
    }
    found = Comparison(in_progress=len(calls) - len(over))
    rows = {row.sid: row for row in Call.objects.filter(sid__in=over)}
    entries = _open_entries(over)
    unsure = [
        call
        for sid, call in over.items()
        if sid not in rows
        or (rows[sid].sealed_at is None and _is_unsure(call, rows[sid], entries))
    ]
    events = _events_of([call.sid for call in unsure])
    for call in unsure:
        _compare(
            call,
            rows.get(call.sid),
            events[call.sid],
            entries.get(call.sid, 0),
            found,
            now,
        )
    return found


def _is_unsure(call: LoggedCall, row: Call, entries: Collection[str]) -> bool:
    """Whether something may be missing of a call, or differ."""
    return row.ended_at is None or call.sid in entries or _differs(call, row)


def _differs(call: LoggedCall, row: Call) -> bool:
    """Whether the lengths that Twilio and we have of a call differ."""
    ours, theirs = row.duration_seconds, call.seconds
    is_known = ours is not None and theirs is not None
    return is_known and abs((ours or 0) - (theirs or 0)) > _SAME_SECONDS


def _compare(
    call: LoggedCall,
    row: Call | None,
    events: Sequence[WebhookEvent],
    open_entries: int,
    found: Comparison,
    now: datetime,
) -> None:
    """Adds how one call differs."""
    kinds = []
    is_logged = any(map(is_from_log, events))
    is_over = any(map(tells_the_end, events))
    if all(event.kind == Kind.RECORDING for event in events):
        kinds.append(Difference.Kind.UNKNOWN_CALL)
    elif not is_over:
        kinds.append(Difference.Kind.MISSED_END)
    # By the end alone it would be settled too (upkeep.settle): the log is surer.
    if open_entries and not any(event.kind == Kind.INTERNAL for event in events):
        kinds.append(Difference.Kind.OPEN_ENTRY)
        found.open_entries[call.sid] = open_entries
    is_repaired = bool(kinds)
    if row is not None and row.ended_at is not None and _differs(call, row):
        kinds.append(Difference.Kind.DURATION)
        is_repaired = is_repaired or not (is_logged or _says_length(events))
    if is_repaired:
        found.events.append(
            event_of_request(path=CALL_LOG_PREFIX, form=call.form(), received_at=now)
        )
    for kind in kinds:
        stands = kind == Difference.Kind.DURATION and _says_length(events)
        found.differences.append(
            ReconciliationDifference(
                found_at=now,
                call_sid=call.sid,
                kind=kind,
                our_status=row.status if row else "",
                our_seconds=row.duration_seconds if row else None,
                twilio_status=call.status[:20],
                twilio_seconds=call.seconds,
                action=Action.REPAIRED if is_repaired and not stands else Action.LISTED,
            )
        )


def _says_length(events: Sequence[WebhookEvent]) -> bool:
    """Whether Twilio told the length at the end: then that stands (8.16)."""
    ends = [event for event in events if event.kind != Kind.INTERNAL]
    told = next(filter(is_final, ends), None)
    return told is not None and bool(told.params.get("CallDuration"))


def _open_entries(sids: Collection[str]) -> dict[str, int]:
    """How many entries of these calls have no exit and may be settled, by SID."""
    entries = QueueEntry.objects.filter(
        Q(outcome=Outcome.WAITING) | Q(outcome=Outcome.UNKNOWN, queue_result=""),
        call__sid__in=sids,
    )
    found: dict[str, int] = defaultdict(int)
    for sid in entries.values_list("call__sid", flat=True):
        found[sid] += 1
    return dict(found)


def _events_of(sids: Collection[str]) -> dict[str, list[WebhookEvent]]:
    """The events under these SIDs, in order: of most kinds only that they are there."""
    found: dict[str, list[WebhookEvent]] = defaultdict(list)
    read = WebhookEvent.objects.filter(call_sid__in=sids).order_by("received_at", "id")
    telling = (Kind.STATUS, *VOICE_URLS, Kind.INTERNAL)
    for event in read.filter(kind__in=telling):
        found[event.call_sid].append(event)
    # An operator's leg has hundreds of others, whose forms nobody reads.
    others = read.exclude(kind__in=telling).order_by("call_sid", "kind")
    for sid, kind in others.values_list("call_sid", "kind").distinct():
        found[sid].append(WebhookEvent(call_sid=sid, kind=kind))
    return found
