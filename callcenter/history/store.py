"""Derives calls from their stored events and writes them, each under its lock.

The only way from stored events to rows of history.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial

from django.db import Error, IntegrityError, OperationalError, transaction
from django.utils import timezone

from callcenter.events.record import Kept, keep_forms
from callcenter.followup.claims import join_running_claims
from callcenter.followup.ringing import settle
from callcenter.history.affected import affected_calls
from callcenter.history.changes import Change, Derivation
from callcenter.history.contacts import contacts_of, made_wrong_by, wrong_of_numbers
from callcenter.history.derive import History, derive
from callcenter.history.desks import derive_desks
from callcenter.history.forgetting import forget_again
from callcenter.history.marks import (
    done_with_their_leg,
    mark_derived,
    mark_late,
    mark_late_of_leg,
    mark_pending,
)
from callcenter.history.reading import Inputs, inputs_of, unknown_legs_among
from callcenter.history.setup import current_rules
from callcenter.history.turns import take_turn
from callcenter.history.write import write_histories
from callcenter.locking import (
    LOCK_WAIT_SECONDS,
    OutOfTime,
    short_lock_waits,
    try_again_when_locked,
)
from callcenter.models import Call, WebhookEvent

logger = logging.getLogger(__name__)

# Legs derived in one transaction where nobody waits for an answer. With fewer of them
# statements cost more than deriving; with more, a webhook would wait long for a lock.
LEGS_AT_ONCE = 50


def derive_event(kept: Kept, budget_seconds: float = 2.0) -> None:
    """Derives every call the event concerns, within the time an answer may be held up.

    A caller waits for the answer, so nothing is raised. What fails or takes too long
    leaves the event pending, with the error if there was one; the next event of the
    call derives it, or `rebuild_calls --pending`.
    """
    event = kept.event
    # After the deadline one more wait for a lock may follow.
    deadline = time.monotonic() + budget_seconds - LOCK_WAIT_SECONDS
    try:
        with short_lock_waits():
            sids = affected_calls([kept])[event.pk]
            recheck_contacts = sids if kept.may_be_half_derived else frozenset()
            again = partial(
                rebuild, deadline=deadline, recheck_contacts=recheck_contacts
            )
            for error in derive_desks([event]).values():
                raise error
            for sid in sorted(sids - {event.call_sid}):
                again([sid])
            if event.call_sid:
                again([event.call_sid], mark=[event.pk])
            else:
                mark_derived([event.pk])
    except OutOfTime:
        logger.warning("event %s is derived later: no time", event.pk)
        _leave_pending(event, "")
    except Exception as error:
        # Whatever is wrong with our code, the caller is served and nothing is lost.
        logger.exception("event %s could not be derived", event.pk)
        _leave_pending(event, _kept(error))


def derive_events(
    kept: Sequence[Kept], on_each: Callable[[], object] = lambda: None
) -> int:
    """Derives every call that these events concern, each once; returns how many.

    Calls `on_each` after each of them. A call or a desk that cannot be derived leaves
    its error on its events, and the others go on.
    """
    desks = derive_desks(one.event for one in kept)
    failed = {sid: _kept(error) for sid, error in desks.items()}
    concerned = affected_calls(kept)
    unsure = [concerned[one.event.pk] for one in kept if one.may_be_half_derived]
    recheck_contacts: set[str] = set().union(*unsure)
    sids: list[str] = sorted(set().union(*concerned.values()))
    for group in in_groups(sids):
        for sid, error in rebuild_each(group, recheck_contacts=recheck_contacts):
            if error is not None:
                failed[sid] = _kept(error)
            on_each()
    # What an act at a desk names besides is the desk.
    needed = {
        one.event.pk: concerned[one.event.pk] | {one.event.other_sid} for one in kept
    }
    mark_derived([pk for pk, about in needed.items() if not about & failed.keys()])
    sealed = set(Call.objects.sealed(sids).values_list("sid", flat=True))
    mark_late([one.event.pk for one in kept if one.event.call_sid in sealed])
    for pk, about in needed.items():
        for sid in about & failed.keys():
            mark_pending(pk, failed[sid])
    return len(set(sids) - failed.keys())


def in_groups(sids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The legs in groups that are derived in one transaction."""
    for start in range(0, len(sids), LEGS_AT_ONCE):
        yield sids[start : start + LEGS_AT_ONCE]


def rebuild_each(
    sids: Sequence[str],
    *,
    check_all_rows: bool = False,
    recheck_contacts: Collection[str] = (),
) -> Iterator[tuple[str, Exception | None]]:
    """Derives legs in one transaction where no caller waits; returns each leg's error.

    If the transaction fails, each leg is derived alone, so that one that cannot be
    derived does not keep the others from it.
    """
    try:
        rebuild(
            sids,
            mark_own=False,
            check_all_rows=check_all_rows,
            recheck_contacts=recheck_contacts,
        )
    except Exception as error:
        if len(sids) > 1:
            logger.debug("%d legs are derived one by one", len(sids), exc_info=True)
            for sid in sids:
                yield from rebuild_each(
                    [sid],
                    check_all_rows=check_all_rows,
                    recheck_contacts=recheck_contacts,
                )
            return
        logger.exception("call %s could not be derived", sids[0])
        yield sids[0], error
    else:
        yield from ((sid, None) for sid in sids)


