"""Makes the stored rows of legs equal to those told: by natural key, ids kept."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, models

from callcenter.history.contacts import Telling
from callcenter.history.derive import History
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


def write_histories(tellings: Sequence[Telling], *, thorough: bool) -> None:
    """Writes what was told of locked rows of calls, of new ones, and below them.

    Rows below are looked at where they are told otherwise than the last time, which the
    call's fingerprints say, or where all is doubted (`thorough`). Keeps the moments of
    the connections there were before. IntegrityError where another has made a call's
    row meanwhile.
    """
    entries: list[_Below] = []
    steps: list[_Below] = []
    states: list[_Below] = []
    new: list[Call] = []
    for telling in tellings:
        call, told = telling.call, telling.history
        prints = _fingerprints(told)
        for below, was, now, had in zip(
            (entries, steps, states),
            (call.entries_told, call.ivr_steps_told, call.states_told),
            prints,
            (
                thorough or call.entry_count > 0,
                thorough or call.ivr_step_count > 0,
                call.kind == Call.Kind.OPERATOR,
            ),
            strict=True,
        ):
            if thorough or was != now:
                below.append(_Below(telling, had=had and not telling.is_new))
        if told.call is not None:
            told.call.entries_told, told.call.ivr_steps_told, told.call.states_told = (
                prints
            )
            if call.pk is None:
                telling.call = told.call
                new.append(told.call)
            else:
                _update(call, told.call, frozenset({"id", "sid"}))
    _insert(new)
    _write_entries(entries, thorough)
    _write(
        IvrStep.objects.filter(call__in=_with_rows(steps)),
        [row for one in steps for row in one.own(one.told.ivr_steps)],
        lambda row: (row.call_id, row.step),
    )
    everyone = [_Below(telling, had=True) for telling in tellings]
    recorded = [one for one in everyone if one.told.recordings]
    _write(
        Recording.objects.filter(call__in=_with_rows(recorded)),
        [row for one in recorded for row in one.own(one.told.recordings)],
        lambda row: row.recording_sid,
    )
    spoken = [one for one in everyone if one.told.voicemails]
    _write(
        Voicemail.objects.filter(call__in=_with_rows(spoken)),
        [row for one in spoken for row in one.own(one.told.voicemails)],
        lambda row: (row.call_id, row.recording_sid),
    )
    _write(
        OperatorState.objects.filter(call__in=_with_rows(states)),
        [row for one in states for row in one.own(one.told.operator_states)],
        lambda row: (row.call_id, row.started_at),
    )


@dataclass(frozen=True, slots=True)
class _Below:
    """A call, rows of one kind below which are to be written; `had` some before."""

    telling: Telling
    had: bool

    @property
    def call(self) -> Call:
        return self.telling.call

    @property
    def told(self) -> History:
        return self.telling.history

    def own(self, rows: list[RowT]) -> list[RowT]:
        """The told rows as rows of this call."""
        return [_with(row, call=self.call) for row in rows]


def _with_rows(below: Iterable[_Below]) -> list[int]:
    """Those calls below which rows may be stored: nothing is asked for of the rest."""
    return [one.call.pk for one in below if one.had]


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


def _write_entries(below: Sequence[_Below], thorough: bool) -> None:
    """Entries and what hangs on them; keeps when the stored ones were connected."""
    stored = list(QueueEntry.objects.filter(call__in=_with_rows(below)))
    connected = [
        row.pk for row in stored if thorough or row.outcome == Outcome.ANSWERED
    ]
    connections = list(
        Connection.objects.filter(entry__in=connected).select_related("entry")
    )
    rung_back = [row.pk for row in stored if row.overflow_reason == "callback"]
    callbacks = CallbackRequest.objects.filter(entry__in=rung_back)
    given_up = {row.call_id for row in stored if row.outcome == Outcome.ABANDONED}
    abandoned = [
        one
        for one in below
        if thorough or one.told.abandoned_calls or one.call.pk in given_up
    ]
    for one in below:
        one.telling.were_connected = {
            row.connected_at for row in connections if row.entry.call_id == one.call.pk
        }
    rows = _write(
        stored,
        [row for one in below for row in one.own([e.entry for e in one.told.entries])],
        lambda row: (row.call_id, row.visit),
    )
    told = [
        (rows[one.call.pk, each.entry.visit], each)
        for one in below
        for each in one.told.entries
    ]
    _write(
        connections,
        [_with(e.connection, entry=entry) for entry, e in told if e.connection],
        lambda row: (row.entry_id, row.operator_call_sid),
    )
    _write(
        callbacks,
        [_with(e.callback, entry=entry) for entry, e in told if e.callback],
        lambda row: row.entry_id,
    )
    _write_abandoned(abandoned, rows)


def _write_abandoned(
    below: Sequence[_Below], entries: dict[Hashable, QueueEntry]
) -> None:
    """As `_write`, but what people's notes hang on is withdrawn in place of deleted."""
    told = [row for one in below for row in one.own(one.told.abandoned_calls)]
    visits = {(row.call_id, row.visit) for row in told}
    kept: list[AbandonedCall] = []
    for row in AbandonedCall.objects.filter(call__in=_with_rows(below)):
        if (row.call_id, row.visit) in visits:
            kept.append(row)
        elif FollowUp.objects.filter(abandoned_call=row).exists():
            entry = entries.get((row.call_id, row.visit))
            if not row.is_withdrawn or row.entry_id != (entry and entry.pk):
                row.is_withdrawn, row.entry, row.recovered_at = True, entry, None
                row.save()
        else:
            row.delete()
    for row in told:
        row.entry = entries[row.call_id, row.visit]
    _write(kept, told, lambda row: (row.call_id, row.visit))


def _with(row: RowT, **parents: models.Model) -> RowT:
    for name, parent in parents.items():
        setattr(row, name, parent)
    return row


def _write(
    stored: Iterable[RowT], told: Sequence[RowT], key: Callable[[RowT], Hashable]
) -> dict[Hashable, RowT]:
    """Creates, changes and deletes until the stored rows are the told ones.

    Gives the rows as they stand, by key.
    """
    rest = {key(row): row for row in stored}
    rows: dict[Hashable, RowT] = {}
    new: list[RowT] = []
    for told_row in told:
        row = rest.pop(key(told_row), None)
        if row is None:
            new.append(told_row)
            rows[key(told_row)] = told_row
        else:
            _update(row, told_row, frozenset({"id"}))
            rows[key(told_row)] = row
    for row in rest.values():
        row.delete()
    _insert(new)
    return rows


def _insert(rows: Sequence[RowT]) -> None:
    """Stores new rows and gives them their ids: at once where the database tells."""
    if rows and connection.features.can_return_rows_from_bulk_insert:
        type(rows[0])._default_manager.bulk_create(rows)
    else:
        for row in rows:
            row.save(force_insert=True)


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
