"""Marks events as derived, as pending with an error, or as late."""

from collections.abc import Collection, Iterable, Mapping

from django.utils import timezone

from callcenter.models import WebhookEvent
from callcenter.routes import OF_ONE_CALL


def mark_derived(pks: Collection[int]) -> None:
    """Marks that every call these events concern has been derived with them."""
    WebhookEvent.objects.filter(pk__in=pks).update(
        derived_at=timezone.now(), derivation_error=""
    )


def mark_late(pks: Collection[int]) -> None:
    """Marks that these events came after their call was sealed."""
    WebhookEvent.objects.filter(pk__in=pks).update(
        derived_at=None, derivation_error=WebhookEvent.LATE
    )


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
