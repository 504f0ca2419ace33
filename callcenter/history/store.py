"""Reads rules and events, tells a call, and has its rows written under the call's lock.

The way from a kept event to true rows; nobody else tells.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from django.db import Error, IntegrityError, OperationalError, transaction
from django.utils import timezone

from callcenter.history.concerns import concerned_by
from callcenter.history.contacts import (
    Changed,
    answered_at,
    calls_that_say_otherwise,
    contacts_of,
)
from callcenter.history.locking import (
    LOCK_WAIT_SECONDS,
    OutOfTime,
    short_lock_waits,
    try_again_when_locked,
)
from callcenter.history.reading import (
    events_of,
    makes_a_call,
    setup_version,
    strangers_among,
)
from callcenter.history.rules import Rules
from callcenter.history.setup import current_rules
from callcenter.history.tell import History, tell
from callcenter.history.write import write_history
from callcenter.models import (
    Call,
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
                retell(sid, deadline=deadline, doubt=event.was_cut_off)
            if last:
                retell(
                    last, deadline=deadline, told=[event.pk], doubt=event.was_cut_off
                )
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
    cut_off = [concerned[event.pk] for event in events if event.was_cut_off]
    doubted: set[str] = set().union(*cut_off)
    _make_rows(sids)
    for sid in sids:
        try:
            retell(sid, mark=False, doubt=sid in doubted)
        except Exception as error:
            logger.exception("call %s could not be told", sid)
            failed[sid] = f"{type(error).__name__}: {error}"
        told_one()
    _mark_told([pk for pk, about in concerned.items() if not about & failed.keys()])
    sealed = set(Call.objects.sealed(sids).values_list("sid", flat=True))
    _mark_late([event.pk for event in events if event.call_sid in sealed])
    for pk, about in concerned.items():
        for sid in about & failed.keys():
            WebhookEvent.objects.filter(pk=pk).update(
                told_at=None, tell_error=failed[sid]
            )
    return len(sids) - len(failed)


def retell(
    sid: str,
    *,
    deadline: float | None = None,
    told: Iterable[int] = (),
    mark: bool = True,
    thorough: bool = False,
    doubt: bool = False,
    cascade: bool = True,
) -> None:
    """Make the rows of a leg say what the events that concern it say.

    Marks the events `told` in the same transaction, and with `mark` those that concern
    nothing but this leg. Then abandoned calls of the number that this one recovers, or
    recovers no more, are told in transactions of their own; those start no others. With
    `doubt` all of them are looked at, as an earlier telling may not have got to them.
    OutOfTime past the deadline (on `time.monotonic`). A sealed leg stays as it is, and
    `told` are marked as late.
    """
    told = list(told)
    try:
        changed = try_again_when_locked(
            lambda: _tell_once(sid, told, mark=mark, thorough=thorough, doubt=doubt),
            deadline,
        )
    except _Sealed:
        _mark_late(told)
        return
    if changed is None:
        return
    if cascade:
        number = changed.call.caller
        again = calls_that_say_otherwise(number) if doubt else changed.to_tell_again()
        for other in again:
            retell(other, deadline=deadline, cascade=False)
    # Only now, so that nothing is taken for told if we are stopped on the way.
    try_again_when_locked(lambda: _mark_told(told), deadline)


def seal(calls: Iterable[Call]) -> None:
    """Let no telling change these calls any more; the caller has locked their rows."""
    pks = [call.pk for call in calls]
    Call.objects.filter(pk__in=pks).update(sealed_at=timezone.now())


class _Sealed(Exception):
    """The leg's events have been pruned: it is never told again."""


def _tell_once(
    sid: str, told: list[int], *, mark: bool, thorough: bool, doubt: bool
) -> Changed | None:
    """One telling under the lock; gives what may make other calls wrong."""
    tell_now = partial(
        _tell_locked, sid, told, mark=mark, thorough=thorough, doubt=doubt
    )
    row = tell_now()
    if row is None and makes_a_call(sid):
        # Made before the lock: inserted inside the transaction, simultaneous first
        # webhooks of a call deadlock on MariaDB.
        Call.objects.get_or_create(sid=sid)
        row = tell_now()
    if row is None:
        _mark_told(told)
        return None
    return row if doubt or row.matters else None


def _tell_locked(
    sid: str, told: list[int], *, mark: bool, thorough: bool, doubt: bool
) -> Changed | None:
    """As `_tell_once`; None where the leg has no row to lock."""
    with transaction.atomic():
        # Lock first, read second: two webhooks must not overwrite each other.
        rows = Call.objects.select_for_update().order_by()
        call = rows.filter(sid=sid).first()
        if call is None:
            return None
        if call.sealed_at:
            raise _Sealed
        was_called, was_answered = call.caller, answered_at(call)
        is_operator = call.kind == Call.Kind.OPERATOR
        events = events_of(sid, is_operator=is_operator)
        history = _told(call, events, current_rules(setup_version(events)))
        # Nobody has told a row yet that does not say when the leg began.
        is_new = call.started_at is None
        were = write_history(call, history, is_new=is_new, thorough=thorough)
        changed = Changed(call, history, was_called, was_answered, were)
        if not (doubt or changed.matters):
            with_it = [
                event.pk
                for event in events
                if mark
                and event.told_at is None
                and event.call_sid == sid
                and event.kind in _OF_ONE_CALL
            ]
            _mark_told({*told, *with_it})
    return changed


def _make_rows(sids: Sequence[str]) -> None:
    """Makes the rows of new legs at once, before they are locked one by one."""
    known = set(Call.objects.filter(sid__in=sids).values_list("sid", flat=True))
    new = [sid for sid in sids if sid not in known]
    own = WebhookEvent.objects.filter(call_sid__in=new).exclude(kind=Kind.RECORDING)
    named = WebhookEvent.objects.filter(other_sid__in=new, kind=Kind.CONNECT)
    heard = set(own.values_list("call_sid", flat=True).distinct())
    heard |= set(named.values_list("other_sid", flat=True).distinct())
    try:
        with transaction.atomic():
            Call.objects.bulk_create([Call(sid=sid) for sid in sorted(heard)])
    except (IntegrityError, OperationalError):
        # Another worker makes some of them: each telling makes what it lacks.
        logger.debug("rows of %d legs are made one by one", len(heard))


def _told(call: Call, events: list[WebhookEvent], rules: Rules) -> History:
    """The history by the rules; with contacts only where somebody gave up."""
    strangers = strangers_among(call.sid, events)
    history = tell(call.sid, events, rules, strangers)
    given_up = [row.abandoned_at for row in history.abandoned_calls if row.caller]
    if given_up and history.call:
        contacts = contacts_of(history.call.caller, min(given_up), but=call)
        if contacts:
            rules = replace(rules, contacts=contacts)
            history = tell(call.sid, events, rules, strangers)
    return history


def _mark_told(pks: Iterable[int]) -> None:
    pks = list(pks)
    if pks:
        WebhookEvent.objects.filter(pk__in=pks).update(
            told_at=timezone.now(), tell_error=""
        )


def _mark_late(pks: list[int]) -> None:
    if pks:
        WebhookEvent.objects.filter(pk__in=pks).update(
            told_at=None, tell_error=WebhookEvent.LATE
        )


def _mark_untold(event: WebhookEvent, error: str) -> None:
    try:
        WebhookEvent.objects.filter(pk=event.pk).update(told_at=None, tell_error=error)
    except Error:
        logger.warning("event %s could not be marked untold", event.pk)