def rebuild(
    sids: Sequence[str],
    *,
    deadline: float | None = None,
    mark: Sequence[int] = (),
    mark_own: bool = True,
    check_all_rows: bool = False,
    recheck_contacts: Collection[str] = (),
    cascade: bool = True,
) -> None:
    """Makes the rows of legs say what the events that concern them say.

    Marks the events `mark` (primary keys) as derived in the same transaction and, with
    `mark_own`, those that concern only their own leg. A sealed leg stays as it is; if
    all are sealed, the events `mark` are marked as late, as are a leg's own events that
    came too late after its end.

    Afterwards, with `cascade`, abandoned calls of the same numbers whose recovery this
    has changed are derived in transactions of their own, which start no others. Of legs
    in `recheck_contacts` all abandoned calls of the number are compared, as an earlier
    derivation may have been interrupted before them. New abandoned calls join a running
    claim on their caller, and what became of a ring-back is noted on it.

    Raises OutOfTime past the deadline, a moment of `time.monotonic`.
    """
    work = partial(
        _derive_locked,
        sids,
        mark,
        mark_own=mark_own,
        check_all_rows=check_all_rows,
        recheck_contacts=recheck_contacts,
    )
    try:
        changes = try_again_when_locked(partial(_twice_if_stored, work), deadline)
    except _Sealed:
        mark_late(mark)
        return
    if not changes:
        return
    # A claim that committed meanwhile is visible only after our own commit.
    callers = {row.caller for one in changes for row in one.unserved} - {""}
    if callers:
        try_again_when_locked(lambda: join_running_claims(callers), deadline)
    for one in changes:
        if one.rung:
            note = partial(settle, one.sid, **asdict(one.rung))
            try_again_when_locked(note, deadline)
    if cascade:
        wrong = made_wrong_by(one for one in changes if one.sid not in recheck_contacts)
        wrong |= wrong_of_numbers(
            one.caller for one in changes if one.sid in recheck_contacts
        )
        # Where somebody waits, one lock at a time.
        again = sorted(wrong)
        groups = in_groups(again) if deadline is None else [[sid] for sid in again]
        for group in groups:
            rebuild(group, deadline=deadline, cascade=False)
    # Last of all: if we are interrupted earlier, the events must stay pending.
    try_again_when_locked(lambda: mark_derived(mark), deadline)


def seal(calls: Iterable[Call]) -> None:
    """Lets no derivation change these calls again; the caller has locked their rows."""
    pks = [call.pk for call in calls]
    Call.objects.filter(pk__in=pks).update(sealed_at=timezone.now())


class _Sealed(Exception):
    """The events of all these legs have been pruned, so they cannot be derived."""


def _twice_if_stored(work: Callable[[], list[Change]]) -> list[Change]:
    """Does the work, again if another worker stores the row of a new leg meanwhile."""
    try:
        return work()
    except IntegrityError:
        return work()


def _derive_locked(
    sids: Sequence[str],
    mark: Sequence[int],
    *,
    mark_own: bool,
    check_all_rows: bool,
    recheck_contacts: Collection[str],
) -> list[Change]:
    """Derives and writes legs in one transaction; returns changes that concern others.

    If there are no such changes, the events are marked as derived in the same
    transaction. Raises _Sealed if no leg is left.
    """
    with transaction.atomic():
        # Lock first, read second: two webhooks must not overwrite each other. If two
        # insert the row of a new leg, the second fails, tries again and locks the row.
        rows = Call.objects.select_for_update().filter(sid__in=sids).order_by("sid")
        stored = {call.sid: call for call in rows}
        legs = [sid for sid in sids if sid not in stored or not stored[sid].sealed_at]
        if not legs:
            raise _Sealed
        take_turn(stored.values())
        operators = {
            sid for sid, call in stored.items() if call.kind == Call.Kind.OPERATOR
        }
        inputs = inputs_of(legs, operators)
        keep_forms(forget_again(inputs.events))
        derivations = [
            derivation
            for sid, history in _histories(inputs).items()
            if (derivation := Derivation.of(stored.get(sid), history))
        ]
        had_before = write_histories(derivations, check_all_rows=check_all_rows)
        for sid, events in inputs.events.items():
            mark_late_of_leg(sid, events)
        changes = [
            change
            for one in derivations
            if (change := one.change(had_before.get(one.call.sid))).may_recover
            or change.rung
            or change.sid in recheck_contacts
        ]
        if not changes:
            own = done_with_their_leg(inputs.events) if mark_own else ()
            mark_derived({*mark, *own})
    return changes


def _histories(inputs: Inputs) -> dict[str, History]:
    """The legs' histories; contacts are only read where somebody was left unserved."""
    rules = current_rules(inputs.setup_version)
    unknown_legs = unknown_legs_among(inputs.events)
    histories = {
        sid: derive(sid, events, rules, unknown_legs - {sid})
        for sid, events in inputs.events.items()
    }
    unserved = {
        sid: [row for row in history.unserved if row.caller]
        for sid, history in histories.items()
        if history.unserved
    }
    contacts = contacts_of(
        (row.caller, row.abandoned_at) for rows in unserved.values() for row in rows
    )
    for sid, rows in unserved.items():
        others = {
            contact for row in rows for contact, by in contacts[row.caller] if by != sid
        }
        if others:
            known = replace(rules, contacts=tuple(others))
            histories[sid] = derive(
                sid, inputs.events[sid], known, unknown_legs - {sid}
            )
    return histories


def _kept(error: Exception) -> str:
    """What is kept of an error with the event; nothing where another try helps."""
    if isinstance(error, OperationalError):
        return ""
    return f"{type(error).__name__}: {error}"


def _leave_pending(event: WebhookEvent, error: str) -> None:
    try:
        mark_pending(event.pk, error)
    except Error:
        logger.warning("event %s could not be marked as pending", event.pk)
