"""The acts of people on callers who gave up: claim, ring back, note, close, reopen.

An act concerns a caller: all calls of the number that nobody has served yet, locked in
order of id, so that of two people one is first. What is refused leaves no trace.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.utils import timezone

from callcenter.models.abandoned import AbandonedCall
from callcenter.models.followup import FollowUp, FollowUpStep

State = FollowUp.State
Act = FollowUpStep.Act
Result = FollowUpStep.Result
ActP = ParamSpec("ActP")

_TRIES = 3


class Refused(Exception):
    """The act cannot be done, and nothing has changed."""


class NothingToDo(Refused):
    """The caller has been served meanwhile, or there is nothing to take back."""


class ClaimedByAnother(Refused):
    """Somebody else is on it, since a moment."""

    def __init__(self, by: User, at: datetime) -> None:
        super().__init__(by, at)
        self.by = by
        self.at = at


class Busy(Refused):
    """Other transactions hold the rows; a moment later it will work."""


def _unless_locked(act: Callable[ActP, None]) -> Callable[ActP, None]:
    """The act, tried again where a telling of the same call was in the way."""

    @wraps(act)
    def tried(*args: ActP.args, **kwargs: ActP.kwargs) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                if not _is_lock_error(error):
                    raise
                if attempt == _TRIES:
                    raise Busy from error
                time.sleep(0.02 * attempt)
        return None

    return tried


def _is_lock_error(error: OperationalError) -> bool:
    """A lock wait or deadlock of MariaDB/MySQL, or a locked SQLite file."""
    code = error.args[0] if error.args else None
    return code in (1205, 1213) or "locked" in str(error)


class _Calls:
    """The calls of a caller that nobody has served yet, locked, with the work on them.

    Calls that came after a claim has begun belong to it.
    """

    def __init__(self, rows: Sequence[AbandonedCall]) -> None:
        self.now = timezone.now()
        stored = FollowUp.objects.select_for_update().filter(
            abandoned_call__in=[row.pk for row in rows]
        )
        by_call = {each.abandoned_call_id: each for each in stored.order_by("pk")}
        done = (State.REACHED, State.CLOSED)
        self.follow_ups = [
            by_call.get(row.pk) or FollowUp(abandoned_call=row)
            for row in rows
            if row.pk not in by_call or by_call[row.pk].state not in done
        ]
        at = {row.pk: (row.abandoned_at, row.pk) for row in rows}
        self.follow_ups.sort(key=lambda each: at[each.abandoned_call_id])
        claims = [one for one in self.follow_ups if one.state == State.IN_PROGRESS]
        self.claim = claims[0] if claims else None
        if self.claim and len(claims) < len(self.follow_ups):
            self._take(self.claim.claimed_by, self.claim.claimed_at)

    def claim_for(self, user: User) -> None:
        """Makes the user the one who works on it; ClaimedByAnother, NothingToDo."""
        if self.is_claimed_by(user):
            return
        self._take(user, self.now)
        self.claim = self.follow_ups[-1]
        self.add_step(Act.CLAIMED, user)

    def is_claimed_by(self, user: User) -> bool:
        """Whether it is the user's already; ClaimedByAnother, NothingToDo."""
        if not self.follow_ups:
            raise NothingToDo
        claim = self.claim
        # The claim of somebody whose account is gone holds nobody up.
        if claim is None or claim.claimed_by is None or claim.claimed_at is None:
            return False
        if claim.claimed_by.pk != user.pk:
            raise ClaimedByAnother(claim.claimed_by, claim.claimed_at)
        return True

    def set(self, **values: Any) -> None:
        """Saves the values on the work on every call."""
        for each in self.follow_ups:
            for name, value in values.items():
                setattr(each, name, value)
            each.updated_at = self.now
        FollowUp.objects.bulk_update(
            [each for each in self.follow_ups if each.pk], [*values, "updated_at"]
        )
        for each in self.follow_ups:
            if not each.pk:
                each.save(force_insert=True)

    def add_step(self, act: Act, user: User, text: str = "", result: str = "") -> None:
        """Keeps what was done, on the newest call."""
        FollowUpStep.objects.create(
            follow_up=self.follow_ups[-1],
            act=act,
            result=result,
            text=text,
            by=user,
            made_at=self.now,
        )

    def _take(self, by: User | None, at: datetime | None) -> None:
        self.set(state=State.IN_PROGRESS, claimed_by=by, claimed_at=at)


