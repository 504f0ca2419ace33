"""A call goes on while the auth token is changed, and the old one ends with it."""

import pytest

from callcenter.demo.setup.installation import install
from callcenter.models import Call, WebhookEvent
from callcenter.tests.twilio_client import AUTH_TOKEN

pytestmark = pytest.mark.django_db

NEXT_TOKEN = "fedcba9876543210fedcba9876543210"


def test_a_call_goes_on_while_the_token_is_changed(twilio, settings):
    install()
    # As the README says: the new one second, promoted at Twilio, then moved to first.
    settings.TWILIO_AUTH_TOKEN_SECONDARY = NEXT_TOKEN
    old, new = {"token": AUTH_TOKEN}, {"token": NEXT_TOKEN}

    rings = twilio.post("incoming", **old)
    chooses = twilio.post(rings.link("Gather", "action"), Digits="1", **new)
    wait, leave = (chooses.link("Enqueue", name) for name in ("waitUrl", "action"))
    waits = twilio.post(wait, QueuePosition="1", QueueTime="0", **old)
    settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_SECONDARY = NEXT_TOKEN, ""
    late = twilio.post(leave, QueueResult="hangup", QueueTime="40", **old)
    leaves = twilio.post(leave, QueueResult="hangup", QueueTime="40", **new)
    ends = twilio.post("status", CallStatus="completed", CallDuration="55", **new)

    answers = (rings, chooses, waits, late, leaves, ends)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 200, 204]
    assert WebhookEvent.objects.count() == 5
    call = Call.objects.get()
    (entry,) = call.queue_entries.all()
    assert (call.duration_seconds, entry.outcome, entry.wait_seconds) == (
        55,
        "abandoned",
        40,
    )
