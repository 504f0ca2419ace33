"""The calls of a caller that are still to be done, and the claim on them.

A claim concerns a caller, so it holds all those calls. Whoever acts on them locks them
first, in order of id: of two people one is first, and the second sees what the first
has done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcenter.models.abandoned import AbandonedCall
from callcenter.models.followup import FollowUp

State = FollowUp.State
# In these states the work on a caller is over.
DONE = (State.REACHED, State.CLOSED)


@dataclass(frozen=True, slots=True)
class OpenCalls:
    """The follow-ups of a caller's calls that are still to be done, oldest call first.

    The follow-up of a call on which nobody has acted yet is not saved.
    """

    follow_ups: list[FollowUp]
    now: datetime

    @property
    def newest(self) -> FollowUp:
        """The follow-up of the newest call, on which every step is kept."""
        return self.follow_ups[-1]

    @property
    def claim(self) -> FollowUp | None:
        """The first follow-up that somebody has claimed."""
        claims = (one for one in self.follow_ups if one.state == State.IN_PROGRESS)
        return next(claims, None)

    def join_claim(self) -> None:
        """Make calls that came after the caller was claimed part of the claim."""
        claim = self.claim
        if claim and any(one.state != State.IN_PROGRESS for one in self.follow_ups):
            self.set(
                state=State.IN_PROGRESS,
                claimed_by=claim.claimed_by,
                claimed_at=claim.claimed_at,
            )

    def set(self, **values: Any) -> None:
        """Save these values on every follow-up."""
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
        if "state" in values:
            note_finished(self.follow_ups, is_finished=values["state"] in DONE)


def note_finished(follow_ups: Iterable[FollowUp], *, is_finished: bool) -> None:
    """Note on the calls of follow-ups whether people have finished the work on them.

    Their rows must be locked; a new state of a follow-up and this belong together.
    """
    calls = [each.abandoned_call_id for each in follow_ups]
    AbandonedCall.all_reasons.filter(pk__in=calls).update(is_finished=is_finished)


def lock_calls(caller: str) -> list[AbandonedCall]:
    """Lock the calls of a caller who can be rung back and has not been answered since.

    Until the transaction ends nobody else acts on them and no derivation changes them.
    """
    rows = AbandonedCall.all_reasons.reachable().filter(caller=caller)
    return list(rows.select_for_update().order_by("pk"))


def lock_open_calls(caller: str) -> OpenCalls:
    """Lock the calls of a caller as `lock_calls` does, and read what is to be done."""
    rows = lock_calls(caller)
    stored = FollowUp.objects.select_for_update().filter(
        abandoned_call__in=[row.pk for row in rows]
    )
    by_call = {each.abandoned_call_id: each for each in stored.order_by("pk")}
    rows.sort(key=lambda row: (row.abandoned_at, row.pk))
    follow_ups = [by_call.get(row.pk) or FollowUp(abandoned_call=row) for row in rows]
    still_open = [each for each in follow_ups if each.state not in DONE]
    return OpenCalls(still_open, timezone.now())


def join_running_claims(callers: Iterable[str]) -> None:
    """Make calls that came after their caller was claimed part of the claim.

    A call is stored and a caller is claimed in two transactions, of which neither sees
    the other's rows. So each calls this after its commit.
    """
    running = AbandonedCall.all_reasons.reachable().filter(
        caller__in=set(callers), follow_up__state=State.IN_PROGRESS
    )
    for caller in running.order_by().values_list("caller", flat=True).distinct():
        with transaction.atomic():
            lock_open_calls(caller).join_claim()