@contextmanager
def _locked(caller: str) -> Iterator[_Calls]:
    """Within it nobody else acts on the caller's calls, and no telling changes them."""
    with transaction.atomic():
        rows = AbandonedCall.objects.reachable().filter(caller=caller)
        yield _Calls(list(rows.select_for_update().order_by("pk")))


@_unless_locked
def claim(caller: str, user: User) -> None:
    """The user takes the caller up; twice is as good as once."""
    with _locked(caller) as calls:
        calls.claim_for(user)
    # A telling that committed a call meanwhile saw no claim yet, and we no call.
    join_running_claims([caller])


@_unless_locked
def release(caller: str, user: User, *, of_anybody: bool = False) -> None:
    """The claim ends and the caller is open again; others' only `of_anybody`."""
    with _locked(caller) as calls:
        if calls.claim is None:
            raise NothingToDo
        if not of_anybody:
            calls.is_claimed_by(user)
        calls.set(state=State.OPEN, claimed_by=None, claimed_at=None)
        calls.add_step(Act.RELEASED, user)


@_unless_locked
def attempt(caller: str, user: User, result: str, text: str = "") -> None:
    """The user has rung back, with a result; who rings claims, who reaches is done."""
    with _locked(caller) as calls:
        calls.claim_for(user)
        newest = calls.follow_ups[-1]
        newest.attempts += 1
        newest.save(update_fields=["attempts"])
        calls.add_step(Act.ATTEMPT, user, text, result)
        if result == Result.REACHED:
            calls.set(state=State.REACHED, handled_by=user, handled_at=calls.now)
    join_running_claims([caller])


@_unless_locked
def close(caller: str, user: User, text: str = "") -> None:
    """Nothing more is done about the caller, for a reason."""
    with _locked(caller) as calls:
        calls.is_claimed_by(user)
        calls.set(state=State.CLOSED, handled_by=user, handled_at=calls.now)
        calls.add_step(Act.CLOSED, user, text)


@_unless_locked
def reopen(row: AbandonedCall, user: User) -> None:
    """What was reached or closed together with this call is open again."""
    with transaction.atomic():
        rows = AbandonedCall.objects.reachable().filter(caller=row.caller)
        locked = [each.pk for each in rows.select_for_update().order_by("pk")]
        done = FollowUp.objects.select_for_update().filter(
            abandoned_call__in=locked, state__in=(State.REACHED, State.CLOSED)
        )
        this = done.filter(abandoned_call=row).first()
        if this is None:
            raise NothingToDo
        together = done.filter(abandoned_call=row)
        if this.handled_at:
            together = done.filter(handled_at=this.handled_at)
        together.update(
            state=State.OPEN,
            claimed_by=None,
            claimed_at=None,
            handled_by=None,
            handled_at=None,
            updated_at=timezone.now(),
        )
        FollowUpStep.objects.create(
            follow_up=this, act=Act.REOPENED, by=user, made_at=timezone.now()
        )
    join_running_claims([row.caller])


@_unless_locked
def note(row: AbandonedCall, user: User, text: str) -> None:
    """Keeps a note about an abandoned call, whoever works on it."""
    with transaction.atomic():
        # A telling may have found meanwhile that it was no abandonment.
        if not AbandonedCall.objects.select_for_update().filter(pk=row.pk).first():
            raise NothingToDo
        follow_up, _is_new = FollowUp.objects.get_or_create(abandoned_call=row)
        FollowUpStep.objects.create(
            follow_up=follow_up,
            act=Act.NOTE,
            text=text,
            by=user,
            made_at=timezone.now(),
        )
    join_running_claims([row.caller])


def join_running_claims(callers: Iterable[str]) -> None:
    """Calls that came after somebody has claimed their caller belong to the claim."""
    running = AbandonedCall.objects.reachable().filter(
        caller__in=set(callers), follow_up__state=State.IN_PROGRESS
    )
    for caller in running.order_by().values_list("caller", flat=True).distinct():
        with _locked(caller):
            pass
