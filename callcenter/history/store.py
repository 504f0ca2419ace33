"""Reads rules and events, tells a call, and has its rows written under the call's lock.

The way from a kept event to true rows; nobody else tells.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from callcenter.followup.acts import join_running_claims
from callcenter.history.affected import affected_calls
from callcenter.history.contacts import (
    Derivation,
    calls_that_say_otherwise,
    contacts_of,
    stale_after,
)
from callcenter.history.derive import History, derive
from callcenter.history.reading import events_of, setup_version, unknown_legs_among
from callcenter.history.setup import current_rules
from callcenter.history.write import write_histories
from callcenter.locking import (
    LOCK_WAIT_SECONDS,
    OutOfTime,
    short_lock_waits,
    try_again_when_locked,
)
from callcenter.models import Call, WebhookEvent
from callcenter.routes import OF_ONE_CALL

logger = logging.getLogger(__name__)

# Legs told in one transaction where nobody waits for an answer: with fewer, statements
# cost more than telling; with more, a webhook of such a call would wait for its lock.
TOGETHER = 50


def derive_event(event: WebhookEvent, budget_seconds: float = 2.0) -> None:
    """Tells every call the event concerns, within the time an answer may be held up.

    A caller waits for the answer: what fails or takes too long is kept on the event
    (`told_at` stays empty) for the next event, or `rebuild_calls --pending`.
    """
    # A lock may be waited for once more after the deadline.
    deadline = time.monotonic() + budget_seconds - LOCK_WAIT_SECONDS
    try:
        with short_lock_waits():
            sids = affected_calls([event])[event.pk]
            recheck_contacts = sids if event.was_cut_off else frozenset()
            *others, last = [*sorted(sids - {event.call_sid}), event.call_sid]
            for sid in others:
                rebuild([sid], deadline=deadline, recheck_contacts=recheck_contacts)
            if last:
                rebuild(
                    [last],
                    deadline=deadline,
                    derived=[event.pk],
                    recheck_contacts=recheck_contacts,
                )
            else:
                _mark_derived([event.pk])
    except OutOfTime:
        logger.warning("event %s is told later: no time", event.pk)
        _mark_pending(event, "")
    except Exception as error:
        # Whatever is wrong with our telling, the caller is served and nothing is lost.
        logger.exception("event %s could not be told", event.pk)
        _mark_pending(event, f"{type(error).__name__}: {error}")


def derive_events(
    events: Sequence[WebhookEvent], derived_one: Callable[[], object] = lambda: None
) -> int:
    """Tells every call that these kept events concern, each once; gives how many.

    Calls `told_one` after each. A call that cannot be told leaves its error on its
    events and the rest goes on.
    """
    concerned = affected_calls(events)
    failed: dict[str, str] = {}
    sids = sorted(set().union(*concerned.values())) if concerned else []
    cut_off = [concerned[event.pk] for event in events if event.was_cut_off]
    recheck_contacts: set[str] = set().union(*cut_off)
    for group in in_groups(sids):
        for sid, error in rebuild_each(group, recheck_contacts=recheck_contacts):
            if error is not None:
                failed[sid] = f"{type(error).__name__}: {error}"
            derived_one()
    _mark_derived([pk for pk, about in concerned.items() if not about & failed.keys()])
    sealed = set(Call.objects.sealed(sids).values_list("sid", flat=True))
    _mark_late([event.pk for event in events if event.call_sid in sealed])
    for pk, about in concerned.items():
        for sid in about & failed.keys():
            WebhookEvent.objects.filter(pk=pk).update(
                derived_at=None, derivation_error=failed[sid]
            )
    return len(sids) - len(failed)


def in_groups(sids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The legs in portions that are told in one transaction."""
    for start in range(0, len(sids), TOGETHER):
        yield sids[start : start + TOGETHER]


def rebuild_each(
    sids: Sequence[str],
    *,
    check_all_rows: bool = False,
    recheck_contacts: Collection[str] = (),
) -> Iterator[tuple[str, Exception | None]]:
    """Tells legs in one transaction, for where no caller waits; says how each went.

    If that fails, each is told alone, so that one leg's trouble is not the others'.
    """
    try:
        rebuild(
            sids,
            mark=False,
            check_all_rows=check_all_rows,
            recheck_contacts=recheck_contacts,
        )
    except Exception as error:
        if len(sids) > 1:
            logger.debug("%d legs are told one by one", len(sids), exc_info=True)
            for sid in sids:
                yield from rebuild_each(
                    [sid],
                    check_all_rows=check_all_rows,
                    recheck_contacts=recheck_contacts,
                )
            return
        logger.exception("call %s could not be told", sids[0])
        yield sids[0], error
    else:
        yield from ((sid, None) for sid in sids)


