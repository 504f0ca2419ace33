"""Single requests: no answer of 5xx, nothing accepted is lost, nothing refused kept."""

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from callcenter.models import WebhookEvent
from callcenter.tests.fuzz.checked import ERRORS, Door, assert_good_answer, kind_of
from callcenter.tests.fuzz.effort import effort
from callcenter.tests.fuzz.invariants import assert_all_holds, forget_everything
from callcenter.tests.fuzz.requests import forms, requests, tokens, with_form
from callcenter.tests.fuzz.tally import TALLY
from callcenter.tests.fuzz.values import PLACES
from callcenter.tests.fuzz.wsgi import Sent, send
from callcenter.tests.twilio_client import BASE_URL
from callcenter.tests.webhooks.installation import database_gone

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
def test_whatever_comes_is_answered_and_what_is_accepted_is_kept(sent, lock):
    forget_everything()
    door = Door()

    with override_settings(**lock):
        for one in sent:
            door.send(one)


@effort(20, 1000)
@given(sent=st.lists(believed, min_size=1, max_size=6))
def test_history_of_any_requests_can_be_reported_and_told_again(sent, tmp_path_factory):
    forget_everything()
    door = Door()

    for one in sent:
        door.send(one)

    folder = tmp_path_factory.getbasetemp()
    assert_all_holds(*ALL_DAYS, folder, interval="weekday")


@effort(20, 1500)
@given(sent=believed)
def test_with_the_database_gone_whoever_is_on_the_line_gets_a_document(sent):
    forget_everything()

    with database_gone():
        reply = send(sent)

    # Without the event nothing is lost only if Twilio tries again.
    asked_again = {"status": 503}.get(kind_of(sent), 200)
    refused = (400, 403, 404)
    assert reply.status in (asked_again, *refused)
    if reply.status == 200:
        assert_good_answer(sent, reply)
    ERRORS.taken()
    TALLY["without database"] += 1
    assert not WebhookEvent.objects.exists()
