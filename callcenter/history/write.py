"""Makes the stored rows of legs equal to their histories.

Rows are matched by natural key, so a row that is derived again keeps its id.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import TypeVar

from django.db import connection, models

from callcenter.history.changed_quarters import ChangedQuarters, of_connection, of_state
from callcenter.history.changes import Derivation
from callcenter.history.derive import History
from callcenter.history.rules import Contact
from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    Desk,
    FollowUp,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
)

RowT = TypeVar("RowT", bound=models.Model)
# What people's acts write on an abandoned call (followup.claims); no derivation does.
_ENTERED = frozenset({"is_finished"})
Outcome = QueueEntry.Outcome
Reason = AbandonedCall.Reason
# Of such an entry the caller may be left unserved, so that people ring back.
_UNSERVED = (Outcome.ABANDONED, Outcome.OVERFLOWED)


@dataclass(frozen=True, slots=True)
class _Leg:
    """A leg whose rows of one kind are written; `has_rows` if some may be stored."""

    call: Call
    history: History
    has_rows: bool

    def own(self, rows: list[RowT]) -> list[RowT]:
        """These derived rows, as rows of this leg."""
        return [_with(row, call=self.call) for row in rows]


def write_histories(
    derivations: Sequence[Derivation], *, check_all_rows: bool
) -> Mapping[str, set[Contact]]:
    """Writes the rows of legs that are locked or new, and all rows below them.

    Rows below a leg are compared where its fingerprints say that they are derived
    otherwise than the last time, or with `check_all_rows`. Returns, by SID, the legs
    whose entries were compared, with the conversations that these had before.
    Raises IntegrityError where another process has stored a new leg in the meantime.
    """
    entries: list[_Leg] = []
    steps: list[_Leg] = []
    states: list[_Leg] = []
    everything: list[_Leg] = []
    new: list[Call] = []
    changed: dict[Call, set[str]] = {}
    for derivation in derivations:
        call, history = derivation.call, derivation.history
        is_stored = not derivation.is_new
        everything.append(_Leg(call, history, is_stored))
        fingerprints = _fingerprints(history)
        # A message left past all queues makes a row of a call without entries.
        has_entries = call.entry_count > 0 or bool(call.entries_fingerprint)
        for column, legs, has_rows in (
            ("entries_fingerprint", entries, check_all_rows or has_entries),
            ("ivr_steps_fingerprint", steps, check_all_rows or call.ivr_step_count > 0),
            ("states_fingerprint", states, call.kind == Call.Kind.OPERATOR),
        ):
            if check_all_rows or getattr(call, column) != fingerprints[column]:
                legs.append(_Leg(call, history, is_stored and has_rows))
            if history.call is not None:
                setattr(history.call, column, fingerprints[column])
        if derivation.is_new:
            new.append(call)
        elif history.call is not None and (columns := _take_over(call, history.call)):
            changed[call] = columns
    _insert(new)
    _save(changed)
    changes = ChangedQuarters()
    had_before = _write_entries(entries, check_all_rows, changes)
    recorded = [leg for leg in everything if leg.history.recordings]
    spoken = [leg for leg in everything if leg.history.voicemails]
    _write_below(IvrStep, steps, lambda one: one.ivr_steps, "step")
    _write_below(Recording, recorded, lambda one: one.recordings, "recording_sid")
    _write_below(Voicemail, spoken, lambda one: one.voicemails, "recording_sid")
    _write_states(
        OperatorState.objects.filter(call__in=_with_rows(states)),
        [row for leg in states for row in leg.own(leg.history.operator_states)],
        "call_id",
        changes,
    )
    changes.mark()
    return had_before


def _write_below(
    model: type[RowT],
    legs: Sequence[_Leg],
    rows_of: Callable[[History], list[RowT]],
    column: str,
) -> None:
    """Writes the rows of one table; a row is known by its leg and this column."""
    _write(
        model._default_manager.filter(call__in=_with_rows(legs)),
        [row for leg in legs for row in leg.own(rows_of(leg.history))],
        attrgetter("call_id", column),
    )


def _write_states(
    rows: models.QuerySet[OperatorState],
    wanted: Sequence[OperatorState],
    parent: str,
    changes: ChangedQuarters,
) -> None:
    """Writes states of operators; where they were and are has to be counted again."""
    stored = list(rows)
    before = {row.pk: of_state(row) for row in stored}
    _rows, changed = _write(stored, wanted, attrgetter(parent, "started_at"))
    for row in changed:
        changes.of_operators |= of_state(row) | before.get(row.pk, set())


def write_desk_states(
    desk: Desk,
    states: Sequence[OperatorState],
    first: datetime,
    last: datetime,
    changes: ChangedQuarters,
) -> None:
    """Makes the states of a desk that begin from `first` to `last` equal to these."""
    _write_states(
        OperatorState.objects.filter(desk=desk, started_at__range=(first, last)),
        [_with(row, desk=desk) for row in states],
        "desk_id",
        changes,
    )


def end_desk_state(desk: Desk, at: datetime, changes: ChangedQuarters) -> None:
    """Ends the last state of a desk before a moment by then, if it lasts longer."""
    states = OperatorState.objects.filter(desk=desk, started_at__lt=at)
    row = states.order_by("-started_at").first()
    if row and (row.ended_at is None or row.ended_at > at):
        changes.of_operators |= of_state(row)
        row.ended_at = at
        changes.of_operators |= of_state(row)
        row.save(update_fields=["ended_at"])


def _with_rows(legs: Iterable[_Leg]) -> list[int]:
    """The ids of the legs that may have stored rows; only these are queried."""
    return [leg.call.pk for leg in legs if leg.has_rows]


def _fingerprints(history: History) -> dict[str, str]:
    """The fingerprint columns of the call: one for each kind of rows below it."""
    entries = [
        row
        for one in history.entries
        for row in (one.entry, one.connection, one.callback)
        if row
    ]
    return {
        "entries_fingerprint": _fingerprint([*entries, *history.unserved]),
        "ivr_steps_fingerprint": _fingerprint(history.ivr_steps),
        "states_fingerprint": _fingerprint(history.operator_states),
    }


def _fingerprint(rows: Sequence[models.Model]) -> str:
    """Sixteen hexadecimal digits of a hash of the rows; empty where there are none."""
    if not rows:
        return ""
    # The loaded fields of an unsaved row are the values it was made with.
    values = [
        sorted(
            (name, value)
            for name, value in vars(row).items()
            if name != "_state" and name not in _ENTERED
        )
        for row in rows
    ]
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


def _write_entries(
    legs: Sequence[_Leg], check_all_rows: bool, changes: ChangedQuarters
) -> Mapping[str, set[Contact]]:
    """Writes entries and the rows below them.

    Returns the conversations that the stored entries had before, by SID.
    """
    stored = list(QueueEntry.objects.filter(call__in=_with_rows(legs)))
    answered = [
        row.pk for row in stored if check_all_rows or row.outcome == Outcome.ANSWERED
    ]
    connections = list(
        Connection.objects.filter(entry__in=answered).select_related("entry")
    )
    with_callback = [row.pk for row in stored if row.overflow_reason == "callback"]
    callbacks = CallbackRequest.objects.filter(entry__in=with_callback)
    # Calls whose stored entries left nobody unserved need no look at those rows.
    is_served = {row.call_id for row in stored}
    is_served -= {row.call_id for row in stored if row.outcome in _UNSERVED}
    conversations: dict[int, set[Contact]] = defaultdict(set)
    for row in connections:
        conversations[row.entry.call_id].add(Contact(row.connected_at, row.ended_at))
    had_before = {leg.call.sid: conversations[leg.call.pk] for leg in legs}
    quarters_before = {row.pk: row.entered_quarter for row in stored}
    talks_before = {row.pk: of_connection(row) for row in connections}
    rows, changed = _write(
        stored,
        [
            row
            for leg in legs
            for row in leg.own([one.entry for one in leg.history.entries])
        ],
        lambda row: (row.call_id, row.visit),
    )
    entries = [
        (rows[leg.call.pk, one.entry.visit], one)
        for leg in legs
        for one in leg.history.entries
    ]
    _rows, changed_connections = _write(
        connections,
        [_with(one.connection, entry=row) for row, one in entries if one.connection],
        lambda row: (row.entry_id, row.operator_call_sid),
    )
    for entry in changed:
        now = entry.entered_quarter
        places = {now, quarters_before.get(entry.pk, now)}
        changes.of_queues |= places
        if len(places) > 1:
            # Its connections are counted with it.
            changes.of_operators |= places
    for talk in changed_connections:
        changes.of_queues.add(talk.entry.entered_quarter)
        changes.of_operators.add(talk.entry.entered_quarter)
        changes.of_operators |= of_connection(talk) | talks_before.get(talk.pk, set())
    _write(
        callbacks,
        [_with(one.callback, entry=row) for row, one in entries if one.callback],
        lambda row: row.entry_id,
    )
    _write_unserved(
        [
            leg
            for leg in legs
            if check_all_rows
            or leg.history.unserved
            or (leg.has_rows and leg.call.pk not in is_served)
        ],
        rows,
    )
    return had_before


def _write_unserved(
    legs: Sequence[_Leg], entries: Mapping[Hashable, QueueEntry]
) -> None:
    """Writes who was left unserved; a row with follow-up is withdrawn, not deleted."""
    rows = [row for leg in legs for row in leg.own(leg.history.unserved)]
    key = attrgetter("call_id", "visit", "reason")
    known = {key(row) for row in rows}
    kept: list[AbandonedCall] = []
    for row in AbandonedCall.all_reasons.filter(call__in=_with_rows(legs)):
        if key(row) in known:
            kept.append(row)
        elif FollowUp.objects.filter(abandoned_call=row).exists():
            is_of_entry = row.reason == Reason.ABANDONED
            entry = entries.get((row.call_id, row.visit)) if is_of_entry else None
            if not row.is_withdrawn or row.entry_id != (entry and entry.pk):
                row.is_withdrawn, row.entry, row.recovered_at = True, entry, None
                row.save(update_fields=["is_withdrawn", "entry", "recovered_at"])
        else:
            row.delete()
    for row in rows:
        if row.reason == Reason.ABANDONED:
            row.entry = entries[row.call_id, row.visit]
    _write(kept, rows, key)


def _with(row: RowT, **parents: models.Model) -> RowT:
    for name, parent in parents.items():
        setattr(row, name, parent)
    return row


def _write(
    stored: Iterable[RowT], derived: Sequence[RowT], key: Callable[[RowT], Hashable]
) -> tuple[dict[Hashable, RowT], list[RowT]]:
    """Creates, changes and deletes until the stored rows equal the derived ones.

    Gives the rows as they are stored then, by key, and those that were created, changed
    or deleted.
    """
    rest = {key(row): row for row in stored}
    rows: dict[Hashable, RowT] = {}
    new: list[RowT] = []
    changed: dict[RowT, set[str]] = {}
    for derived_row in derived:
        row = rest.pop(key(derived_row), None)
        if row is None:
            new.append(derived_row)
            rows[key(derived_row)] = derived_row
        else:
            if columns := _take_over(row, derived_row):
                changed[row] = columns
            rows[key(derived_row)] = row
    for row in rest.values():
        row.delete()
    _save(changed)
    _insert(new)
    return rows, [*new, *changed, *rest.values()]


def _insert(rows: Sequence[RowT]) -> None:
    """Stores new rows with their ids: in one statement where that returns the ids."""
    if rows and connection.features.can_return_rows_from_bulk_insert:
        type(rows[0])._default_manager.bulk_create(rows)
    else:
        for row in rows:
            row.save(force_insert=True)


def _take_over(row: models.Model, derived: models.Model) -> set[str]:
    """Gives the row the derived values; returns the columns in which they differed."""
    stored, derived_values = vars(row), vars(derived)
    differing = {
        column
        for column in _derived_columns(type(row))
        if stored[column] != derived_values[column]
    }
    for column in differing:
        setattr(row, column, derived_values[column])
    return differing


@cache
def _derived_columns(model: type[models.Model]) -> tuple[str, ...]:
    """All columns but the id and what people enter."""
    return tuple(
        column.attname
        for column in model._meta.concrete_fields
        if not column.primary_key and column.name not in _ENTERED
    )


def _save(changed: Mapping[RowT, set[str]]) -> None:
    """Saves these columns of stored rows."""
    if len(changed) == 1:
        for row, columns in changed.items():
            row.save(update_fields=columns)
    elif changed:
        # The rows are there and their call is locked, so nothing is inserted. It is
        # one statement for all of them; `bulk_update` takes a CASE for every value.
        has_targets = connection.features.supports_update_conflicts_with_target
        type(next(iter(changed)))._default_manager.bulk_create(
            changed,
            update_conflicts=True,
            # MariaDB and MySQL take any unique key, and no name of one.
            unique_fields=["pk"] if has_targets else None,
            update_fields=set().union(*changed.values()),
        )
