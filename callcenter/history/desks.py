"""Makes the states of desks equal to what operators did there.

An act begins a state and ends the one before it, so an act that comes late, or twice,
changes no more than the states beside it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import F

from callcenter.history.changed_quarters import ChangedQuarters
from callcenter.history.desk_states import (
    ENDS,
    acts_in_order,
    derive_desk_states,
)
from callcenter.history.write import end_desk_state, write_desk_states
from callcenter.locking import try_again_when_locked
from callcenter.models import Desk, WebhookEvent
from callcenter.params import operator_of
from callcenter.routes import DESK_PREFIX, Kind

logger = logging.getLogger(__name__)


def derive_desks(events: Iterable[WebhookEvent]) -> dict[str, Exception]:
    """Derives the states that these events begin or end; others than acts are ignored.

    A desk that cannot be derived does not keep the others from it: returns their errors
    by the SID of the desk.
    """
    moments: dict[str, list[datetime]] = defaultdict(list)
    operators: dict[str, str] = {}
    for event in events:
        if event.path.startswith(DESK_PREFIX) and event.other_sid:
            moments[event.other_sid].append(event.received_at)
            operators[event.other_sid] = operator_of(event.params)
    failed: dict[str, Exception] = {}
    for sid, around in moments.items():
        try:
            _derive(sid, operators[sid], min(around), max(around))
        except Exception as error:
            logger.exception("desk %s could not be derived", sid)
            failed[sid] = error
    return failed


def rebuild_desks(since: datetime | None = None) -> int:
    """Derives the states of all desks again, or those since a moment; returns how many.

    States whose acts have been pruned stay.
    """
    acts = _acts()
    if since:
        acts = acts.filter(received_at__gte=since)
    desks = (
        acts.order_by()
        .values_list("other_sid")
        .annotate(models.Min("received_at"), models.Max("received_at"))
    )
    found = list(desks)
    for sid, first, last in found:
        act = _acts(sid).filter(received_at=first).first()
        if act:
            _derive(sid, operator_of(act.params), first, last)
    return len(found)


def _derive(sid: str, operator: str, first: datetime, last: datetime) -> None:
    def work() -> None:
        with transaction.atomic():
            desk, _is_new = Desk.objects.get_or_create(
                sid=sid, defaults={"operator": operator}
            )
            # This waits for another derivation; on a node of a cluster, which knows
            # its own locks only, the later of the two fails and is tried again.
            rows = Desk.objects.filter(pk=desk.pk)
            rows.update(derivations=F("derivations") + 1)
            _write(desk, first, last)
            rows.update(signed_in_since=_signed_in_since(sid))

    try_again_when_locked(work)


def _write(desk: Desk, first: datetime, last: datetime) -> None:
    """Writes the states that begin from the act before `first` until `last`."""
    acts = _acts(desk.sid)
    before = acts.filter(received_at__lt=first).order_by("-received_at").first()
    after = acts.filter(received_at__gt=last).order_by("received_at").first()
    begin = before.received_at if before else first
    found = acts_in_order(acts.filter(received_at__range=(begin, last)))
    states = derive_desk_states(
        desk.operator, found, until=after.received_at if after else None
    )
    changes = ChangedQuarters()
    if before is None:
        # States of acts that have been pruned stay, and the first act ends the last.
        end_desk_state(desk, first, changes)
    write_desk_states(desk, states, begin, last, changes)
    changes.mark()


def _signed_in_since(sid: str) -> datetime | None:
    """When the operator signed in who sits at the desk now, if any."""
    acts = _acts(sid)
    over = acts.filter(path__in=[act.path for act in ENDS])
    last = over.order_by("-received_at").first()
    if last:
        acts = acts.filter(received_at__gt=last.received_at)
    first = acts.order_by("received_at").first()
    return first.received_at if first else None


def _acts(sid: str = "") -> models.QuerySet[WebhookEvent]:
    """The acts at one desk, or at all desks."""
    acts = WebhookEvent.objects.filter(kind=Kind.INTERNAL, path__startswith=DESK_PREFIX)
    return acts.filter(other_sid=sid) if sid else acts
