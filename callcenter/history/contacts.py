"""When a number was reached: connected to an operator, or answering a call of ours.

That is what makes an abandoned call `recovered` (product.md 8.17).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from callcenter.history.derive import History
from callcenter.models import AbandonedCall, Call, Connection

_ANSWERED = Q(kind=Call.Kind.OUTBOUND, status="completed")


@dataclass(slots=True)
class Derivation:
    """One telling of a leg: the row it is, what is told of it, what that changes."""

    # As stored and locked, or new and unsaved.
    call: Call
    history: History
    # Nobody has told a row yet that does not say when the leg began.
    is_new: bool = field(init=False)
    was_called: str = field(init=False)
    was_answered: datetime | None = field(init=False)
    # The moments of the connections before, where entries have changed at all.
    were_connected: set[datetime] | None = None

    def __post_init__(self) -> None:
        self.is_new = self.call.started_at is None
        self.was_called = self.call.caller
        self.was_answered = answered_at(self.call)

    @property
    def before(self) -> set[datetime]:
        """When the number was reached by this leg until now."""
        answered = {self.was_answered} if self.was_answered else set()
        return (self.were_connected or set()) | answered

    @property
    def after(self) -> set[datetime]:
        """When it was reached by this leg as told now."""
        connections = [one.connection for one in self.history.entries]
        moments = {row.connected_at for row in connections if row}
        answered = answered_at(self.call)
        return moments | ({answered} if answered else set())

    @property
    def matters(self) -> bool:
        """Whether another call's `recovered_at`, or this one's, may be wrong now."""
        changes_contacts = self.was_answered != answered_at(self.call)
        if self.were_connected is not None:
            changes_contacts |= bool(self.before or self.after)
            changes_contacts |= bool(self.history.abandoned_calls)
        is_renamed = self.was_called != self.call.caller and bool(self.after)
        return changes_contacts or is_renamed


def answered_at(call: Call) -> datetime | None:
    """When a completed outbound leg was answered: its end less its duration."""
    if call.kind != Call.Kind.OUTBOUND or call.status != "completed":
        return None
    if call.ended_at is None:
        return None
    return call.ended_at - timedelta(seconds=call.duration_seconds or 0)


def contacts_of(
    numbers: Mapping[str, datetime],
) -> Mapping[str, set[tuple[datetime, str]]]:
    """When each number was reached after its moment, and by which leg (its SID)."""
    contacts: dict[str, set[tuple[datetime, str]]] = defaultdict(set)
    reached = Q(connection_count__gt=0) | _ANSWERED
    connected: dict[int, Call] = {}
    calls = Call.objects.filter(reached, caller__in=list(numbers)).only(
        *("sid", "caller", "kind", "status", "ended_at", "duration_seconds"),
        "connection_count",
    )
    for call in calls if numbers else ():
        if moment := answered_at(call):
            contacts[call.caller].add((moment, call.sid))
        if call.connection_count:
            connected[call.pk] = call
    if connected:
        rows = Connection.objects.filter(
            entry__call__in=list(connected), connected_at__gt=min(numbers.values())
        )
        for pk, moment in rows.values_list("entry__call_id", "connected_at"):
            contacts[connected[pk].caller].add((moment, connected[pk].sid))
    return {
        number: {one for one in contacts[number] if one[0] > after}
        for number, after in numbers.items()
    }


def stale_after(derivations: Iterable[Derivation]) -> set[str]:
    """SIDs of abandoned calls that say otherwise since these were told and committed.

    Those that a contact came after and that name a later one or none, and those that
    name a contact which is one no more.
    """
    stale, is_any = Q(pk=None), False
    given_up: list[tuple[str, str, datetime, datetime | None]] = []
    for derivation in derivations:
        given_up += [
            (row.caller, derivation.call.sid, row.abandoned_at, row.recovered_at)
            for row in derivation.history.abandoned_calls
            if row.caller
        ]
        for number in {derivation.was_called, derivation.call.caller} - {""}:
            was = derivation.before if number == derivation.was_called else set()
            now = derivation.after if number == derivation.call.caller else set()
            for moment in now:
                unaware = Q(recovered_at=None) | Q(recovered_at__gt=moment)
                stale |= Q(caller=number, abandoned_at__lt=moment) & unaware
            for moment in was - now:
                stale |= Q(caller=number, recovered_at=moment)
            is_any |= bool(was or now)
    # Two tellings at once, one that makes the contact and one the abandonment:
    # whichever commits last sees the other here.
    again = _saying_otherwise(given_up)
    if is_any:
        rows = AbandonedCall.objects.filter(
            stale, is_withdrawn=False, call__sealed_at=None
        )
        again |= set(rows.values_list("call__sid", flat=True))
    return again


def calls_that_say_otherwise(numbers: Iterable[str]) -> set[str]:
    """SIDs of abandoned calls of the numbers whose `recovered_at` is not the right one.

    Looks at all of them, for where it is not known what has changed.
    """
    rows = AbandonedCall.objects.filter(
        caller__in=set(numbers) - {""}, is_withdrawn=False, call__sealed_at=None
    )
    return _saying_otherwise(
        rows.values_list("caller", "call__sid", "abandoned_at", "recovered_at")
    )


def _saying_otherwise(
    rows: Iterable[tuple[str, str, datetime, datetime | None]],
) -> set[str]:
    """Of (number, SID, abandoned, recovered) those SIDs that name a wrong contact."""
    said = list(rows)
    first: dict[str, datetime] = {}
    for number, _, at, _ in said:
        first[number] = min(at, first.get(number, at))
    contacts = contacts_of(first)
    return {
        sid
        for number, sid, at, recovered_at in said
        if min((one for one, _ in contacts[number] if one > at), default=None)
        != recovered_at
    }
