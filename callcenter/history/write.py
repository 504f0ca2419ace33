"""Makes the stored rows of a leg equal to those told: by natural key, ids kept."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models

from callcenter.history.tell import History
from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    FollowUp,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
)

RowT = TypeVar("RowT", bound=models.Model)
Outcome = QueueEntry.Outcome


def write_history(
    call: Call, told: History, *, is_new: bool, thorough: bool
) -> set[datetime] | None:
    """Writes what was told of the locked row `call` and below it.

    Rows below are looked at where they are told otherwise than the last time, which the
    call's fingerprints say, or where all is doubted (`thorough`). Gives the moments of
    the connections there were before, nothing where entries and connections stay.
    """
    kind = call.kind
    entries_told, steps_told, states_told = _fingerprints(told)
    changes_entries = thorough or call.entries_told != entries_told
    changes_steps = thorough or call.ivr_steps_told != steps_told
    changes_states = thorough or call.states_told != states_told
    had_entries = not is_new and (thorough or call.entry_count > 0)
    had_steps = not is_new and (thorough or call.ivr_step_count > 0)
    had_states = not is_new and kind == Call.Kind.OPERATOR
    if told.call is not None:
        told.call.entries_told = entries_told
        told.call.ivr_steps_told = steps_told
        told.call.states_told = states_told
        _update(call, told.call, frozenset({"id", "sid"}))
    were_connected: set[datetime] | None = None
    if changes_entries:
        were_connected = _write_entries(call, told, had_entries, thorough)
    if changes_steps:
        steps = IvrStep.objects.filter(call=call) if had_steps else []
        _write(steps, told.ivr_steps, lambda row: row.step, call=call)
    if told.recordings:
        recordings = Recording.objects.filter(call=call)
        _write(recordings, told.recordings, lambda row: row.recording_sid, call=call)
    if told.voicemails:
        voicemails = Voicemail.objects.filter(call=call)
        _write(voicemails, told.voicemails, lambda row: row.recording_sid, call=call)
    if changes_states:
        states = OperatorState.objects.filter(call=call) if had_states else []
        _write(states, told.operator_states, lambda row: row.started_at, call=call)
    return were_connected


def _fingerprints(told: History) -> tuple[str, str, str]:
    """Of entries with all that hangs on them, of IVR steps, of operator states."""
    entries = [
        row
        for one in told.entries
        for row in (one.entry, one.connection, one.callback)
        if row
    ]
    return (
        _fingerprint([*entries, *told.abandoned_calls]),
        _fingerprint(told.ivr_steps),
        _fingerprint(told.operator_states),
    )


def _fingerprint(rows: Sequence[models.Model]) -> str:
    """Sixteen digits that differ where the rows do; none where there are none."""
    if not rows:
        return ""
    # What is loaded of an unsaved row is what it was made with.
    values = [sorted(vars(row).items(), key=_name) for row in rows]
    told = repr([[item for item in row if item[0] != "_state"] for row in values])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _name(item: tuple[str, Any]) -> str:
    return item[0]


def _write_entries(
    call: Call, told: History, had_entries: bool, thorough: bool
) -> set[datetime]:
    """Entries and what hangs on them; gives when the stored ones were connected."""
    stored = list(QueueEntry.objects.filter(call=call)) if had_entries else []
    outcomes = {entry.outcome for entry in stored}
    had_callback = any(entry.overflow_reason == "callback" for entry in stored)
    had_connection = thorough or Outcome.ANSWERED in outcomes
    gave_up = thorough or told.abandoned_calls or Outcome.ABANDONED in outcomes
    connections: list[Connection] = []
    if had_connection:
        connections = list(Connection.objects.filter(entry__in=stored))
    were_connected = {row.connected_at for row in connections}
    callbacks = CallbackRequest.objects.filter(entry__in=stored) if had_callback else []
    abandoned = AbandonedCall.objects.filter(call=call) if gave_up else []
    rows = _write(
        stored, [one.entry for one in told.entries], lambda row: row.visit, call=call
    )
    _write(
        connections,
        [
            _with(one.connection, entry=rows[one.entry.visit])
            for one in told.entries
            if one.connection
        ],
        lambda row: (row.entry_id, row.operator_call_sid),
    )
    _write(
        callbacks,
        [
            _with(one.callback, entry=rows[one.entry.visit])
            for one in told.entries
            if one.callback
        ],
        lambda row: row.entry_id,
    )
    _write_abandoned(call, abandoned, told.abandoned_calls, rows)
    return were_connected


def _write_abandoned(
    call: Call,
    stored: Iterable[AbandonedCall],
    told: list[AbandonedCall],
    entries: dict[Hashable, QueueEntry],
) -> None:
    """As `_write`, but what people's notes hang on is withdrawn in place of deleted."""
    visits = {row.visit for row in told}
    kept: list[AbandonedCall] = []
    for row in stored:
        if row.visit in visits:
            kept.append(row)
        elif FollowUp.objects.filter(abandoned_call=row).exists():
            entry = entries.get(row.visit)
            if not row.is_withdrawn or row.entry_id != (entry and entry.pk):
                row.is_withdrawn, row.entry, row.recovered_at = True, entry, None
                row.save()
        else:
            row.delete()
    for row in told:
        row.entry = entries[row.visit]
    _write(kept, told, lambda row: row.visit, call=call)


def _with(row: RowT, **parents: models.Model) -> RowT:
    for name, parent in parents.items():
        setattr(row, name, parent)
    return row


def _write(
    stored: Iterable[RowT],
    told: Iterable[RowT],
    key: Callable[[RowT], Hashable],
    **parents: models.Model,
) -> dict[Hashable, RowT]:
    """Creates, changes and deletes until the stored rows are the told ones.

    Gives the rows as they stand, by key.
    """
    rest = {key(row): row for row in stored}
    rows: dict[Hashable, RowT] = {}
    new: list[RowT] = []
    for told_row in told:
        _with(told_row, **parents)
        row = rest.pop(key(told_row), None)
        if row is None:
            new.append(told_row)
            rows[key(told_row)] = told_row
        else:
            _update(row, told_row, frozenset({"id"}))
            rows[key(told_row)] = row
    for row in rest.values():
        row.delete()
    for row in new:
        row.save(force_insert=True)
    return rows


def _update(row: models.Model, told: models.Model, but: frozenset[str]) -> None:
    """Saves the columns that differ; an equal row stays untouched."""
    changed: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        value = getattr(told, column.attname)
        if column.name not in but and getattr(row, column.attname) != value:
            changed[column.name] = value
            setattr(row, column.attname, value)
    if changed:
        row.save(update_fields=list(changed))
