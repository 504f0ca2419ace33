"""Callers whom a call left unserved: who gave up, or asked to be rung back.

No database. Who gave up is an abandoned call; who asked for a call-back or left a
message has overflowed, and is no abandonment of any metric (docs/contract.md 2).
"""

from collections.abc import Iterator, Sequence

from callcenter.history.entries import DerivedEntry
from callcenter.history.rules import Contact, recovered_at
from callcenter.models import AbandonedCall, Call, QueueEntry, Voicemail

Outcome = QueueEntry.Outcome
Reason = AbandonedCall.Reason


def unserved_by(
    call: Call,
    entries: Sequence[DerivedEntry],
    voicemails: Sequence[Voicemail],
    contacts: Sequence[Contact],
) -> list[AbandonedCall]:
    """The rows of a call whose own rows have been derived, unsaved.

    `contacts` are the conversations that the caller had with us, in whatever call. Of
    several messages of one visit the last one makes the row.
    """
    rows = [*_by_entries(entries), *_by_messages(entries, voicemails)]
    for row in rows:
        row.caller, row.ivr_path = call.caller, call.ivr_path
        if call.caller:
            row.recovered_at = recovered_at(row.abandoned_at, contacts)
    return rows


def _by_entries(entries: Sequence[DerivedEntry]) -> Iterator[AbandonedCall]:
    for one in entries:
        entry = one.entry
        if entry.outcome == Outcome.ABANDONED:
            row = _of_entry(entry, Reason.ABANDONED)
            row.abandoned_at = entry.left_at or entry.entered_at
            yield row
        elif one.callback:
            row = _of_entry(entry, Reason.CALLBACK)
            row.abandoned_at = one.callback.requested_at
            yield row


def _by_messages(
    entries: Sequence[DerivedEntry], voicemails: Sequence[Voicemail]
) -> Iterator[AbandonedCall]:
    visits = {one.entry.visit: one.entry for one in entries}
    last = {one.visit: one for one in sorted(voicemails, key=lambda one: one.left_at)}
    for message in last.values():
        entry = visits.get(message.visit)
        if entry:
            row = _of_entry(entry, Reason.VOICEMAIL)
        else:
            # A menu led to it, past all queues.
            row = AbandonedCall(
                visit=message.visit,
                reason=Reason.VOICEMAIL,
                queue=message.queue,
                entered_at=message.left_at,
            )
        row.abandoned_at = message.left_at
        yield row


def _of_entry(entry: QueueEntry, reason: AbandonedCall.Reason) -> AbandonedCall:
    return AbandonedCall(
        visit=entry.visit,
        reason=reason,
        queue=entry.queue,
        entered_at=entry.entered_at,
        wait_seconds=entry.wait_seconds,
        position=entry.position,
    )
