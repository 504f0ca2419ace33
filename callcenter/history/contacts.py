"""When a number was reached: connected to an operator, or answering a call of ours.

That is what makes an abandoned call `recovered` (product.md 8.17).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

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
    rows = AbandonedCall.objects.filter(stale, caller=number, is_withdrawn=False)
    return list(rows.values_list("call__sid", flat=True).distinct())
