"""Deletes old events, whole calls at a time, and seals these calls: in batches.

An event is deleted when every call that is derived from it is sealed, so that no call
changes because the event is gone. Safe to interrupt and to run again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Length
from django.utils import timezone

from callcenter.history.store import seal
from callcenter.history.turns import take_turn
from callcenter.locking import try_again_when_locked
from callcenter.models import Call, WebhookEvent
from callcenter.models.history import CallQuerySet
from callcenter.paging import in_pages

Kind = WebhookEvent.Kind

# Small, as a late request of one of these calls has to wait for their locks.
_CALLS_AT_ONCE = 100
_EVENTS_AT_ONCE = 2000
# After so long without an event a leg is over, although its end was not received:
# Twilio ends every leg after 24 hours, and the callbacks that follow have come.
_QUIET = timedelta(days=2)
_SIZE = Length("path") + Length("params") + Length("decision") + Length("token")


@dataclass(slots=True)
class Pruned:
    """How much is pruned, or would be, and how many calls from before the day stay."""

    # Calls sealed, and events deleted.
    calls: int = 0
    events: int = 0
    # The size of the deleted texts, without indexes.
    bytes: int = 0
    # Calls that stay because they, or their operators' legs, go on or have events from
    # the day or later.
    unfinished: int = 0
    # Calls that stay because of events not derived yet.
    pending: int = 0


class _Event(NamedTuple):
    """The columns of an event that pruning needs."""

    pk: int
    call_sid: str
    other_sid: str
    kind: str
    received_at: datetime
    derived_at: datetime | None
    derivation_error: str
    size: int

    @property
    def is_pending(self) -> bool:
        return self.derived_at is None and self.derivation_error != WebhookEvent.LATE

    @property
    def leg(self) -> str:
        """The leg whose callers are derived from the event: the operator's if known."""
        return self.other_sid if self.kind == Kind.CONNECT else self.call_sid


def begun_before(before: datetime) -> int:
    """How many calls pruning has to look at."""
    return _unsealed(before).count()


def prune(
    before: datetime,
    *,
    really: bool,
    on_batch: Callable[[int], object] = lambda _calls: None,
) -> Pruned:
    """Seals the calls all of whose events came before a moment; deletes those events.

    Unless `really`, only counts. Calls `on_batch` with the number of calls after each
    batch. Calls with pending events stay, and so do late events of sealed calls.
    """
    pruned = Pruned()
    # A dry run seals nothing: later calls are judged as if these were sealed.
    assumed: set[str] = set()
    for calls in in_pages(_unsealed(before), by="started_at", size=_CALLS_AT_ONCE):
        if really:
            batch = try_again_when_locked(partial(_prune, calls, before))
        else:
            batch = _Batch(calls, before, assumed)
            assumed |= batch.sealed
        pruned.calls += len(batch.sealed)
        pruned.events += len(batch.gone)
        pruned.bytes += sum(event.size for event in batch.gone)
        pruned.pending += batch.pending
        pruned.unfinished += len(batch.calls) - len(batch.sealed) - batch.pending
        on_batch(len(calls))
    _prune_without_call(before, pruned, really=really)
    return pruned


def _prune(calls: list[Call], before: datetime) -> "_Batch":
    pks = [call.pk for call in calls]
    with transaction.atomic():
        # Lock first, read second: a derivation that starts now waits, and is refused.
        locked = Call.objects.select_for_update().filter(pk__in=pks, sealed_at=None)
        batch = _Batch(list(locked.order_by("pk")), before, set())
        take_turn(batch.calls)
        seal(call for call in batch.calls if call.sid in batch.sealed)
        _delete(event.pk for event in batch.gone)
    return batch


