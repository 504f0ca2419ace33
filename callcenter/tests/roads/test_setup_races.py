"""Setup changed while calls are derived gives the rows of a quiet run (MariaDB)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import transaction

from callcenter.models import Call, Queue, QueueEntry, QueueThreshold
from callcenter.tests.roads.posts import (
    Answered,
    assert_as_in_a_quiet_run,
    assert_nobody_noticed,
    derive_the_rest,
    entering,
    giving_up,
    request,
)
from callcenter.tests.roads.workers import at_once, held
from callcenter.tests.twilio_client import sid

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def change_threshold(short: int, target: int = 20) -> None:
    """Saves it as the admin does: the calls it touches are marked as pending."""
    queue = Queue.objects.get(slug="support")
    with transaction.atomic():
        QueueThreshold.objects.update_or_create(
            queue=queue,
            valid_from=date(2020, 1, 1),
            defaults={"target_seconds": target, "short_abandon_seconds": short},
        )
        QueueEntry.objects.filter(queue="support").mark_pending()


def test_threshold_changed_while_calls_are_derived(send, tmp_path):
    calls = [sid() for _ in range(15)]

    def work(number: int) -> list[Answered]:
        if number == 3:
            for seconds in range(1, 16):
                change_threshold(seconds)
                time.sleep(0.03)
            return []
        mine = calls[number::3]
        return [
            send(one)
            for call in mine
            for one in [*entering(call), giving_up(call, seconds=8)]
        ]

    answers = [one for each in at_once(4, work) for one in each]

    assert_nobody_noticed(answers)
    derive_the_rest()
    assert set(Call.objects.values_list("outcome", flat=True)) == {"short_abandoned"}
    assert_as_in_a_quiet_run(tmp_path)


@pytest.mark.parametrize("last", ["wait", "exit"])
def test_threshold_changed_while_a_call_waits_for_its_lock(send, last, tmp_path):
    """All events of the call are of kinds that concern only their own call."""
    call = sid()
    change_threshold(5)
    for one in entering(call)[1:]:
        send(one)
    waits = request("wait/support/1/?step=2", call, QueueTime="7", QueuePosition="1")
    one = waits if last == "wait" else giving_up(call, seconds=8)

    with held(call) as let_go, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(at_once, 1, lambda _number: send(one))
        time.sleep(0.3)
        change_threshold(10, target=30)
        let_go()
        answers = asked.result()

    assert_nobody_noticed(answers)
    derive_the_rest()
    entry = QueueEntry.objects.get()
    outcome = "waiting" if last == "wait" else "short_abandoned"
    assert (entry.outcome, entry.target_seconds) == (outcome, 30)
    assert_as_in_a_quiet_run(tmp_path)


def test_setup_being_saved_holds_no_caller_up(send, tmp_path):
    saved = threading.Event()

    def work(number: int) -> list[Answered]:
        if number == 0:
            with transaction.atomic():
                change_threshold(7)
                saved.wait(5)
            return []
        time.sleep(0.2)
        call = sid()
        answers = [send(one) for one in [*entering(call), giving_up(call, seconds=8)]]
        saved.set()
        return answers

    answers = at_once(2, work)[1]

    assert_nobody_noticed(answers)
    assert max(answer.seconds for answer in answers) < 1
    derive_the_rest()
    assert_as_in_a_quiet_run(tmp_path)
