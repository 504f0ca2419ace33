"""Reads rules and events, tells a call, and has its rows written under the call's lock.

The way from a kept event to true rows; nobody else tells.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import Error, transaction
from django.utils import timezone

from callcenter.history.concerns import concerned_by
from callcenter.history.contacts import answered_at, calls_to_tell_again, contacts_of
from callcenter.history.locking import (
    LOCK_WAIT_SECONDS,
    OutOfTime,
    short_lock_waits,
    try_again_when_locked,
)
from callcenter.history.rules import Rules, Threshold
from callcenter.history.tell import History, tell
from callcenter.history.write import write_history
from callcenter.models import (
    Call,
    Connection,
    Operator,
    Queue,
    QueueThreshold,
    SetupVersion,
    WebhookEvent,
)

logger = logging.getLogger(__name__)

Kind = WebhookEvent.Kind

# These concern their own call and nothing else: told with it, they are told.
_OF_ONE_CALL = (Kind.MENU, Kind.WAIT, Kind.QUEUE_EXIT, Kind.VOICEMAIL)


def tell_event(event: WebhookEvent, budget_seconds: float = 2.0) -> None:
    """Tells every call the event concerns, within the time an answer may be held up.

    A caller waits for the answer: what fails or takes too long is kept on the event
    (`told_at` stays empty) for the next event, or `rebuild_calls --untold`.
    """
    # A lock may be waited for once more after the deadline.
    deadline = time.monotonic() + budget_seconds - LOCK_WAIT_SECONDS
    try:
        with short_lock_waits():
            sids = concerned_by([event])[event.pk]
            *others, last = [*sorted(sids - {event.call_sid}), event.call_sid]
            for sid in others:
                retell(sid, deadline=deadline)
            if last:
                retell(last, deadline=deadline, told=[event.pk])
            else:
                _mark_told([event.pk])
    except OutOfTime:
        logger.warning("event %s is told later: no time", event.pk)
        _mark_untold(event, "")
    except Exception as error:
        # Whatever is wrong with our telling, the caller is served and nothing is lost.
        logger.exception("event %s could not be told", event.pk)
        _mark_untold(event, f"{type(error).__name__}: {error}")


def tell_events(
    events: Sequence[WebhookEvent], told_one: Callable[[], object] = lambda: None
) -> int:
    """Tells every call that these kept events concern, each once; gives how many.

    Calls `told_one` after each. A call that cannot be told leaves its error on its
    events and the rest goes on.
    """
    concerned = concerned_by(events)
    failed: dict[str, str] = {}
    sids = sorted(set().union(*concerned.values())) if concerned else []
    for sid in sids:
        try:
            retell(sid)
        except Exception as error:
            logger.exception("call %s could not be told", sid)
            failed[sid] = f"{type(error).__name__}: {error}"
        told_one()
    _mark_told([pk for pk, about in concerned.items() if not about & failed.keys()])
    for pk, about in concerned.items():
        for sid in about & failed.keys():
            WebhookEvent.objects.filter(pk=pk).update(
                told_at=None, tell_error=failed[sid]
            )
    return len(sids)


def retell(
    sid: str,
    *,
    deadline: float | None = None,
    told: Iterable[int] = (),
    thorough: bool = False,
    cascade: bool = True,
) -> None:
    """Make the rows of a leg say what the events that concern it say.

    Marks the events `told` in the same transaction. Then abandoned calls of the number
    that this one recovers, or recovers no more, are told in transactions of their own;
    those start no others. OutOfTime past the deadline (on `time.monotonic`).
    """
    again = try_again_when_locked(
        lambda: _tell_once(sid, list(told), thorough=thorough), deadline
    )
    if not cascade:
        return
    for other in again:
        retell(other, deadline=deadline, cascade=False)


@dataclass(slots=True)
class _Contacts:
    """The moments at which a leg's number was reached, before and after a telling."""

    number: str
    moments: set[datetime]


def _tell_once(sid: str, told: list[int], *, thorough: bool) -> list[str]:
    """One telling under the lock; gives the SIDs of calls to be told again after it."""
    is_new = False
    if not Call.objects.filter(sid=sid).exists():
        if not _makes_a_call(sid):
            _mark_told(told)
            return []
        # Made before the lock: inserted inside the transaction, simultaneous first
        # webhooks of a call deadlock on MariaDB.
        _, is_new = Call.objects.get_or_create(sid=sid)
    with transaction.atomic():
        # Lock first, read second: two webhooks must not overwrite each other.
        call = Call.objects.select_for_update().get(sid=sid)
        before = _reached(call)
        events = _events_of(sid)
        history = _told(call, events)
        # Another telling may have filled a row that this process has just made.
        is_new = is_new and call.started_at is None
        write_history(call, history, is_new=is_new, thorough=thorough)
        with_it = [
            event.pk
            for event in events
            if event.told_at is None
            and event.call_sid == sid
            and event.kind in _OF_ONE_CALL
        ]
        _mark_told({*told, *with_it})
    return _to_tell_again(call, history, before)


