"""Stores each request once, before anything is derived from it."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import Error, IntegrityError, connection, transaction

from callcenter.events.eventfile import add_copy
from callcenter.locking import try_again_when_locked
from callcenter.models import WebhookEvent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored event, and whether it was stored only now.

    If it was stored before (it is a repeat, or read from the database), an earlier
    derivation may have been interrupted, or have used another time of receipt.
    """

    event: WebhookEvent
    is_new: bool = False

    @property
    def may_be_half_derived(self) -> bool:
        """Whether a derivation may have been interrupted before all calls were right.

        Then more calls are derived and compared than a new event would concern.
        """
        return not self.is_new and self.event.is_pending


def record(event: WebhookEvent) -> Kept | None:
    """Stores one event or finds the row of the same request; None without a database.

    The decision of the stored row is the one to answer with.
    """
    try:
        return try_again_when_locked(lambda: keep(event))
    except Error:
        logger.warning("an event could not be stored", exc_info=True)
        connection.close()
        return None


def keep(event: WebhookEvent) -> Kept:
    """Stores the event, or adds it as a copy to the stored row of the same request."""
    # One statement is a transaction by itself, unless one has begun already.
    alone = transaction.get_autocommit()
    # It has one where a transaction failed that had inserted it.
    event.pk = None
    try:
        with nullcontext() if alone else transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        # Caught outside its own atomic block; never ignore_conflicts, which on MariaDB
        # also swallows a value cut short.
        event.pk = None
    else:
        return Kept(event, is_new=True)
    with transaction.atomic():
        rows = WebhookEvent.objects.select_for_update()
        stored = rows.filter(dedup_key=event.dedup_key).first()
        if stored is None:
            raise IntegrityError("an event that is no repeat was refused")
        if add_copy(stored, event):
            stored.derived_at, stored.derivation_error = None, ""
            stored.save(
                update_fields=[
                    "received_at",
                    "decision",
                    "decided_at",
                    "derived_at",
                    "derivation_error",
                ]
            )
    return Kept(stored)


def keep_all(events: Sequence[WebhookEvent]) -> list[Kept]:
    """Stores events that have come at about the same time, in one transaction.

    Gives, in their order, each event, or the stored row of the same request; copies of
    one request share one. Raises django.db.Error, and then none of them is stored.
    """
    if len(events) == 1:
        return [keep(events[0])]
    copies = _by_request(events)
    kept: dict[str, Kept] = {}
    alone = transaction.get_autocommit()
    try:
        with nullcontext() if alone else transaction.atomic():
            _insert(list(copies.values()))
    except IntegrityError:
        # Seldom: one of them is a repeat of what was stored before.
        with transaction.atomic():
            rows = WebhookEvent.objects.in_bulk(list(copies), field_name="dedup_key")
            kept = {key: keep(copies.pop(key)) for key in rows}
            _insert(list(copies.values()))
    kept |= {key: Kept(event, is_new=True) for key, event in copies.items()}
    return [kept[event.dedup_key] for event in events]


def keep_forms(events: Iterable[WebhookEvent]) -> None:
    """Stores the forms of events from which a caller was taken out.

    Their repeat keys stay: a repeat of what once came still finds its event.
    """
    for event in events:
        WebhookEvent.objects.filter(pk=event.pk).update(
            params=event.params, input=event.input, decision=event.decision
        )


def keep_batch(events: Sequence[WebhookEvent]) -> list[Kept]:
    """Stores many events at once; returns those that calls must be derived for.

    These are the new ones, and the pending ones among the repeats.
    """
    copies = _by_request(events)
    stored = WebhookEvent.objects.in_bulk(list(copies), field_name="dedup_key")
    new = [event for key, event in sorted(copies.items()) if key not in stored]
    try:
        try_again_when_locked(lambda: _insert(new))
        kept = [Kept(event, is_new=True) for event in new]
    except IntegrityError:
        # Another worker has stored some of them in the meantime.
        kept = [_keep_alone(event) for event in new]
    for key, row in stored.items():
        learns = add_copy(row, copies[key])
        kept.append(_keep_alone(copies[key]) if learns else Kept(row))
    return [one for one in kept if one.is_new or one.event.is_pending]


def _by_request(events: Sequence[WebhookEvent]) -> dict[str, WebhookEvent]:
    """The first event of each request, which has learnt from its other copies."""
    copies: dict[str, WebhookEvent] = {}
    for event in events:
        first = copies.setdefault(event.dedup_key, event)
        if first is not event:
            add_copy(first, event)
    return copies


def _insert(events: list[WebhookEvent]) -> None:
    """Stores new events in one statement. Raises IntegrityError if one is known."""
    for event in events:
        event.pk = None
    WebhookEvent.objects.bulk_create(events)
    _read_missing_ids(events)


def _keep_alone(event: WebhookEvent) -> Kept:
    event.pk = None
    return try_again_when_locked(lambda: keep(event))


def _read_missing_ids(events: Sequence[WebhookEvent]) -> None:
    """Gives rows inserted together their ids where the database did not (MySQL)."""
    missing = {event.dedup_key: event for event in events if event.pk is None}
    if missing:
        rows = WebhookEvent.objects.filter(dedup_key__in=missing)
        for key, pk in rows.values_list("dedup_key", "pk"):
            missing[key].pk = pk
