"""Taking back that a ring-back has reached the caller: a machine answered, say."""

from django.contrib.auth.models import User
from django.utils import timezone

from callcenter.followup.acts import NothingToDo, done_whole
from callcenter.followup.claims import note_finished
from callcenter.models.abandoned import AbandonedCall
from callcenter.models.followup import FollowUp, FollowUpStep

Act = FollowUpStep.Act
Result = FollowUpStep.Result
State = FollowUp.State


def _last_reached(row: AbandonedCall, user: User) -> FollowUpStep | None:
    """The user's last ring-back of a row's caller, if Twilio says it was answered."""
    rung = FollowUpStep.objects.filter(act=Act.ATTEMPT, by=user).exclude(call_sid="")
    # Of a caller without a number that is the row's own.
    which = {"caller": row.caller} if row.caller else {"pk": row.pk}
    of_caller = rung.filter(
        follow_up__abandoned_call__in=AbandonedCall.all_reasons.filter(**which)
    )
    last = of_caller.order_by("-made_at", "-pk").first()
    return last if last and last.result == Result.REACHED else None


def leg_to_correct(row: AbandonedCall, user: User) -> str:
    """The operator's leg (SID) whose result `correct` would change.

    Raises acts.NothingToDo.
    """
    step = _last_reached(row, user)
    if step is None:
        raise NothingToDo
    return step.call_sid


def correct(row: AbandonedCall, user: User, result: str, text: str = "") -> None:
    """Give the user's last ring-back another result.

    What was done with it is the user's work again. Raises acts.Refused.
    """

    def act() -> None:
        step = _last_reached(row, user)
        if step is None:
            raise NothingToDo
        done = FollowUp.objects.filter(
            state=State.REACHED,
            handled_by=user,
            handled_at=step.follow_up.handled_at,
            abandoned_call__caller=step.follow_up.abandoned_call.caller,
        )
        pks = list(done.values_list("abandoned_call", flat=True))
        # Calls first and in order of id, as every act locks them (followup.claims).
        rows = AbandonedCall.all_reasons.filter(pk__in=pks)
        locked = list(rows.select_for_update().order_by("pk"))
        again = list(
            done.filter(abandoned_call__in=locked).select_for_update().order_by("pk")
        )
        step.result, step.text = result, text
        step.save(update_fields=["result", "text"])
        FollowUp.objects.filter(pk__in=[one.pk for one in again]).update(
            state=State.IN_PROGRESS,
            claimed_by=user,
            handled_by=None,
            handled_at=None,
            updated_at=timezone.now(),
        )
        note_finished(again, is_finished=False)

    done_whole(act)
