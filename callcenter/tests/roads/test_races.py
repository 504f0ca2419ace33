"""Webhooks of the same calls at once, in any order, repeated, with locks in the way.

The rows are those of a quiet run over the same events, and no caller notices (MariaDB).
"""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from callcenter.models import AbandonedCall, Call, WebhookEvent
from callcenter.tests.everywhere import places_of
from callcenter.tests.history_rows import history_rows
from callcenter.tests.roads.posts import (
    CALLER,
    OPERATOR,
    Answered,
    Request,
    after,
    assert_as_in_a_quiet_run,
    assert_nobody_noticed,
    derive_the_rest,
    dial_over,
    entering,
    giving_up,
    recorded,
    request,
    sign_in,
    taken,
)
from callcenter.tests.roads.test_live import LIVE
from callcenter.tests.roads.workers import (
    Trouble,
    at_once,
    held,
    pausing,
    round_by_round,
)
from callcenter.tests.twilio_client import sid
from callcenter.upkeep.forgetting import forget_caller
from callcenter.upkeep.pruning import prune

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("workers", "share_of_trouble"), [(4, 0), (8, 0), (8, 0.04)])
def test_recorded_calls_all_at_once(send, workers, share_of_trouble, tmp_path):
    chance = random.Random(workers)
    trouble = Trouble(workers, share_of_trouble)
    crowd: list[Request] = []
    for name in LIVE:
        # The requests of one call are under way together, half of them twice.
        requests = recorded(name)
        requests += chance.sample(requests, len(requests) // 2)
        crowd += chance.sample(requests, len(requests))

    def work(number: int) -> list[Answered]:
        with trouble.here():
            return [send(one) for one in crowd[number::workers]]

    answers = [one for each in at_once(workers, work) for one in each]

    assert_nobody_noticed(answers)
    assert WebhookEvent.objects.count() == len({one.token for one in crowd})
    assert (trouble.made > 20) == (share_of_trouble > 0)
    derive_the_rest()
    assert_as_in_a_quiet_run(tmp_path)


def test_calls_whose_rows_are_locked_are_derived_later(send, tmp_path):
    crowd = [one for name in LIVE[:3] for one in recorded(name)]
    for one in crowd[: len(crowd) // 2]:
        send(one)
    rest = crowd[len(crowd) // 2 :]
    random.Random(5).shuffle(rest)

    def work(number: int) -> list[Answered]:
        return [send(one) for one in rest[number * 2 : number * 2 + 2]]

    with held(all_calls=True):
        answers = [one for each in at_once(6, work) for one in each]

    assert_nobody_noticed(answers)
    assert WebhookEvent.objects.pending().count() > 0
    derive_the_rest()
    assert_as_in_a_quiet_run(tmp_path)


def test_first_requests_of_a_call_all_at_once(send, tmp_path):
    calls = [sid() for _ in range(12)]
    firsts = [
        [*entering(call), giving_up(call), request("status/", call)] for call in calls
    ]

    answers = round_by_round(8, firsts, lambda number, each: send(each[number % 5]))

    assert_nobody_noticed(answers)
    assert Call.objects.count() == 12
    assert WebhookEvent.objects.count() == 60
    derive_the_rest()
    assert_as_in_a_quiet_run(tmp_path)


def test_caller_who_gives_up_and_is_answered_at_once_is_recovered(send, tmp_path):
    """Two calls of one number; whichever is derived last sees the other."""
    legs = [(sid(), sid(), sid()) for _ in range(15)]
    for number, (first, second, leg) in enumerate(legs):
        who: dict[str, Any] = {"From": f"+8150000{number:05d}"}
        for one in [*entering(first, **who), *entering(second, **who), *sign_in(leg)]:
            send(one)

    def work(number: int, place: int) -> Answered:
        first, second, leg = legs[place]
        who: dict[str, Any] = {"From": f"+8150000{place:05d}"}
        one = giving_up(first, **who) if number else taken(second, leg, **who)
        answered: Answered = send(one)
        return answered

    answers = round_by_round(2, range(len(legs)), work)

    assert_nobody_noticed(answers)
    derive_the_rest()
    for row in AbandonedCall.objects.all():
        connects = WebhookEvent.objects.filter(kind="connect")
        contact = connects.get(
            call_sid__in=[b for a, b, _ in legs if a == row.call.sid]
        )
        # A conversation that is under way when the caller gives up counts at once.
        assert row.recovered_at == max(contact.received_at, row.abandoned_at)
    assert_as_in_a_quiet_run(tmp_path)


def test_derivation_that_stops_before_it_writes_overwrites_nothing(send, tmp_path):
    call, is_over = sid(), threading.Event()
    for one in entering(call):
        send(one)
    ended = request("status/", call, CallStatus="completed", CallDuration="70")

    with (
        ThreadPoolExecutor(1) as pool,
        pausing("UPDATE `callcenter_call`", is_over) as is_there,
    ):
        other = pool.submit(at_once, 1, lambda _number: after(is_there, send, ended))
        other.add_done_callback(lambda _other: is_over.set())
        answers = [send(giving_up(call)), *other.result()]

    assert is_there.is_set()
    assert_nobody_noticed(answers)
    assert WebhookEvent.objects.pending().count() == 0
    assert_as_in_a_quiet_run(tmp_path)


def test_contact_made_while_an_abandonment_is_written_is_seen(send, tmp_path):
    """Neither derivation can see the other's rows before its own commit."""
    first, second, leg = sid(), sid(), sid()
    is_over = threading.Event()
    for one in [*entering(first), *entering(second), *sign_in(leg)]:
        send(one)

    with (
        ThreadPoolExecutor(1) as pool,
        pausing("INSERT INTO `callcenter_abandonedcall`", is_over) as is_there,
    ):
        other = pool.submit(
            at_once, 1, lambda _number: after(is_there, send, taken(second, leg))
        )
        other.add_done_callback(lambda _other: is_over.set())
        answers = [send(giving_up(first)), *other.result()]

    assert is_there.is_set()
    assert_nobody_noticed(answers)
    assert WebhookEvent.objects.pending().count() == 0
    contact = WebhookEvent.objects.get(kind="connect").received_at
    assert AbandonedCall.objects.get().recovered_at == contact
    assert_as_in_a_quiet_run(tmp_path)


@pytest.mark.parametrize("slow", ["the abandoned call", "the answered call"])
def test_contact_recovers_whichever_call_is_derived_last(send, slow, tmp_path):
    first, second, leg = sid(), sid(), sid()
    for one in [*entering(first), *entering(second), *sign_in(leg)]:
        send(one)

    def work(number: int) -> Any:
        if number == 0:
            return send(giving_up(first))
        time.sleep(0.15)
        return send(taken(second, leg))

    with held(first if slow == "the abandoned call" else second) as let_go:
        lets_go = threading.Timer(0.5, let_go)
        lets_go.start()
        answers = at_once(2, work)

    assert_nobody_noticed(answers)
    assert WebhookEvent.objects.pending().count() == 0
    contact = WebhookEvent.objects.get(kind="connect").received_at
    assert AbandonedCall.objects.get().recovered_at == contact
    assert_as_in_a_quiet_run(tmp_path)


def test_contact_whose_abandoned_call_could_not_be_locked_recovers_it_later(
    send, tmp_path
):
    first, second, leg = sid(), sid(), sid()
    for one in [*entering(first), giving_up(first), *entering(second), *sign_in(leg)]:
        send(one)

    with held(first):
        answer = send(taken(second, leg))

    assert_nobody_noticed([answer])
    assert AbandonedCall.objects.get().recovered_at is None
    derive_the_rest()
    contact = WebhookEvent.objects.get(kind="connect").received_at
    assert AbandonedCall.objects.get().recovered_at == contact
    assert_as_in_a_quiet_run(tmp_path)


def test_two_menus_of_a_caller_at_once_are_one_way_through_them(send, tmp_path):
    calls = [sid() for _ in range(10)]
    for call in calls:
        send(entering(call)[0])

    def work(number: int, call: str) -> Answered:
        menu, key = [("main", "5"), ("language", "1"), ("main", "5")][number]
        path = f"menu/{menu}/?step={1 + number % 2}&visits=0"
        answered: Answered = send(request(path, call, Digits=key))
        return answered

    answers = round_by_round(3, calls, work)

    assert_nobody_noticed(answers)
    derive_the_rest()
    # Two keys at one step of the main menu answer one question.
    counts = Call.objects.values_list("ivr_step_count", "entry_count")
    assert set(counts) == {(2, 1)}
    assert_as_in_a_quiet_run(tmp_path)


def test_dial_action_exit_and_end_at_once(send, tmp_path):
    legs = [(sid(), sid()) for _ in range(10)]
    for call, leg in legs:
        for one in [*sign_in(leg), *entering(call), taken(call, leg)]:
            send(one)
    bridged = {"QueueResult": "bridged", "QueueTime": "60"}
    ended = {"CallStatus": "completed", "CallDuration": "150"}

    ends = [
        [
            dial_over(call, leg),
            request("queue-exit/support/1/?step=3", call, **bridged),
            request("status/", call, **ended),
            request("status/", leg, **ended, From=OPERATOR),
        ]
        for call, leg in legs
    ]

    answers = round_by_round(4, ends, lambda number, each: send(each[number]))

    assert_nobody_noticed(answers)
    derive_the_rest()
    customers = Call.objects.customers()
    assert set(customers.values_list("outcome", "talk_seconds")) == {("answered", 58)}
    assert_as_in_a_quiet_run(tmp_path)


def test_call_that_is_pruned_while_it_is_heard_of_is_whole_or_sealed(send):
    calls = [sid() for _ in range(20)]
    for call in calls:
        for one in [*entering(call), request("status/", call, CallStatus="completed")]:
            send(one)

    def work(number: int) -> list[Answered]:
        if number == 0:
            prune(timezone.now(), really=True)
            return []
        return [send(giving_up(call)) for call in calls]

    answers = [one for each in at_once(2, work) for one in each]

    assert_nobody_noticed(answers)
    derive_the_rest()
    for row in Call.objects.all():
        events = WebhookEvent.objects.filter(call_sid=row.sid)
        kinds = sorted(events.values_list("kind", flat=True))
        if row.sealed_at:
            assert kinds in ([], ["queue-exit"])
            assert events.late().count() == len(kinds)
        else:
            assert kinds == ["incoming", "menu", "queue-exit", "status", "wait"]
    before = history_rows()
    call_command("rebuild_calls")
    assert history_rows() == before


def test_caller_who_is_forgotten_while_heard_of_is_forgotten(send):
    calls = [sid() for _ in range(20)]
    for call in calls:
        for one in entering(call):
            send(one)
    derive_the_rest()

    def work(number: int) -> list[Answered]:
        if number == 0:
            forget_caller(CALLER, really=True)
            return []
        ends = [request("status/", call, CallStatus="completed") for call in calls]
        return [send(one) for one in [*map(giving_up, calls), *ends]]

    answers = [one for each in at_once(2, work) for one in each]

    assert_nobody_noticed(answers)
    derive_the_rest()
    assert places_of(CALLER) == []
    assert Call.objects.customers().values("caller").distinct().count() == 1
    assert AbandonedCall.objects.count() == len(calls)
    before = history_rows()
    call_command("rebuild_calls")
    assert history_rows() == before
