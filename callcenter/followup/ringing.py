"""Ring-backs under way: whom the operator may ring, and what became of it.

The requests of the operator's leg ask the first and tell the second. It does none of
people's acts (followup.acts).
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from callcenter.dialling import is_dialled
from callcenter.followup.claims import lock_open_calls, note_finished
from callcenter.locking import try_again_when_locked
from callcenter.models.abandoned import AbandonedCall
from callcenter.models.followup import FollowUp, FollowUpStep
from callcenter.models.lines import PhoneLine
from callcenter.models.operators import Operator
from callcenter.models.ring_backs import RingBack

State = FollowUp.State
Outcome = RingBack.Outcome
_CLIENT = "client:"


def may_ring(number: str) -> bool:
    """Whether Twilio may ring this number for us: an allowed one, and no line of ours.

    A line of ours would lead back here.
    """
    return is_dialled(number) and not PhoneLine.objects.filter(number=number).exists()


def whom(token: str, leg: str, to: str, *, dials: bool) -> str:
    """The number that a leg to an operator's telephone may ring now; empty for none.

    `to` is the number at which the operator took the call. With `dials` the caller is
    rung by it, which each ring-back allows once: to that leg, as often as it asks.
    """
    return try_again_when_locked(lambda: _whom(token, leg, to, dials=dials))


@transaction.atomic
def _whom(token: str, leg: str, to: str, *, dials: bool) -> str:
    begun = RingBack.objects.filter(token=token).first()
    if begun is None:
        return ""
    # Calls first, as every act locks them: what is found then stays so.
    claim = lock_open_calls(begun.step.follow_up.abandoned_call.caller).claim
    ring = RingBack.objects.select_for_update().get(pk=begun.pk)
    by, operator, now = ring.step.by, ring.operator, timezone.now()
    may = (
        by is not None
        and by.is_active
        and claim is not None
        and claim.claimed_by_id == by.pk
        and operator is not None
        and operator.is_active
        and operator.number == to
        and ring.operator_call_sid in ("", leg)
        and ring.is_under_way(now)
    )
    number = ring.step.follow_up.abandoned_call.caller
    if not may or not may_ring(number):
        return ""
    ring.operator_call_sid = leg
    if dials:
        ring.dialled_at = ring.dialled_at or now
    ring.save(update_fields=["operator_call_sid", "dialled_at"])
    return number


def placed(ring: RingBack, leg: str) -> None:
    """Note by which leg Twilio rings the operator."""
    # The first request of the leg may have been faster.
    same = RingBack.objects.filter(pk=ring.pk, operator_call_sid="")
    try_again_when_locked(lambda: same.update(operator_call_sid=leg))


def not_placed(ring: RingBack) -> None:
    """Note that Twilio rings nobody: the next ring-back may begin."""
    same = RingBack.objects.filter(pk=ring.pk, ended_at=None)
    end = {"ended_at": timezone.now(), "outcome": Outcome.NOT_PLACED}
    try_again_when_locked(lambda: same.update(**end))


def settle(
    leg: str,
    *,
    at: datetime,
    operator: str,
    number: str,
    was_dialled: bool,
    result: str,
) -> None:
    """Note what became of an operator's leg that rang somebody, or was to do so.

    `at` is when that was known, `operator` as history names it, `number` whom the leg
    rang, and `result` a FollowUpStep.Result; each is empty where it is not known.
    Done again it changes nothing.
    """
    ring = RingBack.objects.filter(operator_call_sid=leg).first()
    if ring is not None:
        if not ring.outcome:
            _end(ring, at=at, was_dialled=was_dialled, result=result)
        return
    if not (result and number and operator.startswith(_CLIENT)):
        return
    identity = operator.removeprefix(_CLIENT)
    known = Operator.objects.filter(client_identity=identity, user__isnull=False)
    rung_by = known.select_related("user").first()
    if rung_by and rung_by.user:
        _note_call_from_browser(leg, number, rung_by.user, at, result)


@transaction.atomic
def _end(ring: RingBack, *, at: datetime, was_dialled: bool, result: str) -> None:
    work = _lock_claimed(ring.step.follow_up.abandoned_call.caller, ring.step.by)
    ring = RingBack.objects.select_for_update().get(pk=ring.pk)
    if ring.outcome:
        return
    step = ring.step
    ring.ended_at = max(at, step.made_at)
    if not was_dialled:
        ring.outcome = Outcome.NOT_TAKEN
    elif result:
        ring.outcome = Outcome.RUNG
        step.act, step.result = FollowUpStep.Act.ATTEMPT, result
        step.call_sid = ring.operator_call_sid
        step.save(update_fields=["act", "result", "call_sid"])
        _count_attempt(step, work, at)
    ring.save(update_fields=["ended_at", "outcome"])


@transaction.atomic
def _note_call_from_browser(
    leg: str, number: str, user: User, at: datetime, result: str
) -> None:
    """Note a call that the user made from the browser to a caller claimed before."""
    work = [
        one
        for one in _lock_claimed(number, user)
        if one.claimed_at and one.claimed_at <= at
    ]
    if work and not FollowUpStep.objects.filter(call_sid=leg).exists():
        step = FollowUpStep.objects.create(
            follow_up=work[-1],
            act=FollowUpStep.Act.ATTEMPT,
            result=result,
            by=user,
            made_at=at,
            call_sid=leg,
        )
        _count_attempt(step, work, at)


def _lock_claimed(caller: str, user: User | None) -> list[FollowUp]:
    """Lock and read what the user has claimed of a caller's calls, the newest last.

    Also calls that are recovered: the call that is noted may have made them so.
    """
    if not caller or user is None:
        return []
    claimed = FollowUp.objects.filter(state=State.IN_PROGRESS, claimed_by=user)
    pks = claimed.filter(abandoned_call__caller=caller).values_list(
        "abandoned_call", flat=True
    )
    # Calls first and in order of id, as every act locks them (followup.claims).
    rows = AbandonedCall.all_reasons.filter(pk__in=list(pks)).select_for_update()
    order = {row.pk: (row.abandoned_at, row.pk) for row in rows.order_by("pk")}
    work = claimed.filter(abandoned_call__in=list(order)).select_for_update()
    return sorted(work, key=lambda one: order[one.abandoned_call_id])


def _count_attempt(step: FollowUpStep, work: list[FollowUp], at: datetime) -> None:
    """Count an attempt; where the caller was reached, the work is done."""
    FollowUp.objects.filter(pk=step.follow_up_id).update(
        attempts=F("attempts") + 1, updated_at=timezone.now()
    )
    if step.result == FollowUpStep.Result.REACHED and work:
        FollowUp.objects.filter(pk__in=[one.pk for one in work]).update(
            state=State.REACHED,
            handled_by=step.by,
            handled_at=at,
            updated_at=timezone.now(),
        )
        note_finished(work, is_finished=True)
