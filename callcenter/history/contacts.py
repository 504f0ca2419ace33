"""When a number was reached: connected to an operator, or answering a call of ours.

That is what makes an abandoned call `recovered` (product.md 8.17).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from callcenter.history.tell import History
from callcenter.models import AbandonedCall, Call, Connection


def contacts_of(
    number: str, after: datetime, but: Call | None = None
) -> tuple[datetime, ...]:
    """The moments at which the number was reached after a moment, in order.

    `but` leaves out one call's own: those are in the telling already.
    """
    rung = Q(kind=Call.Kind.OUTBOUND, status="completed")
    reached = Call.objects.filter(Q(connection_count__gt=0) | rung, caller=number)
    if but is not None:
        reached = reached.exclude(pk=but.pk)
    calls = list(reached)
    moments = {moment for call in calls if (moment := answered_at(call))}
    connected = [call.pk for call in calls if call.connection_count]
    if connected:
        rows = Connection.objects.filter(entry__call__in=connected)
        moments.update(rows.values_list("connected_at", flat=True))
    return tuple(sorted(moment for moment in moments if moment > after))


def answered_at(call: Call) -> datetime | None:
    """When a completed outbound leg was answered: its end less its duration."""
    if call.kind != Call.Kind.OUTBOUND or call.status != "completed":
        return None
    if call.ended_at is None:
        return None
    return call.ended_at - timedelta(seconds=call.duration_seconds or 0)


def calls_to_tell_again(
    number: str, contacts: Iterable[datetime], lost: Iterable[datetime]
) -> list[str]:
    """SIDs of abandoned calls of the number that say otherwise than its contacts.

    Those that a contact came after and that name a later one or none, and those
    that name a contact which is one no more.
    """
    stale = Q(pk=None)
    for moment in contacts:
        unaware = Q(recovered_at=None) | Q(recovered_at__gt=moment)
        stale |= Q(abandoned_at__lt=moment) & unaware
    for moment in lost:
        stale |= Q(recovered_at=moment)
    rows = AbandonedCall.objects.filter(
        stale, caller=number, is_withdrawn=False, call__sealed_at=None
    )
    return list(rows.values_list("call__sid", flat=True).distinct())


def calls_that_say_otherwise(number: str) -> list[str]:
    """SIDs of abandoned calls of the number whose `recovered_at` is not the right one.

    Looks at all of them, for where it is not known what has changed.
    """
    rows = AbandonedCall.objects.filter(
        caller=number, is_withdrawn=False, call__sealed_at=None
    )
    said = list(rows.values_list("call__sid", "abandoned_at", "recovered_at"))
    if not number or not said:
        return []
    contacts = contacts_of(number, min(at for _, at, _ in said))
    return sorted(
        {
            sid
            for sid, at, recovered_at in said
            if next((one for one in contacts if one > at), None) != recovered_at
        }
    )


@dataclass(slots=True)
class Changed:
    """What a telling has changed that abandoned calls of its number depend on."""

    call: Call
    history: History
    was_called: str
    was_answered: datetime | None
    # The moments of the connections before, where entries have changed at all.
    were_connected: set[datetime] | None

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

    def to_tell_again(self) -> list[str]:
        """SIDs of calls that say otherwise, looked up after the telling's commit."""
        again: set[str] = set()
        for number in {self.was_called, self.call.caller} - {""}:
            was = self.before if number == self.was_called else set()
            now = self.after if number == self.call.caller else set()
            if was or now:
                again.update(calls_to_tell_again(number, now, was - now))
        for row in self.history.abandoned_calls:
            # Two tellings at once, one that makes the contact and one the abandonment:
            # whichever commits last sees the other here.
            if row.caller:
                contacts = contacts_of(row.caller, row.abandoned_at)
                if next(iter(contacts), None) != row.recovered_at:
                    again.add(self.call.sid)
        return sorted(again)
