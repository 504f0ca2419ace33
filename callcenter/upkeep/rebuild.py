"""Derives calls again from their events: all, those of a period, or pending ones."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from callcenter.events.record import Kept
from callcenter.history.store import derive_events, in_groups, rebuild_each
from callcenter.models import Call, WebhookEvent
from callcenter.paging import in_pages

_PAGE = 2000


def sids_to_rebuild(since: datetime | None = None) -> list[str]:
    """The SIDs of legs that have events, of all or of those since a moment, in order.

    Sealed legs are left out: their events have been pruned.
    """
    is_sealed = Exists(Call.objects.sealed([OuterRef("call_sid")]))
    events = WebhookEvent.objects.exclude(call_sid="").exclude(is_sealed)
    calls = Call.objects.filter(sealed_at=None)
    if since:
        events = events.filter(received_at__gte=since)
        calls = calls.filter(Q(heard_at__gte=since) | Q(started_at__gte=since))
    with_events = events.order_by().values_list("call_sid", flat=True).distinct()
    # Some legs are known only because a connect names them.
    named = calls.order_by().values_list("sid", flat=True)
    return sorted({*with_events.iterator(), *named.iterator()})


def rebuild_all(sids: list[str]) -> Iterator[tuple[str, Exception | None]]:
    """Derives each leg again and compares all rows below it.

    Gives each SID once it is done, with the error if there was one.
    """
    for group in in_groups(sids):
        yield from rebuild_each(group, check_all_rows=True)


def derive_pending(
    on_each: Callable[[], object] = lambda: None,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    is_untried: bool = False,
) -> tuple[int, int]:
    """Derives the calls of pending events, of all or of those received in a period.

    With `is_untried`, without those whose derivation has failed. Calls `on_each` after
    each call. Events that stay pending are not tried twice. Returns how many events,
    and how many calls.
    """
    pending = WebhookEvent.objects.pending()
    if is_untried:
        pending = pending.filter(derivation_error="")
    if since:
        pending = pending.filter(received_at__gte=since)
    if until:
        pending = pending.filter(received_at__lt=until)
    events = calls = 0
    for page in in_pages(pending, by="pk", size=_PAGE):
        events += len(page)
        calls += derive_events([Kept(event) for event in page], on_each)
    return events, calls