def rebuild(
    sids: Sequence[str],
    *,
    deadline: float | None = None,
    derived: Iterable[int] = (),
    mark: bool = True,
    check_all_rows: bool = False,
    recheck_contacts: Collection[str] = (),
    cascade: bool = True,
) -> None:
    """Make the rows of legs say what the events that concern them say.

    Marks the events `told` in the same transaction, and with `mark` those that concern
    nothing but their own leg. Then abandoned calls of the numbers that these recover,
    or recover no more, are told in transactions of their own; those start no others.
    Callers who gave up while somebody has claimed them join that claim.
    Of a leg that is `doubted` all of them are looked at, as an earlier telling may not
    have got to them. OutOfTime past the deadline (on `time.monotonic`). A sealed leg
    stays as it is; if all are, `told` are marked as late.
    """
    derived = list(derived)
    work = partial(
        _derive_once,
        sids,
        derived,
        mark=mark,
        check_all_rows=check_all_rows,
        recheck_contacts=recheck_contacts,
    )
    try:
        mattering = try_again_when_locked(work, deadline)
    except _Sealed:
        _mark_late(derived)
        return
    if not mattering:
        return
    # Only now can a claim that committed meanwhile be seen.
    given_up = {
        row.caller for one in mattering for row in one.history.abandoned_calls
    } - {""}
    if given_up:
        try_again_when_locked(lambda: join_running_claims(given_up), deadline)
    if cascade:
        certain = [one for one in mattering if one.call.sid not in recheck_contacts]
        numbers = {
            one.call.caller for one in mattering if one.call.sid in recheck_contacts
        }
        again = sorted(stale_after(certain) | calls_that_say_otherwise(numbers))
        # Where somebody waits, one lock at a time.
        groups = in_groups(again) if deadline is None else [[sid] for sid in again]
        for group in groups:
            rebuild(group, deadline=deadline, cascade=False)
    # Only now, so that nothing is taken for told if we are stopped on the way.
    try_again_when_locked(lambda: _mark_derived(derived), deadline)


def seal(calls: Iterable[Call]) -> None:
    """Let no telling change these calls any more; the caller has locked their rows."""
    pks = [call.pk for call in calls]
    Call.objects.filter(pk__in=pks).update(sealed_at=timezone.now())


class _Sealed(Exception):
    """The events of these legs have been pruned: they are never told again."""


def _derive_once(
    sids: Sequence[str], derived: list[int], **how: Any
) -> list[Derivation]:
    """One telling under the locks; gives those that may make other calls wrong."""
    try:
        return _derive_locked(sids, derived, **how)
    except IntegrityError:
        # Another worker has made the row of a new leg meanwhile: now it can be locked.
        return _derive_locked(sids, derived, **how)


def _derive_locked(
    sids: Sequence[str],
    derived: list[int],
    *,
    mark: bool,
    check_all_rows: bool,
    recheck_contacts: Collection[str],
) -> list[Derivation]:
    with transaction.atomic():
        # Lock first, read second: two webhooks must not overwrite each other. Whoever
        # makes the row of a new leg second fails, and comes back to lock it.
        rows = Call.objects.select_for_update().filter(sid__in=sids).order_by("sid")
        stored = {call.sid: call for call in rows}
        legs = [sid for sid in sids if sid not in stored or not stored[sid].sealed_at]
        if not legs:
            raise _Sealed
        operators = {
            sid for sid, call in stored.items() if call.kind == Call.Kind.OPERATOR
        }
        events = events_of(legs, operators)
        histories = _derived(events, stored)
        derivations = [
            Derivation(stored.get(sid) or Call(sid=sid), history)
            for sid, history in histories.items()
            if history.call or sid in stored
        ]
        write_histories(derivations, check_all_rows=check_all_rows)
        mattering = [
            one
            for one in derivations
            if one.matters or one.call.sid in recheck_contacts
        ]
        if not mattering:
            with_them = [
                event.pk
                for sid, about in events.items()
                for event in about
                if mark
                and event.derived_at is None
                and event.call_sid == sid
                and event.kind in OF_ONE_CALL
            ]
            _mark_derived({*derived, *with_them})
    return mattering


def _derived(
    events: Mapping[str, list[WebhookEvent]], stored: Mapping[str, Call]
) -> dict[str, History]:
    """The histories by the rules; with contacts only where somebody gave up."""
    rules = current_rules(setup_version(events))
    unknown_legs = unknown_legs_among(events)
    histories = {
        sid: derive(sid, about, rules, unknown_legs - {sid})
        for sid, about in events.items()
    }
    given_up = {
        sid: [row for row in history.abandoned_calls if row.caller]
        for sid, history in histories.items()
        if history.abandoned_calls
    }
    first: dict[str, datetime] = {}
    for rows in given_up.values():
        for row in rows:
            first[row.caller] = min(
                row.abandoned_at, first.get(row.caller, row.abandoned_at)
            )
    contacts = contacts_of(first)
    for sid, rows in given_up.items():
        others = {
            moment for row in rows for moment, by in contacts[row.caller] if by != sid
        }
        if others:
            known = replace(rules, contacts=tuple(sorted(others)))
            histories[sid] = derive(sid, events[sid], known, unknown_legs - {sid})
    return histories


def _mark_derived(pks: Iterable[int]) -> None:
    pks = list(pks)
    if pks:
        WebhookEvent.objects.filter(pk__in=pks).update(
            derived_at=timezone.now(), derivation_error=""
        )


def _mark_late(pks: list[int]) -> None:
    if pks:
        WebhookEvent.objects.filter(pk__in=pks).update(
            derived_at=None, derivation_error=WebhookEvent.LATE
        )


def _mark_pending(event: WebhookEvent, error: str) -> None:
    try:
        WebhookEvent.objects.filter(pk=event.pk).update(
            derived_at=None, derivation_error=error
        )
    except Error:
        logger.warning("event %s could not be marked untold", event.pk)
