"""Each request is stored once, and the earliest copy stands."""

from itertools import permutations

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from callcenter.events import record as record_module
from callcenter.events.record import Kept, keep_all, keep_batch, record
from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import CALLER_NUMBER, at, event, ring

pytestmark = pytest.mark.django_db


def test_a_new_request_is_stored_with_its_decision():
    kept = record(ring())

    assert kept is not None
    assert (kept.event.decision, kept.is_new) == ("menu:main", True)
    assert WebhookEvent.objects.get().decision == "menu:main"


def test_a_repeat_adds_no_row_and_is_answered_as_the_first_time():
    record(ring(0, token="t1"))

    kept = record(event(3, "incoming/", "closed", token="t1"))

    assert kept is not None
    assert (kept.event.decision, kept.is_new) == ("menu:main", False)
    assert WebhookEvent.objects.get().received_at == at(0)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_earliest_receipt_and_its_decision_stand_in_any_order(order):
    copies = [
        event(9, "incoming/", "closed", token="t1"),
        event(5, "incoming/", "menu:main", token="t1"),
        event(7, "incoming/", "reject", token="t1"),
        # The earliest copy has no decision.
        event(1, "incoming/", "", token="t1"),
    ]

    for number in order:
        record(copies[number])

    stored = WebhookEvent.objects.get()
    assert (stored.received_at, stored.decision) == (at(1), "menu:main")


def test_an_earlier_copy_makes_the_event_pending():
    record(ring(5, token="t1"))
    WebhookEvent.objects.update(derived_at=at(6))

    record(ring(9, token="t1"))
    assert WebhookEvent.objects.pending().count() == 0

    record(ring(2, token="t1"))
    assert WebhookEvent.objects.pending().count() == 1


def test_with_the_database_gone_nothing_is_kept_and_no_number_is_in_the_log(
    monkeypatch, caplog
):
    def gone(_event):
        raise OperationalError(2006, "Server has gone away")

    monkeypatch.setattr(record_module, "keep", gone)
    kept = record(ring())

    assert kept is None
    assert "an event could not be stored" in caplog.text
    assert CALLER_NUMBER not in caplog.text


def test_events_that_come_together_are_kept_in_their_order():
    repeat, new, copy = ring(5, token="t1"), ring(6, token="t2"), ring(7, token="t2")
    first = record(ring(9, token="t1"))

    kept = keep_all([repeat, new, copy])

    assert [one.is_new for one in kept] == [False, True, True]
    assert first is not None
    assert kept[0].event.pk == first.event.pk
    assert kept[0].event.received_at == at(5)
    assert kept[1] is kept[2]
    assert WebhookEvent.objects.count() == 2


def test_one_event_that_cannot_be_stored_leaves_none_of_its_group():
    wrong = ring(1, token="t1")
    wrong.kind = None  # type: ignore[assignment]

    with pytest.raises(IntegrityError), transaction.atomic():
        keep_all([ring(0, token="t0"), wrong])

    assert not WebhookEvent.objects.exists()


def test_a_deadlock_is_tried_again(monkeypatch):
    real, failures = record_module.keep, [1213, 1205]

    def sometimes(kept):
        if failures:
            raise OperationalError(failures.pop(), "try restarting transaction")
        return real(kept)

    monkeypatch.setattr(record_module, "keep", sometimes)

    assert record(ring()) is not None
    assert failures == []


def test_of_a_batch_the_new_and_the_pending_events_are_given():
    record(ring(0, token="pending"))
    record(ring(1, token="derived"))
    record(ring(2, token="moved"))
    WebhookEvent.objects.exclude(token="pending").update(derived_at=at(3))

    copies = [(9, "pending"), (9, "derived"), (1, "moved"), (9, "new"), (8, "new")]
    kept = keep_batch([ring(seconds, token=token) for seconds, token in copies])

    assert {(one.event.token, one.is_new) for one in kept} == {
        ("pending", False),
        ("moved", False),
        ("new", True),
    }
    stored = WebhookEvent.objects.order_by("token")
    assert list(stored.values_list("token", "received_at")) == [
        ("derived", at(1)),
        ("moved", at(1)),
        ("new", at(8)),
        ("pending", at(0)),
    ]


def test_events_of_a_batch_have_their_ids_where_the_database_gives_none(monkeypatch):
    """As MySQL, which does not return the ids of rows inserted together."""
    monkeypatch.setattr(
        type(connection.features), "can_return_rows_from_bulk_insert", False
    )

    kept = keep_batch([ring(0, token="t1"), ring(1, token="t2")])

    assert {one.event.pk: one.event.token for one in kept} == dict(
        WebhookEvent.objects.values_list("pk", "token")
    )


def test_only_an_event_that_was_pending_before_may_be_half_derived():
    kept = record(ring(0, token="t1"))
    again = record(ring(3, token="t1"))
    WebhookEvent.objects.update(derived_at=at(4))
    derived = record(ring(5, token="t1"))

    assert [one and one.may_be_half_derived for one in (kept, again, derived)] == [
        False,
        True,
        False,
    ]
    # What another process knows of an event: the row.
    WebhookEvent.objects.update(derived_at=None)
    assert Kept(WebhookEvent.objects.get()).may_be_half_derived
