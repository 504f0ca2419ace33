"""The history derived from a past is the stand-in's own account of its calls."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import Count, Q

from callcenter.decision import Decision, Verb
from callcenter.demo.past.days import PastDay
from callcenter.demo.past.followups import follow_up
from callcenter.demo.past.load import (
    AnotherPast,
    begun,
    is_done,
    load_past,
    past_to_load,
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
    Queue,
    QueueEntry,
    Recording,
    Voicemail,
    WebhookEvent,
)
from callcenter.tests.demo.past.pasts import DayAccount, past, played, two_days
from callcenter.tests.history_rows import history_rows
from callcenter.tests.roads.account import Customer, Entry
from callcenter.upkeep.intake import BATCH, LoadResult

# In one process with test_past.py, which plays the same days.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("past")]


def history() -> dict[str, Customer]:
    """What the tables say of every call of a customer."""
    entries = {
        row.call.sid: (row, row.connections.first())
        for row in QueueEntry.objects.select_related("call").prefetch_related(
            "connections"
        )
    }
    assert len(entries) == QueueEntry.objects.count()
    return {
        call.sid: Customer(
            call.outcome,
            call.duration_seconds,
            entry_of(*entries[call.sid]) if call.sid in entries else None,
        )
        for call in Call.objects.customers()
    }


def entry_of(row: QueueEntry, connection: Connection | None) -> Entry:
    return Entry(
        row.queue,
        row.outcome,
        row.overflow_reason,
        row.wait_seconds,
        connection.operator if connection else "",
        connection.talk_seconds if connection else None,
        row.is_inferred,
        row.is_lost_while_connecting,
    )


def steps_of(day: PastDay) -> list[tuple[str, int, str, str, str]]:
    """Every menu that a caller heard: number in the call, key, what followed."""
    decided = {event.token: event.decision for event in day.events}
    steps = []
    for leg in day.customers:
        menus = [""]
        for sent in day.exchange.sent:
            if sent.leg_sid != leg.sid or sent.kind not in ("incoming", "gather"):
                continue
            if sent.kind == "gather" and "/menu/" not in sent.url:
                continue  # a key pressed while waiting
            decision = Decision.parse(decided[sent.token])
            if sent.kind == "gather":
                menu = sent.url.split("/menu/")[1].partition("/")[0]
                key = sent.form.get("Digits", "")
                steps.append((leg.sid, len(menus) - 1, menu, key, str(decision)))
                assert menus[-1] == menu
            menus.append(decision.target if decision.verb is Verb.MENU else "")
        if menus[-1]:
            steps.append((leg.sid, len(menus) - 1, menus[-1], "", ""))
    return sorted(steps)


def test_history_is_the_account_of_every_call():
    add_second_line(past().holidays)
    days = two_days()
    done = load_past(past())

    wanted: dict[str, Customer] = {}
    lost = Counter[str]()
    for day in days:
        account = DayAccount(day)
        for leg in day.customers:
            touched = account.is_touched(leg)
            wanted[leg.sid] = account.known(leg) if touched else account.truth(leg)
            lost[str(day.day)] += touched
    derived = history()
    assert {
        sid: (derived.get(sid), wanted.get(sid))
        for sid in derived.keys() | wanted.keys()
        if derived.get(sid) != wanted.get(sid)
    } == {}
    assert len(derived) > 700
    assert lost["2026-11-19"] > 10
    assert lost["2026-11-20"] == 0

    messages = Voicemail.objects.values_list("queue", "duration_seconds")
    assert {queue for queue, _seconds in messages} == {"sales", "support"}
    assert len(messages) > 3
    assert all(seconds and 5 <= seconds <= 60 for _queue, seconds in messages)
    talks = Connection.objects.filter(entry__queue="billing", talk_seconds__gt=0)
    recorded = Recording.objects.filter(source="DialVerb").exclude(caller_sid="")
    legs = talks.values_list("entry__call__sid", flat=True)
    assert set(recorded.values_list("caller_sid", flat=True)) == set(legs)
    assert recorded.count() == talks.count() > 30

    steps = IvrStep.objects.order_by("call__sid", "step").values_list(
        "call__sid", "step", "menu", "input", "led_to"
    )
    assert list(steps) == sorted(step for day in days for step in steps_of(day))

    customers = Call.objects.filter(kind=Call.Kind.CUSTOMER)
    assert sorted(customers.values_list("sid", "from_raw", "line")) == sorted(
        (leg.sid, leg.from_, leg.to) for day in days for leg in day.customers
    )
    assert done.calls == len(wanted)
    assert done.counts.kept == WebhookEvent.objects.count() - 2
    assert done.counts.kept == sum(len(day.events) for day in days)
    assert not WebhookEvent.objects.pending().exists()
    # Of the same load, which takes a while.
    check_that_the_balance_holds_and_nobody_is_signed_in()
    check_that_a_second_run_adds_nothing()


def check_that_the_balance_holds_and_nobody_is_signed_in():
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


def check_that_a_second_run_adds_nothing():
    """Though time has passed and the setup is another."""
    rows, events = history_rows(), WebhookEvent.objects.count()
    notes = list(FollowUp.objects.order_by("pk").values_list())
    later = past(until="2026-11-22T01:02:03")
    Queue.objects.update(max_wait_seconds=30)

    again = past_to_load(later)
    second = load_past(again)

    assert again == past()
    assert (second.counts, second.calls, second.follow_ups) == (LoadResult(), 0, 0)
    assert (history_rows(), WebhookEvent.objects.count()) == (rows, events)
    assert list(FollowUp.objects.order_by("pk").values_list()) == notes


def test_past_that_was_stopped_is_gone_on_with():
    day = past(days=1)
    add_second_line(day.holidays)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_past(day, stop)
    assert begun() == day
    assert not is_done()
    assert WebhookEvent.objects.count() > BATCH

    load_past(past_to_load(past(days=1, until="2026-11-21T00:00:00")))

    assert is_done()
    (played_day,) = played(day)
    customers = Call.objects.filter(kind=Call.Kind.CUSTOMER).count()
    assert customers == len(played_day.customers)
    assert WebhookEvent.objects.count() - 2 == len(played_day.events)


@pytest.mark.parametrize("other", [{"seed": 8}, {"days": 3}])
def test_another_past_is_not_mixed_in(other):
    short = past(days=1, until="2026-11-20T01:00:00")
    add_second_line(short.holidays)
    load_past(short)

    with pytest.raises(AnotherPast) as refusal:
        past_to_load(past(**{"days": 1, **other}))

    assert str(refusal.value) == "--days 1 --seed 7"


@pytest.mark.once
def test_older_callers_are_worked_on_and_those_of_two_days_are_open():
    user = User.objects.create_user("supervisor", is_staff=True)
    asked = past(days=3)
    add_second_line(asked.holidays)

    made = load_past(asked).follow_ups

    rows = FollowUp.objects.select_related("abandoned_call")
    yesterday = datetime(2026, 11, 19, tzinfo=asked.zone)
    assert made == len(rows) > 20
    assert {row.state for row in rows} == {"reached", "closed", "in_progress"}
    assert {row.abandoned_call.reason for row in rows} == {"abandoned", "voicemail"}
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
    states = AbandonedCall.all_reasons.with_state()
    recent = [call.state for call in states if call.abandoned_at >= yesterday]
    assert {"open", "recovered"} <= set(recent) <= {"open", "recovered", "closed"}
    to_do = set(AbandonedCall.all_reasons.to_ring_back().values_list("pk", flat=True))
    assert to_do == {row.pk for row in states if row.state in ("open", "in_progress")}
    # One state for all calls of a number.
    by_number: dict[str, set[str]] = {}
    for row in rows:
        by_number.setdefault(row.abandoned_call.caller, set()).add(row.state)
    assert all(len(found) == 1 for found in by_number.values())
    assert timedelta(0) < asked.until - max(row.updated_at for row in rows)


def test_callers_who_are_not_of_the_past_are_left_alone():
    add_second_line(past(days=1).holidays)

    assert follow_up(past(days=1), []) == 0
