"""When a number was reached: connected to an operator, or answering a call of ours.

The first such moment after the caller gave up, asked for a call-back or left a message
is the `recovered_at` of that row (docs/contract.md 8.17).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F, Q

from callcenter.history.changes import Change, answer_of
from callcenter.history.rules import LONGEST_CONVERSATION, Contact, recovered_at
from callcenter.models import AbandonedCall, Call, Connection

# In a conversation on another telephone while giving up.
_AT_ONCE = Q(recovered_at=F("abandoned_at"))


def contacts_of(
    abandoned: Iterable[tuple[str, datetime]],
) -> Mapping[str, set[tuple[Contact, str]]]:
    """The conversations with each number after it first gave up, and the leg's SID.

    `abandoned` has the numbers and moments of abandoned calls.
    """
    numbers: dict[str, datetime] = {}
    for number, at in abandoned:
        numbers[number] = min(at, numbers.get(number, at))
    found: list[tuple[Contact, Call]] = []
    connected: dict[int, Call] = {}
    calls = Call.objects.filter(
        Q(connection_count__gt=0) | Q(answered_at__isnull=False),
        caller__in=list(numbers),
    ).only("sid", "caller", "answered_at", "ended_at", "connection_count")
    for call in calls if numbers else ():
        if answer := answer_of(call):
            found.append((answer, call))
        if call.connection_count:
            connected[call.pk] = call
    if connected:
        # Those under way at the abandonment too.
        since = min(numbers.values()) - LONGEST_CONVERSATION
        rows = Connection.objects.filter(
            entry__call__in=list(connected), connected_at__gt=since
        )
        for pk, start, end in rows.values_list(
            "entry__call_id", "connected_at", "ended_at"
        ):
            found.append((Contact(start, end), connected[pk]))
    contacts: dict[str, set[tuple[Contact, str]]] = defaultdict(set)
    for contact, call in found:
        if contact.reaches(numbers[call.caller]):
            contacts[call.caller].add((contact, call.sid))
    return contacts


def made_wrong_by(changes: Iterable[Change]) -> set[str]:
    """SIDs of abandoned calls whose `recovered_at` is wrong after committed changes.

    Wrong is a `recovered_at` that is empty or later than the first contact after the
    call was abandoned, and one that is no longer the moment of a contact.
    """
    wrong, is_any = Q(pk=None), False
    abandoned: list[tuple[str, str, datetime, datetime | None]] = []
    for change in changes:
        abandoned += [
            (row.caller, change.sid, row.abandoned_at, row.recovered_at)
            for row in change.unserved
            if row.caller
        ]
        for number in {change.caller_before, change.caller} - {""}:
            before = change.reached_before if number == change.caller_before else set()
            now = change.reached if number == change.caller else set()
            for contact in now:
                later = Q(recovered_at__gt=contact.start) & ~_AT_ONCE
                wrong |= Q(caller=number, abandoned_at__lt=contact.last) & (
                    Q(recovered_at=None) | later
                )
            starts = {contact.start for contact in now}
            for contact in before - now:
                if contact.start not in starts:
                    wrong |= Q(caller=number, recovered_at=contact.start)
                during = Q(abandoned_at__range=(contact.start, contact.last))
                wrong |= Q(caller=number) & during & _AT_ONCE
            is_any |= bool(before or now)
    # Of two derivations at once, one of the contact and one of the abandonment, the
    # one that commits last sees the other's rows here.
    sids = _with_wrong_recovery(abandoned)
    if is_any:
        rows = AbandonedCall.all_reasons.filter(
            wrong, is_withdrawn=False, call__sealed_at=None
        )
        sids |= set(rows.values_list("call__sid", flat=True))
    return sids


def wrong_of_numbers(numbers: Iterable[str]) -> set[str]:
    """SIDs of abandoned calls of these numbers whose `recovered_at` is wrong.

    Compares all of them, for where it is not known what has changed.
    """
    rows = AbandonedCall.all_reasons.filter(
        caller__in=set(numbers) - {""}, is_withdrawn=False, call__sealed_at=None
    )
    return _with_wrong_recovery(
        rows.values_list("caller", "call__sid", "abandoned_at", "recovered_at")
    )


def _with_wrong_recovery(
    rows: Iterable[tuple[str, str, datetime, datetime | None]],
) -> set[str]:
    """The SIDs among (number, SID, abandoned, recovered) whose recovery is wrong."""
    rows = list(rows)
    contacts = contacts_of((number, at) for number, _, at, _ in rows)
    return {
        sid
        for number, sid, at, stored in rows
        if stored
        != recovered_at(
            at,
            # Who waits is in no other conversation of the same call.
            (one for one, by in contacts[number] if by != sid or one.start > at),
        )
    }