def _told(call: Call, events: list[WebhookEvent]) -> History:
    """The history by today's rules; with contacts only where somebody gave up."""
    rules, strangers = current_rules(), _strangers(call.sid, events)
    history = tell(call.sid, events, rules, strangers)
    given_up = [row.abandoned_at for row in history.abandoned_calls if row.caller]
    if given_up and history.call:
        contacts = contacts_of(history.call.caller, min(given_up), but=call)
        if contacts:
            rules = replace(rules, contacts=contacts)
            history = tell(call.sid, events, rules, strangers)
    return history


def _to_tell_again(call: Call, history: History, before: _Contacts) -> list[str]:
    """Calls whose `recovered_at` this telling has made wrong, looked up after it."""
    after = _reached(call)
    again: set[str] = set()
    for number in {before.number, after.number} - {""}:
        was = before.moments if before.number == number else set()
        now = after.moments if after.number == number else set()
        if was or now:
            again.update(calls_to_tell_again(number, now, was - now))
    for row in history.abandoned_calls:
        # Two tellings at once, one that makes the contact and one the abandonment:
        # whichever commits last sees the other here.
        if row.caller:
            contacts = contacts_of(row.caller, row.abandoned_at)
            if next(iter(contacts), None) != row.recovered_at:
                again.add(call.sid)
    return sorted(again)


def _reached(call: Call) -> _Contacts:
    """When the stored rows say that this leg's number was reached."""
    moments: set[datetime] = set()
    if call.connection_count:
        connections = Connection.objects.filter(entry__call=call)
        moments.update(connections.values_list("connected_at", flat=True))
    answered = answered_at(call)
    if answered:
        moments.add(answered)
    return _Contacts(call.caller, moments)


def _makes_a_call(sid: str) -> bool:
    """A leg is a call unless only recordings, or a Dial action, speak of it."""
    own = WebhookEvent.objects.filter(call_sid=sid).exclude(kind=Kind.RECORDING)
    return own.exists() or WebhookEvent.objects.connects_of_leg(sid).exists()


def _events_of(sid: str) -> list[WebhookEvent]:
    """The events of a leg, those that name it, and those of legs it was given to."""
    events = list(WebhookEvent.objects.of_call(sid))
    legs = {event.other_sid for event in events if event.kind == Kind.CONNECT}
    legs |= {event.call_sid for event in events if event.kind == Kind.OPERATOR_DONE}
    legs -= {"", sid}
    if not legs:
        return events
    have = {event.pk for event in events}
    of_legs = WebhookEvent.objects.of_operator_legs(legs)
    events += [event for event in of_legs if event.pk not in have]
    nameless = legs - {event.call_sid for event in events}
    for leg in sorted(nameless):
        # Nothing better is known of this leg than that it asked for calls or ended.
        events += WebhookEvent.objects.filter(call_sid=leg).order_by("pk")[:1]
    return events


def _strangers(sid: str, events: list[WebhookEvent]) -> frozenset[str]:
    """SIDs that Dial actions name and no event of ours is about."""
    named = {
        event.other_sid
        for event in events
        if event.kind == Kind.OPERATOR_DONE and event.call_sid != sid
    }
    named -= {"", sid, *(event.call_sid for event in events)}
    if not named:
        return frozenset()
    known = WebhookEvent.objects.filter(call_sid__in=named)
    return frozenset(named - set(known.values_list("call_sid", flat=True).distinct()))


def _mark_told(pks: Iterable[int]) -> None:
    pks = list(pks)
    if pks:
        WebhookEvent.objects.filter(pk__in=pks).update(
            told_at=timezone.now(), tell_error=""
        )


def _mark_untold(event: WebhookEvent, error: str) -> None:
    try:
        WebhookEvent.objects.filter(pk=event.pk).update(told_at=None, tell_error=error)
    except Error:
        logger.warning("event %s could not be marked untold", event.pk)


_rules_lock = threading.Lock()
_rules: tuple[int, Rules] | None = None


def current_rules() -> Rules:
    """The rules by today's setup, read again when the setup version has changed."""
    global _rules
    version = SetupVersion.objects.filter(pk=1).values_list("version", flat=True)
    current = next(iter(version), 0)
    with _rules_lock:
        if _rules is None or _rules[0] != current or current == 0:
            _rules = current, _read_rules()
        return _rules[1]


def forget_rules() -> None:
    """Read the rules again next time: for tests, which change tables unseen."""
    global _rules
    with _rules_lock:
        _rules = None


def _read_rules() -> Rules:
    zone = ZoneInfo(settings.TIME_ZONE)
    thresholds: dict[str, list[Threshold]] = {}
    for row in QueueThreshold.objects.select_related("queue"):
        midnight = datetime.combine(row.valid_from, clock.min, zone)
        thresholds.setdefault(row.queue.slug, []).append(
            Threshold(midnight, row.target_seconds, row.short_abandon_seconds)
        )
    queues = Queue.objects.exclude(twilio_sid="").values_list("twilio_sid", "slug")
    operators = list(Operator.objects.values_list("number", "client_identity"))
    return Rules(
        thresholds={slug: tuple(rows) for slug, rows in thresholds.items()},
        queues_by_sid=dict(queues),
        operator_numbers=frozenset(number for number, _ in operators if number),
        operator_identities=frozenset(name for _, name in operators if name),
    )
