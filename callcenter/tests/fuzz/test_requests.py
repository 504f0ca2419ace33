"""Single requests: no 5xx, every accepted one is stored, no refused one is."""

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from callcenter.events.spool import spool
from callcenter.models import WebhookEvent
from callcenter.tests.fuzz.checked import (
    ERRORS,
    CheckedRequests,
    assert_acceptable_answer,
    expected_form,
    kind_of,
)
from callcenter.tests.fuzz.effort import effort
from callcenter.tests.fuzz.invariants import assert_invariants, delete_all_rows
from callcenter.tests.fuzz.requests import forms, requests, tokens, with_form
from callcenter.tests.fuzz.tally import TALLY
from callcenter.tests.fuzz.values import PLACES
from callcenter.tests.fuzz.wsgi import Sent, send
from callcenter.tests.twilio_client import BASE_URL
from callcenter.tests.webhooks.installation import database_gone
from callcenter.upkeep.drain import drain

pytestmark = pytest.mark.usefixtures("installed")

LOCKS = [
    {},
    {},
    {"WEBHOOK_BASIC_AUTH": "twilio:sesame"},
    {"TWILIO_AUTH_TOKEN_SECONDARY": "e" * 32},
    {"PUBLIC_BASE_URL": f"{BASE_URL}/minicc"},
]
believed = st.builds(
    Sent,
    target=st.one_of(*PLACES.values()).map("/twilio/{}".format),
    body=forms().map(lambda pairs: with_form(dict(pairs))),
    token=tokens,
)
ALL_DAYS = ("2000-01-01", "2099-12-31")


@effort(60, 4000)
@given(sent=st.lists(requests(), min_size=1, max_size=4), lock=st.sampled_from(LOCKS))
def test_every_request_is_answered_and_every_accepted_one_is_stored(sent, lock):
    delete_all_rows()
    checked = CheckedRequests()

    with override_settings(**lock):
        for one in sent:
            checked.send(one)


@effort(20, 1000)
@given(sent=st.lists(believed, min_size=1, max_size=6))
def test_history_of_any_requests_can_be_reported_and_rebuilt(sent, tmp_path_factory):
    delete_all_rows()
    checked = CheckedRequests()

    for one in sent:
        checked.send(one)

    folder = tmp_path_factory.getbasetemp()
    assert_invariants(*ALL_DAYS, folder, interval="weekday")


@effort(20, 1500)
@given(sent=believed)
def test_with_the_database_gone_the_caller_gets_a_document_and_nothing_is_lost(sent):
    delete_all_rows()

    with database_gone():
        reply = send(sent)
    spool.close()

    accepted = 204 if kind_of(sent) in ("status", "recording") else 200
    assert reply.status in (accepted, 400, 403, 404)
    ERRORS.pop()
    TALLY["without database"] += 1
    assert not WebhookEvent.objects.exists()
    done = drain()
    assert (done.kept, done.rejected) == (int(reply.status == accepted), 0)
    if reply.status == accepted:
        assert_acceptable_answer(sent, reply)
        assert WebhookEvent.objects.get().params == expected_form(sent)
