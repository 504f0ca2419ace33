"""Takes old events away, whole calls at a time, and has the calls sealed: in batches.

An event goes when every call that is told from it is sealed, so that no other call is
ever told otherwise for want of it. Safe to stop and to run again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Length
from django.utils import timezone

from callcenter.history.store import seal
from callcenter.locking import try_again_when_locked
from callcenter.models import Call, WebhookEvent
from callcenter.models.history import CallQuerySet

Kind = WebhookEvent.Kind

# Small, as callers of old calls would have to wait for the locks.
_CALLS_AT_ONCE = 100
_EVENTS_AT_ONCE = 2000
# No leg lasts longer (Twilio ends it after 24 hours), and what was to follow has come.
_QUIET = timedelta(days=2)
_SIZE = Length("path") + Length("params") + Length("decision") + Length("token")


@dataclass(slots=True)
class Pruned:
    """What goes, or would go; and the calls begun before the day that stay."""

    calls: int = 0
    events: int = 0
    # Of what their texts take, without indexes.
    bytes: int = 0
    # Still going on, or heard of on the day or later, as their operators may be.
    unfinished: int = 0
    pending: int = 0


class _Event(NamedTuple):
    """What pruning looks at of an event."""

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
        """The leg whose callers are told from it: of a connect the operator's."""
        return self.other_sid if self.kind == Kind.CONNECT else self.call_sid


def begun_before(before: datetime) -> int:
    """How many calls pruning has to look at."""
    return _unsealed(before).count()


def prune(
    before: datetime,
    *,
    really: bool,
    looked_at: Callable[[int], object] = lambda _calls: None,
) -> Pruned:
    """Seals the calls all of whose events came before a moment; deletes those events.

    Unless `really`, only counts. Calls `looked_at` with the number of calls after each
    batch. What has not been told yet stays, and so do late events of sealed calls.
    """
    pruned = Pruned()
    # In a trial nothing is sealed, and later calls must be judged as if it were.
    assumed: set[str] = set()
    for calls in _in_pages(_unsealed(before)):
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
        looked_at(len(calls))
    _prune_what_makes_no_call(before, pruned, really=really)
    return pruned


def _prune(calls: list[Call], before: datetime) -> "_Batch":
    pks = [call.pk for call in calls]
    with transaction.atomic():
        # Lock first, read second: an event that comes now waits, and finds a seal.
        locked = Call.objects.select_for_update().filter(pk__in=pks, sealed_at=None)
        batch = _Batch(list(locked.order_by("pk")), before, set())
        seal(call for call in batch.calls if call.sid in batch.sealed)
        _delete(event.pk for event in batch.gone)
    return batch


class _Batch:
    """Which of some unsealed calls can be sealed, and which events go with them."""

    def __init__(self, calls: list[Call], before: datetime, assumed: set[str]) -> None:
        self.calls = calls
        self._before = before
        self._quiet_before = timezone.now() - _QUIET
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
        derived = [call.sid for call in calls if self._is_told(call.sid)]
        self.pending = len(calls) - len(derived)
        self.sealed = {sid for sid in derived if self._is_over(sid)}
        self.gone = self._read_by_none(assumed)

    def _is_told(self, sid: str) -> bool:
        """Whether no event waits to be told, of the call or its operators' legs."""
        parts = {sid, *self._legs[sid]}
        return not any(
            event.is_pending for part in parts for event in self._by_sid[part]
        )

    def _is_over(self, sid: str) -> bool:
        """Whether the call and its operators' legs have ended, and long enough ago."""
        for part in {sid, *self._legs[sid]}:
            # The end of a leg may have been lost.
            quiet = self._before if part in self._ended else self._quiet_before
            old = min(self._before, quiet)
            if any(event.received_at >= old for event in self._by_sid[part]):
                return False
        return True

    def _read_by_none(self, assumed: set[str]) -> list[_Event]:
        """Told events of the calls now sealed that no other call is told from."""
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


def _in_pages(calls: CallQuerySet) -> Iterator[list[Call]]:
    """The calls by their start, a page at a time; what stays is not met twice."""
    ordered = calls.order_by("started_at", "pk")
    page = list(ordered[:_CALLS_AT_ONCE])
    while page:
        yield page
        last = page[-1]
        later = Q(started_at__gt=last.started_at)
        beside = Q(started_at=last.started_at, pk__gt=last.pk)
        page = list(ordered.filter(later | beside)[:_CALLS_AT_ONCE])


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


def _prune_what_makes_no_call(
    before: datetime, pruned: Pruned, *, really: bool
) -> None:
    """Recordings of legs of which nothing else is known, and what is about no leg."""
    same = WebhookEvent.objects.filter(call_sid=OuterRef("call_sid"))
    in_use = [
        Exists(Call.objects.filter(sid=OuterRef("call_sid"))),
        Exists(same.filter(Q(received_at__gte=before) | Q(derived_at=None))),
        # A Dial action that names nobody we know is told otherwise.
        Exists(WebhookEvent.objects.filter(other_sid=OuterRef("call_sid"))),
    ]
    alone = ~(in_use[0] | in_use[1] | in_use[2])
    old = WebhookEvent.objects.filter(received_at__lt=before, derived_at__isnull=False)
    events = old.filter(Q(call_sid="") | alone)
    total = events.aggregate(size=Sum(_SIZE))["size"] or 0
    count = events.count()
    pruned.events += count
    pruned.bytes += total
    while really and (
        pks := list(events.values_list("pk", flat=True)[:_EVENTS_AT_ONCE])
    ):
        try_again_when_locked(partial(_delete, pks))


def _delete(pks: Iterable[int]) -> None:
    WebhookEvent.objects.filter(pk__in=list(pks)).delete()
