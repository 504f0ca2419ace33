"""Reads what the telling of a leg needs: under the call's lock, in few queries."""

from datetime import UTC, datetime

from django.db.models import Subquery

from callcenter.models import Call, SetupVersion, WebhookEvent

Kind = WebhookEvent.Kind

_NEVER = datetime(2200, 1, 1, tzinfo=UTC)


def makes_a_call(sid: str) -> bool:
    """A leg is a call unless only recordings, or a Dial action, speak of it."""
    own = WebhookEvent.objects.filter(call_sid=sid).exclude(kind=Kind.RECORDING)
    return own.exists() or WebhookEvent.objects.connects_of_leg(sid).exists()


def events_of(sid: str, *, is_operator: bool) -> list[WebhookEvent]:
    """The events of a leg, those that name it, and those of legs it was given to.

    Of an operator's leg, which has hundreds, forms are read where telling asks for one.
    """
    # What the setup is comes along, in place of a query of its own. Asked for with the
    # lock it would be what stood before the lock was waited for, and the events of a
    # threshold dated back meanwhile would count as told.
    version = SetupVersion.objects.filter(pk=1).values("version")
    of_call = WebhookEvent.objects.of_call(sid)
    if is_operator:
        of_call = of_call.defer("params", "path", "tell_error")
    events = list(of_call.annotate(setup_version=Subquery(version)))
    legs = {event.other_sid for event in events if event.kind == Kind.CONNECT}
    legs |= {event.call_sid for event in events if event.kind == Kind.OPERATOR_DONE}
    legs -= {"", sid}
    if not legs:
        return events
    of_legs: list[WebhookEvent] = []
    for leg in sorted(legs):
        given_at = [
            event.received_at
            for event in events
            if event.kind == Kind.CONNECT and event.other_sid == leg
        ]
        # Named by a Dial action alone, it was never given the caller: no such moment.
        since = min(given_at, default=_NEVER)
        of_leg = list(WebhookEvent.objects.of_operator_leg(leg, since))
        if any(event.kind == Kind.OPERATOR_DONE for event in of_leg):
            # Such an action belongs to whom the leg was given last before it.
            given = WebhookEvent.objects.connects_of_leg(leg)
            of_leg += given.filter(received_at__gte=since)
        of_legs += of_leg
    have = {event.pk for event in events}
    events += [event for event in of_legs if event.pk not in have]
    nameless = legs - {event.call_sid for event in events}
    for leg in sorted(nameless):
        # Nothing better is known of this leg than that it asked for calls or ended.
        events += WebhookEvent.objects.filter(call_sid=leg).order_by("pk")[:1]
    return events


def setup_version(events: list[WebhookEvent]) -> int:
    """That of the moment at which these were read."""
    return (vars(events[0])["setup_version"] if events else None) or 0


def strangers_among(sid: str, events: list[WebhookEvent]) -> frozenset[str]:
    """SIDs that Dial actions name and no event of ours is, or ever was, about."""
    named = {
        event.other_sid
        for event in events
        if event.kind == Kind.OPERATOR_DONE and event.call_sid != sid
    }
    named -= {"", sid, *(event.call_sid for event in events)}
    if not named:
        return frozenset()
    known = WebhookEvent.objects.filter(call_sid__in=named)
    named -= set(known.values_list("call_sid", flat=True).distinct())
    if named:
        named -= set(Call.objects.sealed(named).values_list("sid", flat=True))
    return frozenset(named)