class _Batch:
    """Which of some unsealed calls can be sealed, and which events go with them."""

    def __init__(self, calls: list[Call], before: datetime, assumed: set[str]) -> None:
        self.calls = calls
        self._before = before
        self._quiet_before = min(before, timezone.now() - _QUIET)
        sids = {call.sid for call in calls}
        self._events = _about(sids)
        legs = {event.leg for event in self._events.values()} - {"", *sids}
        self._events |= _about(legs)
        self._ended = {call.sid for call in calls if call.ended_at}
        ended = Call.objects.filter(sid__in=legs, ended_at__isnull=False)
        self._ended |= set(ended.values_list("sid", flat=True))
        self._by_sid: dict[str, list[_Event]] = defaultdict(list)
        self._callers: dict[str, set[str]] = defaultdict(set)
        self._legs: dict[str, set[str]] = defaultdict(set)
        for event in self._events.values():
            for sid in {event.call_sid, event.other_sid} - {""}:
                self._by_sid[sid].append(event)
            if event.kind in (Kind.CONNECT, Kind.OPERATOR_DONE) and event.other_sid:
                is_connect = event.kind == Kind.CONNECT
                caller = event.call_sid if is_connect else event.other_sid
                self._callers[event.leg].add(caller)
                self._legs[caller].add(event.leg)
        derived = [call.sid for call in calls if self._is_derived(call.sid)]
        self.pending = len(calls) - len(derived)
        self.sealed = {sid for sid in derived if self._is_over(sid)}
        self.gone = self._needed_by_none(assumed)

    def _is_derived(self, sid: str) -> bool:
        """Whether no event of the call or its operators' legs is pending."""
        parts = {sid, *self._legs[sid]}
        return not any(
            event.is_pending for part in parts for event in self._by_sid[part]
        )

    def _is_over(self, sid: str) -> bool:
        """Whether the call and its operators' legs ended long enough ago."""
        for part in {sid, *self._legs[sid]}:
            # The end may not have been received.
            old = self._before if part in self._ended else self._quiet_before
            if any(event.received_at >= old for event in self._by_sid[part]):
                return False
        return True

    def _needed_by_none(self, assumed: set[str]) -> list[_Event]:
        """Derived events of the calls sealed here that no unsealed call needs."""
        readers = {
            pk: {event.call_sid, event.other_sid, *self._callers[event.leg]} - {""}
            for pk, event in self._events.items()
            if event.derived_at is not None
        }
        touched = {pk: sids for pk, sids in readers.items() if sids & self.sealed}
        sids = set().union(*touched.values()) - self.sealed - assumed
        needed = Call.objects.filter(sid__in=sids, sealed_at=None)
        need = set(needed.values_list("sid", flat=True))
        return [self._events[pk] for pk, sids in touched.items() if not sids & need]


def _unsealed(before: datetime) -> CallQuerySet:
    return Call.objects.filter(sealed_at=None, started_at__lt=before)


def _about(sids: set[str]) -> dict[int, _Event]:
    """The events under these SIDs and those that name them, by primary key."""
    found: dict[int, _Event] = {}
    # Two queries, each with an index of its own.
    for events in (
        WebhookEvent.objects.filter(call_sid__in=sids),
        WebhookEvent.objects.filter(other_sid__in=sids),
    ):
        rows = events.order_by().annotate(size=_SIZE)
        for row in rows.values_list(*_Event._fields):
            found[row[0]] = _Event(*row)
    return found


def _prune_without_call(before: datetime, pruned: Pruned, *, really: bool) -> None:
    """Prunes the recordings of legs without a call, and events that name no leg."""
    same = WebhookEvent.objects.filter(call_sid=OuterRef("call_sid"))
    in_use = [
        Exists(Call.objects.filter(sid=OuterRef("call_sid"))),
        Exists(same.filter(Q(received_at__gte=before) | Q(derived_at=None))),
        # A Dial action that names a leg without events belongs to another caller.
        Exists(WebhookEvent.objects.filter(other_sid=OuterRef("call_sid"))),
    ]
    alone = ~(in_use[0] | in_use[1] | in_use[2])
    old = WebhookEvent.objects.filter(received_at__lt=before, derived_at__isnull=False)
    events = old.filter(Q(call_sid="") | alone)
    pruned.events += events.count()
    pruned.bytes += events.aggregate(size=Sum(_SIZE))["size"] or 0
    while really and (
        pks := list(events.values_list("pk", flat=True)[:_EVENTS_AT_ONCE])
    ):
        try_again_when_locked(partial(_delete, pks))


def _delete(pks: Iterable[int]) -> None:
    WebhookEvent.objects.filter(pk__in=list(pks)).delete()
