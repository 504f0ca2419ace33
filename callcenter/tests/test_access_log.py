"""The record of access: who, what, from where; and nobody fills it from outside."""

from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory
from django.utils import timezone

from callcenter import access_log
from callcenter.access_log import Kind
from callcenter.models import AccessRecord
from callcenter.tests.webhooks.installation import database_gone

pytestmark = pytest.mark.django_db


def request(address: str = "192.0.2.1"):
    return RequestFactory().get("/", REMOTE_ADDR=address)


def test_note_has_who_what_and_where(django_user_model):
    sato = django_user_model.objects.create_user("sato", password="x")

    access_log.note(Kind.RAW_REQUEST, request(), user=sato, subject="CA1")

    row = AccessRecord.objects.get()
    assert (row.kind, row.user, row.username) == ("raw-request", sato, "sato")
    assert (row.address, row.subject, row.count) == ("192.0.2.1", "CA1", 1)
    sato.delete()
    row.refresh_from_db()
    assert (row.user, row.username) == (None, "sato")


def test_what_is_repeated_is_one_row_a_minute_with_its_count():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for second in range(100):
            access_log.note_sparingly(Kind.WEBHOOK_REFUSED, request(), subject="403")
            if second == 50:
                access_log.note_sparingly(
                    Kind.WEBHOOK_REFUSED, request("192.0.2.2"), subject="403"
                )
            clock.shift(1)

    rows = AccessRecord.objects.order_by("pk").values_list("address", "count")
    assert list(rows) == [("192.0.2.1", 1), ("192.0.2.2", 1), ("192.0.2.1", 60)]


def test_ten_thousand_addresses_make_a_bounded_number_of_rows():
    for number in range(10_000):
        address = f"10.0.{number // 256}.{number % 256}"
        access_log.note_sparingly(Kind.WEBHOOK_REFUSED, request(address), subject="403")

    assert AccessRecord.objects.count() == 1000


def test_old_rows_are_forgotten(settings):
    settings.ACCESS_LOG_DAYS = 30
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        access_log.note(Kind.LOGIN, request())
    access_log.note(Kind.LOGIN, request())

    assert access_log.forget_old() == 1
    assert AccessRecord.objects.count() == 1


def test_with_the_database_gone_it_is_said_in_the_log(caplog):
    with database_gone():
        access_log.note(Kind.WRONG_PIN, subject="Sato")

    assert any("not recorded" in one.getMessage() for one in caplog.records)


def test_refused_webhook_is_recorded_with_its_address(twilio):
    twilio.post("incoming", signed="forged")
    twilio.post("incoming", signed="forged")

    row = AccessRecord.objects.get()
    assert (row.kind, row.address) == ("webhook-refused", "127.0.0.1")
    assert row.subject == "incoming: 403 the signature cannot be verified"
