"""Each request is stored once, and the earliest copy stands."""

import logging
from itertools import permutations

import pytest
from django.db import OperationalError

from callcenter.events import record as record_module
from callcenter.events.record import record
from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import CALLER_NUMBER, at, event, ring

pytestmark = pytest.mark.django_db


def test_a_new_request_is_stored_with_its_decision():
    kept = record(ring())

    assert (kept.decision, kept.is_repeat) == ("menu:main", False)
    assert WebhookEvent.objects.get().decision == "menu:main"


def test_a_repeat_adds_no_row_and_is_answered_as_the_first_time():
    record(ring(0, token="t1"))

    kept = record(event(3, "incoming/", "closed", token="t1"))

    assert (kept.decision, kept.is_repeat) == ("menu:main", True)
    assert WebhookEvent.objects.get().received_at == at(0)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_earliest_receipt_and_its_decision_stand_in_any_order(order):
    copies = [
        event(9, "incoming/", "closed", token="t1"),
        event(5, "incoming/", "menu:main", token="t1"),
        event(7, "incoming/", "reject", token="t1"),
        # The earliest copy was spooled without a decision.
        event(1, "incoming/", "", token="t1"),
    ]

    for number in order:
        record(copies[number])

    stored = WebhookEvent.objects.get()
    assert (stored.received_at, stored.decision) == (at(1), "menu:main")


def test_an_earlier_copy_makes_the_event_untold():
    record(ring(5, token="t1"))
    WebhookEvent.objects.update(derived_at=at(6))

    record(ring(9, token="t1"))
    assert WebhookEvent.objects.pending().count() == 0

    record(ring(2, token="t1"))
    assert WebhookEvent.objects.pending().count() == 1


def test_with_the_database_gone_the_form_goes_to_the_log(monkeypatch, caplog):
    def gone(_event):
        raise OperationalError(2006, "Server has gone away")

    monkeypatch.setattr(record_module, "keep", gone)
    with caplog.at_level(logging.ERROR):
        kept = record(ring())

    assert (kept.event, kept.decision) == (None, "menu:main")
    assert f'"From": "{CALLER_NUMBER}"' in caplog.text
    assert '"decision": "menu:main"' in caplog.text


def test_a_deadlock_is_tried_again(monkeypatch):
    real, failures = record_module.keep, [1213, 1205]

    def sometimes(kept):
        if failures:
            raise OperationalError(failures.pop(), "try restarting transaction")
        return real(kept)

    monkeypatch.setattr(record_module, "keep", sometimes)

    assert record(ring()).event is not None
    assert failures == []
