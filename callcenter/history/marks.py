"""Marks events as derived, as pending with an error, or as late."""

from collections.abc import Collection, Iterable, Mapping

from django.utils import timezone

from callcenter.history.ending import too_late
from callcenter.models import WebhookEvent
from callcenter.routes import OF_ONE_CALL


def mark_derived(pks: Collection[int]) -> None:
    """Marks that every call these events concern has been derived with them.

    Events marked as late stay so.
    """
    events = WebhookEvent.objects.filter(pk__in=pks)
    events.exclude(derivation_error=WebhookEvent.LATE).update(
        derived_at=timezone.now(), derivation_error=""
    )


def mark_late(pks: Collection[int]) -> None:
    """Marks that these events came too late for their call to be derived with them."""
    WebhookEvent.objects.filter(pk__in=pks).update(
        derived_at=None, derivation_error=WebhookEvent.LATE
    )


def mark_late_of_leg(sid: str, events: Iterable[WebhookEvent]) -> None:
    """Marks which of the leg's own events came too late after its end.

    An event is late no longer if an earlier copy of it has come. `events` are those
    that were read for the leg. Makes no query if the marks are right.
    """
    own = [event for event in events if event.call_sid == sid]
    late = {event.pk for event in too_late(sid, own)}
    marked = {
        event.pk
        for event in own
        if event.derived_at is None and event.derivation_error == WebhookEvent.LATE
    }
    if late - marked:
        mark_late(late - marked)
    for pk in marked - late:
        mark_pending(pk, "")


def mark_pending(pk: int, error: str) -> None:
    """Marks that a call the event concerns is not derived; `error` may be empty."""
    WebhookEvent.objects.filter(pk=pk).update(derived_at=None, derivation_error=error)


def done_with_their_leg(events: Mapping[str, Iterable[WebhookEvent]]) -> list[int]:
    """The ids of pending events that concern no leg but their own.

    `events` has the events that were read for each leg, by its SID.
    """
    return [
        event.pk
        for sid, about in events.items()
        for event in about
        if event.derived_at is None
        and event.call_sid == sid
        and event.kind in OF_ONE_CALL
    ]
