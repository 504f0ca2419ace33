"""What people do about callers: claim, ring back, note, close, reopen.

Every act locks the caller's calls, looks at them, and writes, in one transaction. An
act that is refused changes nothing.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.utils import timezone

from callcenter.followup.claims import (
    DONE,
    OpenCalls,
    join_running_claims,
    lock_calls,
    lock_open_calls,
    note_finished,
)
from callcenter.locking import is_lock_error, try_again_when_locked
from callcenter.models.abandoned import AbandonedCall
from callcenter.models.followup import FollowUp, FollowUpStep
from callcenter.models.operators import Operator
from callcenter.models.ring_backs import RingBack

ResultT = TypeVar("ResultT")

logger = logging.getLogger(__name__)

State = FollowUp.State
Act = FollowUpStep.Act
Result = FollowUpStep.Result


class Refused(Exception):
    """The act cannot be done, and nothing has changed."""


class NothingToDo(Refused):
    """The caller has been answered meanwhile, or there is nothing to take back."""


class ClaimedByAnother(Refused):
    """Another user has claimed the caller: who, and when."""

    def __init__(self, by: User, at: datetime) -> None:
        super().__init__(by, at)
        self.by = by
        self.at = at


class IsRung(Refused):
    """The caller is being rung back right now: by whom, and since when."""

    def __init__(self, by: User | None, since: datetime) -> None:
        super().__init__(by, since)
        self.by = by
        self.since = since


class Busy(Refused):
    """Other transactions hold the rows; a moment later it will work."""


def claim(caller: str, user: User) -> None:
    """Make the user the one who works on the caller; a second claim changes nothing.

    Like all acts, it may raise a subclass of Refused.
    """

    def act() -> None:
        _claim(lock_open_calls(caller), user)

    done_whole(act)
    _join_calls_stored_meanwhile(caller)


def release(caller: str, user: User, *, of_anybody: bool = False) -> None:
    """End the user's claim on the caller, or with `of_anybody` whoever's it is."""

    def act() -> None:
        calls = lock_open_calls(caller)
        if calls.claim is None:
            raise NothingToDo
        if not of_anybody:
            _is_claimed_by(calls, user)
        calls.set(state=State.OPEN, claimed_by=None, claimed_at=None)
        _add_step(calls.newest, Act.RELEASED, user)

    done_whole(act)


def attempt(caller: str, user: User, result: str, text: str = "") -> None:
    """Record that the user has rung back, and the result; this claims the caller.

    If the caller was reached, the work is done.
    """

    def act() -> None:
        calls = lock_open_calls(caller)
        _claim(calls, user)
        calls.newest.attempts += 1
        calls.newest.save(update_fields=["attempts"])
        _add_step(calls.newest, Act.ATTEMPT, user, text, result)
        if result == Result.REACHED:
            calls.set(state=State.REACHED, handled_by=user, handled_at=calls.now)

    done_whole(act)
    _join_calls_stored_meanwhile(caller)


def ring(caller: str, user: User, operator: Operator) -> RingBack:
    """Claim the caller and begin a ring-back, which Twilio is then to be asked for.

    Of several at the same moment one begins. Raises IsRung as long as that may come to
    something, whoever asks.
    """

    def act() -> RingBack:
        calls = lock_open_calls(caller)
        _claim(calls, user)
        running = RingBack.objects.under_way(calls.now).filter(
            step__follow_up__abandoned_call__caller=caller
        )
        if other := running.select_related("step__by").first():
            raise IsRung(other.step.by, other.step.made_at)
        # Two nodes of a cluster do not see each other's locks: of two transactions that
        # write the same rows one fails, and is tried again.
        calls.set(state=State.IN_PROGRESS)
        return RingBack.objects.create(
            step=_add_step(calls.newest, Act.RING, user),
            token=secrets.token_hex(16),
            operator=operator,
        )

    begun = done_whole(act)
    _join_calls_stored_meanwhile(caller)
    return begun


def close(caller: str, user: User, text: str = "") -> None:
    """Record that nothing more will be done about the caller, and why."""

    def act() -> None:
        calls = lock_open_calls(caller)
        _is_claimed_by(calls, user)
        calls.join_claim()
        calls.set(state=State.CLOSED, handled_by=user, handled_at=calls.now)
        _add_step(calls.newest, Act.CLOSED, user, text)

    done_whole(act)


def reopen(row: AbandonedCall, user: User) -> None:
    """Open this call again, and all that were reached or closed together with it."""

    def act() -> None:
        done = FollowUp.objects.select_for_update().filter(
            abandoned_call__in=[each.pk for each in lock_calls(row.caller)],
            state__in=DONE,
        )
        this = done.filter(abandoned_call=row).first()
        if this is None:
            raise NothingToDo
        together = done.filter(abandoned_call=row)
        if this.handled_at:
            together = done.filter(handled_at=this.handled_at)
        reopened = list(together)
        note_finished(reopened, is_finished=False)
        done.filter(pk__in=[each.pk for each in reopened]).update(
            state=State.OPEN,
            claimed_by=None,
            claimed_at=None,
            handled_by=None,
            handled_at=None,
            updated_at=timezone.now(),
        )
        _add_step(this, Act.REOPENED, user)
        # Somebody may have claimed a newer call of the caller.
        lock_open_calls(row.caller).join_claim()

    done_whole(act)


def note(row: AbandonedCall, user: User, text: str) -> None:
    """Record a note about an abandoned call, whoever works on it."""

    def act() -> None:
        lock_open_calls(row.caller).join_claim()
        # Derived again meanwhile, it may have turned out to be no abandonment.
        if not AbandonedCall.all_reasons.select_for_update().filter(pk=row.pk).first():
            raise NothingToDo
        follow_up, _is_new = FollowUp.objects.get_or_create(abandoned_call=row)
        _add_step(follow_up, Act.NOTE, user, text)

    done_whole(act)


def done_whole(act: Callable[[], ResultT]) -> ResultT:
    """Do the act in one transaction, again if rows are locked; Busy if they stay so."""
    try:
        return try_again_when_locked(transaction.atomic(act))
    except OperationalError as error:
        if is_lock_error(error):
            raise Busy from error
        raise


def _join_calls_stored_meanwhile(caller: str) -> None:
    """Make calls that were stored while the claim was committed part of the claim.

    The act itself is done and must not be tried again, whether or not this succeeds.
    """
    try:
        try_again_when_locked(lambda: join_running_claims([caller]))
    except OperationalError as error:
        if not is_lock_error(error):
            raise
        logger.warning("a call joins its caller's claim with the next act only")


def _claim(calls: OpenCalls, user: User) -> None:
    """Claim the calls for the user.

    Raises ClaimedByAnother or NothingToDo if the user cannot.
    """
    if _is_claimed_by(calls, user):
        calls.join_claim()
        return
    calls.set(state=State.IN_PROGRESS, claimed_by=user, claimed_at=calls.now)
    _add_step(calls.newest, Act.CLAIMED, user)


def _is_claimed_by(calls: OpenCalls, user: User) -> bool:
    """Whether the user has claimed the calls.

    Raises ClaimedByAnother or NothingToDo if the user cannot claim them.
    """
    if not calls.follow_ups:
        raise NothingToDo
    claim = calls.claim
    # The claim of a user whose account is deleted keeps nobody away.
    if claim is None or claim.claimed_by is None or claim.claimed_at is None:
        return False
    if claim.claimed_by.pk != user.pk:
        raise ClaimedByAnother(claim.claimed_by, claim.claimed_at)
    return True


def _add_step(
    follow_up: FollowUp, act: Act, user: User, text: str = "", result: str = ""
) -> FollowUpStep:
    return FollowUpStep.objects.create(
        follow_up=follow_up,
        act=act,
        result=result,
        text=text,
        by=user,
        made_at=timezone.now(),
    )
