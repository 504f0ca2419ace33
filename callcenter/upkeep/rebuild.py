"""Tells calls again from their events: all, those of a period, or the untold ones."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from callcenter.history.store import derive_events, in_groups, rebuild_each
from callcenter.models import Call, WebhookEvent
from callcenter.models.events import WebhookEventQuerySet

_PAGE = 2000


def sids_to_rebuild(since: datetime | None = None) -> list[str]:
    """The legs that events speak of, all or those heard of since a moment, in order.

    Sealed ones are left out: their events have been pruned.
    """
    is_sealed = Exists(Call.objects.sealed([OuterRef("call_sid")]))
    events = WebhookEvent.objects.exclude(call_sid="").exclude(is_sealed)
    calls = Call.objects.filter(sealed_at=None)
    if since:
        events = events.filter(received_at__gte=since)
        calls = calls.filter(Q(heard_at__gte=since) | Q(started_at__gte=since))
    heard = events.order_by().values_list("call_sid", flat=True).distinct()
    # Some legs are known only because a connect names them.
    named = calls.order_by().values_list("sid", flat=True)
    return sorted({*heard.iterator(), *named.iterator()})


def rebuild_all(
    sids: list[str], derived_one: Callable[[str, Exception | None], None]
) -> None:
    """Tells each leg again, looking at all rows below it; says how each went."""
    for group in in_groups(sids):
        for sid, error in rebuild_each(group, check_all_rows=True):
            derived_one(sid, error)


def derive_pending(derived_one: Callable[[], object]) -> tuple[int, int]:
    """Tells the calls of events not derived yet; gives how many events, and calls."""
    events = calls = 0
    for page in _pages(WebhookEvent.objects.pending()):
        events += len(page)
        for event in page:
            event.was_known = True
        calls += derive_events(page, derived_one)
    return events, calls


def _pages(events: WebhookEventQuerySet) -> Iterator[list[WebhookEvent]]:
    """Pages in order of storing; what stays untold is not met twice."""
    page = list(events.order_by("pk")[:_PAGE])
    while page:
        yield page
        page = list(events.order_by("pk").filter(pk__gt=page[-1].pk)[:_PAGE])
