"""The history told from the past's requests is the simulation's own account."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import Count, Q

from callcenter.demo.past.floor import CallAccount
from callcenter.demo.past.followups import follow_up
from callcenter.demo.past.load import (
    AnotherPast,
    begun,
    is_done,
    past_to_take_in,
    take_in,
)
from callcenter.demo.setup.second_line import add_second_line
from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    FollowUp,
    FollowUpStep,
    IvrStep,
    OperatorState,
    QueueEntry,
    WebhookEvent,
)
from callcenter.tests.demo.past.pasts import past, two_days
from callcenter.tests.history_rows import history_rows
from callcenter.upkeep.intake import BATCH

pytestmark = pytest.mark.django_db


def heard(call: CallAccount) -> tuple[str, bool]:
    """The outcome that can be told of what we heard, and whether there is a wait.

    Product.md 8.11 and 8.15: a connect speaks for an answer where the exit was lost;
    without one the end says no more than that the stay is over.
    """
    if "exit" not in call.lost:
        return call.outcome, True
    if call.operator_sid:
        return call.outcome, True
    if call.overflow_reason:
        # The last wait document let the caller go: inferred, once the end is known.
        return ("waiting", False) if "status" in call.lost else ("overflowed", True)
    return ("waiting" if "status" in call.lost else "unknown"), False


def account_of_entries() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for call in (call for day in two_days() for call in day.calls if call.queue):
        outcome, has_wait = heard(call)
        rows.append(
            (
                call.sid,
                1,
                call.queue,
                outcome,
                call.wait_seconds if has_wait else None,
                call.overflow_reason if outcome == "overflowed" else "",
                call.position,
                call.is_lost_while_connecting,
            )
        )
    return sorted(rows, key=repr)


def test_history_is_the_account_of_every_call():
    add_second_line(past().holidays)
    done = take_in(past())

    entries = QueueEntry.objects.values_list(
        *("call__sid", "visit", "queue", "outcome", "wait_seconds"),
        *("overflow_reason", "position", "is_lost_while_connecting"),
    )
    assert sorted(entries, key=repr) == account_of_entries()

    calls = [call for day in two_days() for call in day.calls]
    talks = Connection.objects.values_list(
        "entry__call__sid", "operator", "operator_call_sid", "talk_seconds"
    )
    assert sorted(talks) == sorted(
        (call.sid, call.operator, call.operator_sid, call.talk_seconds)
        for call in calls
        if call.talk_seconds is not None
    )

    steps = IvrStep.objects.order_by("call__sid", "step").values_list(
        "call__sid", "step", "menu", "input", "led_to"
    )
    assert list(steps) == [
        (call.sid, number, *step)
        for call in sorted(calls, key=lambda call: call.sid)
        for number, step in enumerate(call.steps, 1)
    ]

    customers = Call.objects.filter(kind=Call.Kind.CUSTOMER)
    assert sorted(customers.values_list("sid", "from_raw", "line")) == sorted(
        (call.sid, call.number, call.line) for call in calls
    )
    without_queue = customers.filter(entry_count=0).exclude(ended_at=None)
    assert dict(without_queue.values_list("sid", "outcome")) == {
        call.sid: call.outcome for call in calls if not call.queue and not call.lost
    }
    ends = dict(customers.exclude(ended_at=None).values_list("sid", "ended_at"))
    assert ends == {
        call.sid: datetime.fromtimestamp(int(call.ended_at), UTC)
        for call in calls
        if "status" not in call.lost
    }

    assert done.calls == len(calls)
    assert done.requests == done.taken.kept == WebhookEvent.objects.count() - 2
    assert not WebhookEvent.objects.pending().exists()


def test_balance_holds_and_nobody_is_signed_in_at_the_end():
    add_second_line(past().holidays)
    take_in(past())

    outcomes = QueueEntry.Outcome
    counted = QueueEntry.objects.aggregate(
        entered=Count("pk"),
        **{each.value: Count("pk", filter=Q(outcome=each)) for each in outcomes},
    )
    entered = counted.pop("entered")
    assert entered == sum(counted.values())
    assert counted["answered"] > 0.8 * entered
    assert not OperatorState.objects.filter(ended_at=None).exclude(
        state=OperatorState.State.SIGNED_OUT
    )
    operators = OperatorState.objects.values_list("operator", flat=True).distinct()
    assert len(set(operators)) == 12


def test_second_run_adds_nothing_though_time_has_passed():
    add_second_line(past().holidays)
    first = take_in(past())
    follow_up(past(), first.abandoned)
    rows, events = history_rows(), WebhookEvent.objects.count()
    notes = list(FollowUp.objects.order_by("pk").values_list())
    later = past(until="2026-11-22T01:02:03")

    again = past_to_take_in(later)
    second = take_in(again)
    made = follow_up(again, second.abandoned)

    assert again == past()
    assert (second.taken.kept, second.taken.derived, made) == (0, 0, 0)
    assert (history_rows(), WebhookEvent.objects.count()) == (rows, events)
    assert list(FollowUp.objects.order_by("pk").values_list()) == notes


def test_past_that_was_stopped_is_gone_on_with():
    add_second_line(past().holidays)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(past(), stop)
    assert begun() == past()
    assert not is_done()
    assert WebhookEvent.objects.count() > BATCH

    take_in(past_to_take_in(past(until="2026-11-21T00:00:00")))

    assert is_done()
    assert Call.objects.filter(kind=Call.Kind.CUSTOMER).count() == sum(
        len(day.calls) for day in two_days()
    )


@pytest.mark.parametrize("other", [{"seed": 8}, {"days": 3}])
def test_another_past_is_not_mixed_in(other):
    short = past(days=1)
    take_in(short)

    with pytest.raises(AnotherPast) as refusal:
        past_to_take_in(past(**{"days": 1, **other}))

    assert str(refusal.value) == "--days 1 --seed 7"


def test_older_callers_are_worked_on_and_those_of_two_days_are_open():
    user = User.objects.create_user("supervisor", is_staff=True)
    asked = past(days=5)
    add_second_line(asked.holidays)
    done = take_in(asked)

    made = follow_up(asked, done.abandoned)

    rows = FollowUp.objects.select_related("abandoned_call")
    yesterday = datetime(2026, 11, 19, tzinfo=asked.zone)
    assert made == len(rows) > 20
    assert {row.state for row in rows} == {"reached", "closed", "in_progress"}
    assert {row.claimed_by for row in rows} == {user}
    assert all(row.abandoned_call.abandoned_at < yesterday for row in rows)
    assert all(
        row.claimed_at == row.updated_at > row.abandoned_call.abandoned_at
        and row.handled_by == (None if row.state == "in_progress" else user)
        for row in rows
        if row.claimed_at
    )
    steps = FollowUpStep.objects.select_related("follow_up")
    assert {step.by for step in steps} == {user}
    assert all(step.made_at == step.follow_up.claimed_at for step in steps)
    rung_back = [step.follow_up_id for step in steps if step.act == "attempt"]
    assert {row.pk: row.attempts for row in rows if row.attempts} == Counter(rung_back)
    assert all(
        any(step.text for step in each.steps.all()) for each in rows if each.attempts
    )
    states = AbandonedCall.objects.with_state()
    recent = [call.state for call in states if call.abandoned_at >= yesterday]
    assert {"open", "recovered"} <= set(recent) <= {"open", "recovered", "closed"}
    # One state for all calls of a number.
    by_number: dict[str, set[str]] = {}
    for row in rows:
        by_number.setdefault(row.abandoned_call.caller, set()).add(row.state)
    assert all(len(found) == 1 for found in by_number.values())
    assert timedelta(0) < asked.until - max(row.updated_at for row in rows)


def test_callers_who_are_not_of_the_past_are_left_alone():
    add_second_line(past(days=1).holidays)

    assert follow_up(past(days=1), []) == 0
