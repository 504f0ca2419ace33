"""Makes the stored rows of a leg equal to those told: by natural key, ids kept."""

from collections.abc import Callable, Hashable, Iterable
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


def write_history(call: Call, told: History, *, is_new: bool, thorough: bool) -> None:
    """Writes what was told of the locked row `call` and below it.

    Rows below are looked for where there can be any: none below a new call, and none of
    a sort of which the call says it has none, unless `thorough`.
    """
    is_operator = call.kind == Call.Kind.OPERATOR
    thorough = thorough and not is_operator
    had_entries = not is_new and (thorough or call.entry_count > 0)
    had_steps = not is_new and (thorough or call.ivr_step_count > 0)
    had_states = not is_new and is_operator
    if told.call is not None:
        _update(call, told.call, frozenset({"id", "sid"}))
    if had_entries or told.entries:
        _write_entries(call, told, had_entries, thorough)
    if had_steps or told.ivr_steps:
        steps = IvrStep.objects.filter(call=call) if had_steps else []
        _write(steps, told.ivr_steps, lambda row: row.step, call=call)
    if told.recordings:
        recordings = Recording.objects.filter(call=call)
        _write(recordings, told.recordings, lambda row: row.recording_sid, call=call)
    if told.voicemails:
        voicemails = Voicemail.objects.filter(call=call)
        _write(voicemails, told.voicemails, lambda row: row.recording_sid, call=call)
    if had_states or told.operator_states:
        states = OperatorState.objects.filter(call=call) if had_states else []
        _write(states, told.operator_states, lambda row: row.started_at, call=call)


def _write_entries(
    call: Call, told: History, had_entries: bool, thorough: bool
) -> None:
    stored = list(QueueEntry.objects.filter(call=call)) if had_entries else []
    outcomes = {entry.outcome for entry in stored}
    had_callback = any(entry.overflow_reason == "callback" for entry in stored)
    had_connection = thorough or Outcome.ANSWERED in outcomes
    gave_up = thorough or told.abandoned_calls or Outcome.ABANDONED in outcomes
    connections = Connection.objects.filter(entry__in=stored) if had_connection else []
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
