"""Commits an event before anything is made of it, and says which decision stands."""

import logging
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import Error, IntegrityError, connection, transaction

from callcenter.events.eventfile import add_copy, line_of_event
from callcenter.locking import try_again_when_locked
from callcenter.models import WebhookEvent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a request: its row, or none when the database is gone."""

    event: WebhookEvent | None
    decision: str
    is_repeat: bool = False


def record(event: WebhookEvent) -> Kept:
    """Keeps one event; a repeat is answered with the decision that was kept first.

    With the database gone the whole event goes to the log, from which it can be loaded
    again, and the caller is served all the same.
    """
    try:
        kept, is_new = try_again_when_locked(lambda: keep(event))
    except Error:
        logger.exception("database gone, event not stored: %s", line_of_event(event))
        connection.close()
        return Kept(None, event.decision)
    return Kept(kept, kept.decision, is_repeat=not is_new)


def keep(event: WebhookEvent) -> tuple[WebhookEvent, bool]:
    """The stored row of this request, and whether it is new."""
    # One statement is a transaction of its own, but for one that has begun already.
    alone = transaction.get_autocommit()
    try:
        with nullcontext() if alone else transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        # Caught outside its own atomic block; never ignore_conflicts, which on MariaDB
        # also swallows a value cut short.
        event.pk = None
    else:
        return event, True
    with transaction.atomic():
        rows = WebhookEvent.objects.select_for_update()
        stored = rows.filter(dedup_key=event.dedup_key).first()
        if stored is None:
            raise IntegrityError("an event that is no repeat was refused")
        stored.was_known = True
        if add_copy(stored, event):
            stored.derived_at = None
            stored.save(
                update_fields=["received_at", "decision", "decided_at", "derived_at"]
            )
            # Where it stood before may concern other calls than where it stands now.
            stored.has_moved = True
    return stored, False
