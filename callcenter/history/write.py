"""Makes the stored rows of legs equal to those told: by natural key, ids kept."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, models

from callcenter.history.contacts import Derivation
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


def write_histories(derivations: Sequence[Derivation], *, check_all_rows: bool) -> None:
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
    for derivation in derivations:
        call, derived = derivation.call, derivation.history
        prints = _fingerprints(derived)
        for below, was, now, had in zip(
            (entries, steps, states),
            (
                call.entries_fingerprint,
                call.ivr_steps_fingerprint,
                call.states_fingerprint,
            ),
            prints,
            (
                check_all_rows or call.entry_count > 0,
                check_all_rows or call.ivr_step_count > 0,
                call.kind == Call.Kind.OPERATOR,
            ),
            strict=True,
        ):
            if check_all_rows or was != now:
                below.append(_Below(derivation, had=had and not derivation.is_new))
        if derived.call is not None:
            (
                derived.call.entries_fingerprint,
                derived.call.ivr_steps_fingerprint,
                derived.call.states_fingerprint,
            ) = prints
            if call.pk is None:
                derivation.call = derived.call
                new.append(derived.call)
            else:
                _update(call, derived.call, frozenset({"id", "sid"}))
    _insert(new)
    _write_entries(entries, check_all_rows)
    _write(
        IvrStep.objects.filter(call__in=_with_rows(steps)),
        [row for one in steps for row in one.own(one.derived.ivr_steps)],
        lambda row: (row.call_id, row.step),
    )
    everyone = [_Below(derivation, had=True) for derivation in derivations]
    recorded = [one for one in everyone if one.derived.recordings]
    _write(
        Recording.objects.filter(call__in=_with_rows(recorded)),
        [row for one in recorded for row in one.own(one.derived.recordings)],
        lambda row: row.recording_sid,
    )
    spoken = [one for one in everyone if one.derived.voicemails]
    _write(
        Voicemail.objects.filter(call__in=_with_rows(spoken)),
        [row for one in spoken for row in one.own(one.derived.voicemails)],
        lambda row: (row.call_id, row.recording_sid),
    )
    _write(
        OperatorState.objects.filter(call__in=_with_rows(states)),
        [row for one in states for row in one.own(one.derived.operator_states)],
        lambda row: (row.call_id, row.started_at),
    )


@dataclass(frozen=True, slots=True)
class _Below:
    """A call, rows of one kind below which are to be written; `had` some before."""

    derivation: Derivation
    had: bool

    @property
    def call(self) -> Call:
        return self.derivation.call

    @property
    def derived(self) -> History:
        return self.derivation.history

    def own(self, rows: list[RowT]) -> list[RowT]:
        """The told rows as rows of this call."""
        return [_with(row, call=self.call) for row in rows]


def _with_rows(below: Iterable[_Below]) -> list[int]:
    """Those calls below which rows may be stored: nothing is asked for of the rest."""
    return [one.call.pk for one in below if one.had]


def _fingerprints(derived: History) -> tuple[str, str, str]:
    """Of entries with all that hangs on them, of IVR steps, of operator states."""
    entries = [
        row
        for one in derived.entries
        for row in (one.entry, one.connection, one.callback)
        if row
    ]
    return (
        _fingerprint([*entries, *derived.abandoned_calls]),
        _fingerprint(derived.ivr_steps),
        _fingerprint(derived.operator_states),
    )


def _fingerprint(rows: Sequence[models.Model]) -> str:
    """Sixteen digits that differ where the rows do; none where there are none."""
    if not rows:
        return ""
    # What is loaded of an unsaved row is what it was made with.
    values = [sorted(vars(row).items(), key=_name) for row in rows]
    derived = repr([[item for item in row if item[0] != "_state"] for row in values])
    return hashlib.blake2b(derived.encode(), digest_size=8).hexdigest()


def _name(item: tuple[str, Any]) -> str:
    return item[0]


def _write_entries(below: Sequence[_Below], check_all_rows: bool) -> None:
    """Entries and what hangs on them; keeps when the stored ones were connected."""
    stored = list(QueueEntry.objects.filter(call__in=_with_rows(below)))
    connected = [
        row.pk for row in stored if check_all_rows or row.outcome == Outcome.ANSWERED
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
        if check_all_rows or one.derived.abandoned_calls or one.call.pk in given_up
    ]
    for one in below:
        one.derivation.were_connected = {
            row.connected_at for row in connections if row.entry.call_id == one.call.pk
        }
    rows = _write(
        stored,
        [
            row
            for one in below
            for row in one.own([e.entry for e in one.derived.entries])
        ],
        lambda row: (row.call_id, row.visit),
    )
    derived = [
        (rows[one.call.pk, each.entry.visit], each)
        for one in below
        for each in one.derived.entries
    ]
    _write(
        connections,
        [_with(e.connection, entry=entry) for entry, e in derived if e.connection],
        lambda row: (row.entry_id, row.operator_call_sid),
    )
    _write(
        callbacks,
        [_with(e.callback, entry=entry) for entry, e in derived if e.callback],
        lambda row: row.entry_id,
    )
    _write_abandoned(abandoned, rows)


def _write_abandoned(
    below: Sequence[_Below], entries: dict[Hashable, QueueEntry]
) -> None:
    """As `_write`, but what people's notes hang on is withdrawn in place of deleted."""
    derived = [row for one in below for row in one.own(one.derived.abandoned_calls)]
    visits = {(row.call_id, row.visit) for row in derived}
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
    for row in derived:
        row.entry = entries[row.call_id, row.visit]
    _write(kept, derived, lambda row: (row.call_id, row.visit))


def _with(row: RowT, **parents: models.Model) -> RowT:
    for name, parent in parents.items():
        setattr(row, name, parent)
    return row


def _write(
    stored: Iterable[RowT], derived: Sequence[RowT], key: Callable[[RowT], Hashable]
) -> dict[Hashable, RowT]:
    """Creates, changes and deletes until the stored rows are the told ones.

    Gives the rows as they stand, by key.
    """
    rest = {key(row): row for row in stored}
    rows: dict[Hashable, RowT] = {}
    new: list[RowT] = []
    for derived_row in derived:
        row = rest.pop(key(derived_row), None)
        if row is None:
            new.append(derived_row)
            rows[key(derived_row)] = derived_row
        else:
            _update(row, derived_row, frozenset({"id"}))
            rows[key(derived_row)] = row
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


def _update(row: models.Model, derived: models.Model, but: frozenset[str]) -> None:
    """Saves the columns that differ; an equal row stays untouched."""
    changed: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        value = getattr(derived, column.attname)
        if column.name not in but and getattr(row, column.attname) != value:
            changed[column.name] = value
            setattr(row, column.attname, value)
    if changed:
        row.save(update_fields=list(changed))
