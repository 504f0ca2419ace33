"""Where the event of a request is kept: in the database, else in the spool."""

import logging
from dataclasses import dataclass

from callcenter import patience
from callcenter.events import writer
from callcenter.events.record import Kept, record
from callcenter.events.spool import spool
from callcenter.history import backlog
from callcenter.models import WebhookEvent
from callcenter.sparing import Sparing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an event.

    `stored` is the row of its request; None without a database, or where that was too
    slow. `is_safe` says whether the event is durable, there or in the spool.
    """

    stored: WebhookEvent | None
    is_safe: bool


def keep(event: WebhookEvent) -> Receipt:
    """Make the event durable, and have the calls derived that it concerns.

    Raises nothing. A serving process derives after the answer, others before it.
    """
    kept = _stored(event)
    if kept is not None:
        return Receipt(kept.event, is_safe=True)
    is_safe = spool.append(event)
    if not is_safe:
        _refused.count_one()
    return Receipt(None, is_safe)


def _stored(event: WebhookEvent) -> Kept | None:
    if writer.is_running():
        return writer.keep(event)
    kept = None if patience.is_away() else record(event)
    if kept is not None:
        backlog.schedule(kept)
    return kept


def _say_refused(count: int) -> None:
    logger.critical(
        "%d events are in neither the database nor the spool: is the disk full?", count
    )


_refused = Sparing(_say_refused)
