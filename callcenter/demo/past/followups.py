"""What people did about the unserved callers of the past: claims, calls, notes.

People's data: written once, through the models, for calls of the past alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.models import User
from django.db import transaction

from callcenter.days import midnight
from callcenter.demo.past.days import Past
from callcenter.demo.setup import names
from callcenter.followup.claims import DONE, note_finished
from callcenter.models import AbandonedCall, FollowUp, FollowUpStep

State = FollowUp.State
Act = FollowUpStep.Act
Result = FollowUpStep.Result

# By language, as many in each: then chance draws the same ones in both.
_REACHED = {
    "ja": (
        "折り返しお電話し、ご用件を承りました。",
        "お届け日のお問い合わせでした。ご案内済み。",
        "1回目は留守番電話でしたが、つながりました。解決済み。",
        "ご注文の変更を承りました。",
        "ご請求の内容をご説明し、ご納得いただきました。",
        "次回は午前中のお電話をご希望です。",
        "担当者から改めてご連絡することになりました。",
    ),
    "en": (
        "Called back and took the request.",
        "Wanted to know when the parcel arrives. Answered.",
        "An answering machine at first, then reached. Solved.",
        "Order changed as the customer wished.",
        "Explained the invoice; the customer is content.",
        "Asked us to call before noon next time.",
        "A colleague will call again with the details.",
    ),
}
_CLOSED = {
    "ja": (
        "3回お電話しましたが、お出になりませんでした。",
        "間違い電話でした。",
        "メールで解決済みとのことでした。",
        "その後メールをいただき、返信しました。",
    ),
    "en": (
        "Called three times without an answer.",
        "Wrong number: meant another company.",
        "Solved by mail.",
        "Has written to us meanwhile; answered by mail.",
    ),
}
_IN_PROGRESS = {
    "ja": (
        "留守番電話に伝言を残しました。夕方にもう一度かけます。",
        "お出になりません。明日の午前中にもう一度かけます。",
        "折り返しのお電話待ち。",
    ),
    "en": (
        "Left a message on the answering machine; will call again in the evening.",
        "No answer yet, trying again tomorrow morning.",
        "Waiting for the customer to call back.",
    ),
}
# Of a hundred callers who did not call again.
_REACHED_SHARE, _CLOSED_SHARE, _IN_PROGRESS_SHARE = 68, 16, 8
_BATCH = 500


@transaction.atomic
def follow_up(past: Past, customers: Sequence[str]) -> int:
    """Works through the callers of all but the last two days; returns the rows made.

    `customers` are the SIDs of the calls of the past. What has a row is left alone, and
    chance is the caller's own, so that a second run makes nothing.
    """
    yesterday = past.dates[-1] - timedelta(days=1)
    before = midnight(yesterday, past.zone)
    users = list(User.objects.filter(is_active=True, is_staff=True).order_by("pk"))
    made: list[FollowUp] = []
    steps: list[FollowUpStep] = []
    for caller, calls in sorted(_open_callers(customers, before).items()):
        rows, what_was_done = _worked_on(caller, calls, users, past.seed)
        made += rows
        steps += what_was_done
    # One by one: MySQL does not return the ids of many new rows.
    for row in made:
        row.save(force_insert=True)
    FollowUpStep.objects.bulk_create(steps, batch_size=_BATCH)
    # `save` sets the present moment.
    for row in made:
        row.updated_at = row.claimed_at or past.until
    FollowUp.objects.bulk_update(made, ["updated_at"], batch_size=_BATCH)
    finished = [row for row in made if row.state in DONE]
    for start in range(0, len(finished), _BATCH):
        note_finished(finished[start : start + _BATCH], is_finished=True)
    return len(made)


def _open_callers(
    customers: Sequence[str], before: datetime
) -> dict[str, list[AbandonedCall]]:
    """The open rows of the work list without a follow-up, by the caller's number."""
    callers = defaultdict(list)
    for start in range(0, len(customers), _BATCH):
        rows = AbandonedCall.all_reasons.with_state().filter(
            call__sid__in=customers[start : start + _BATCH],
            abandoned_at__lt=before,
            follow_up=None,
        )
        for row in rows:
            if row.state == AbandonedCall.State.OPEN:
                callers[row.caller].append(row)
    return callers


def _worked_on(
    caller: str, calls: Iterable[AbandonedCall], users: Sequence[User], seed: int
) -> tuple[list[FollowUp], list[FollowUpStep]]:
    """One claim for all calls of a number and what was done then, or nothing."""
    random = Random(f"{seed} follow-up {caller}")
    calls = sorted(calls, key=lambda call: call.abandoned_at)
    drawn, spoken = random.random() * 100, names.language()
    user = random.choice(users) if users else None
    claimed_at = calls[-1].abandoned_at + timedelta(minutes=random.uniform(8, 150))
    if drawn < _REACHED_SHARE:
        state, note, attempts = State.REACHED, random.choice(_REACHED[spoken]), 1
    elif drawn < _REACHED_SHARE + _CLOSED_SHARE:
        state, note, attempts = State.CLOSED, random.choice(_CLOSED[spoken]), 3
    elif drawn < _REACHED_SHARE + _CLOSED_SHARE + _IN_PROGRESS_SHARE:
        state, note, attempts = (
            State.IN_PROGRESS,
            random.choice(_IN_PROGRESS[spoken]),
            1,
        )
    else:
        return [], []
    rows = [
        FollowUp(
            abandoned_call=call,
            state=state,
            claimed_by=user,
            claimed_at=claimed_at,
            handled_by=None if state == State.IN_PROGRESS else user,
            handled_at=None if state == State.IN_PROGRESS else claimed_at,
            attempts=attempts if call is calls[-1] else 0,
        )
        for call in calls
    ]
    done = [(Act.CLAIMED, "", "")]
    done += [(Act.ATTEMPT, Result.NO_ANSWER, "")] * (attempts - 1)
    if state == State.REACHED:
        done.append((Act.ATTEMPT, Result.REACHED, note))
    elif state == State.IN_PROGRESS:
        done.append((Act.ATTEMPT, Result.LEFT_MESSAGE, note))
    else:
        done.append((Act.ATTEMPT, Result.NO_ANSWER, ""))
        done.append((Act.CLOSED, "", note))
    return rows, [
        FollowUpStep(
            follow_up=rows[-1],
            act=act,
            result=result,
            text=text,
            by=user,
            made_at=claimed_at,
        )
        for act, result, text in done
    ]
