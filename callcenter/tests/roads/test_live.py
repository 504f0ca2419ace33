"""The recorded calls give their history when they are posted live, signed."""

import json
from typing import Any

import pytest

from callcenter.demo.setup.installation import install
from callcenter.models import WebhookEvent
from callcenter.models.pins import DEMO_PIN
from callcenter.tests.samples import NAMES, assert_history, file_of
from callcenter.tests.twilio_client import ACCOUNT_SID

pytestmark = pytest.mark.django_db

# Loaded from the file only: recorded where the flow decided otherwise (a key while
# waiting, voicemail, business hours), or an operator came by the browser.
NOT_LIVE = {
    "04-requeued": "a key leaves the queue",
    "05-voicemail-after-max-wait": "voicemail",
    "13-operator-by-client": "an operator in the browser",
    "18-out-of-hours": "business hours",
    "19-menu-wrong-key-and-time-out": "an operator in the browser",
    "26-ended-before-it-was-answered": "a line without a menu",
    "clock-change-2026-03-08": "an operator in the browser",
    "clock-change-2026-11-01": "an operator in the browser",
    "metrics-9.2": "a shorter maximum wait",
}
LIVE = sorted(set(NAMES) - NOT_LIVE.keys())
# Recorded as `end`; we leave nobody on the line without a word.
DECIDED_OTHERWISE = {"08-system-error-early-hang-up": {"end": "apology"}}


def requests_of(name: str) -> list[dict[str, Any]]:
    """The lines of a file; with the PIN, which no file has."""
    lines = [json.loads(line) for line in file_of(name).read_text().splitlines()]
    for number, line in enumerate(lines):
        line.setdefault("token", f"{name}-{number}")
        signs_in = line["path"].startswith("/twilio/operator/?")
        if signs_in and line["decision"].startswith("dial:"):
            line["params"] |= {"Digits": DEMO_PIN}
    return lines


def test_every_file_is_posted_or_said_not_to_be():
    assert set(NAMES) >= NOT_LIVE.keys()
    assert len(LIVE) + len(NOT_LIVE) == len(NAMES)


@pytest.mark.parametrize("name", LIVE)
def test_recorded_call_gives_its_history_and_decisions_live(twilio, name):
    install()
    otherwise = DECIDED_OTHERWISE.get(name, {})
    recorded = requests_of(name)

    for request in recorded:
        form = {"AccountSid": ACCOUNT_SID} | request["params"]
        answer = twilio.send(request["path"], form, idempotency=request["token"])
        assert answer.status_code == (204 if "/status/" in request["path"] else 200)

    decisions = dict(WebhookEvent.objects.values_list("token", "decision"))
    assert decisions == {
        request["token"]: otherwise.get(
            request.get("decision", ""), request.get("decision", "")
        )
        for request in recorded
    }
    assert_history(name, moments=False)
