"""The decisions and addresses of the past are those of the flow."""

import html
import re
from collections import Counter, defaultdict
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict

from callcenter.decision import Decision
from callcenter.demo.setup.second_line import add_second_line
from callcenter.events.eventfile import event_of_request
from callcenter.flow.current import read_plan
from callcenter.flow.decide import decide
from callcenter.flow.operator import served
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.flow.twiml import document
from callcenter.params import VoiceParams
from callcenter.tests.demo.past.pasts import past, two_days
from callcenter.webhooks.url_state import read_step

pytestmark = pytest.mark.django_db

NO_DOCUMENT = ("/twilio/status/", "/twilio/client/")


@pytest.fixture
def plan(settings) -> Plan:
    settings.PUBLIC_BASE_URL = ""
    add_second_line(past().holidays)
    return read_plan()


def step_of(request) -> Step:
    """The request as our webhook reads it, with the PIN typed where it was right."""
    event = event_of_request(
        path=request.path, form=request.form, received_at=request.received_at
    )
    form = dict(request.form)
    if event.kind == "operator" and "again=" in request.path:
        if request.decision.startswith("dial:"):
            form["Digits"] = "1234"
        elif "step=1&" not in request.path:
            form["Digits"] = "4321"
    place = {
        name: value
        for name, value in (
            ("queue", event.queue if event.visit else ""),
            ("visit", str(event.visit or "")),
            ("menu", event.menu),
        )
        if value
    }
    query = QueryDict(request.path.partition("?")[2])
    return read_step(event, VoiceParams.parse(form), query, **place)


def test_flow_decides_what_the_past_says(plan):
    checked: Counter[str] = Counter()
    for day in two_days():
        for request in day.requests:
            if request.path.startswith(NO_DOCUMENT):
                continue
            step = step_of(request)
            decision = str(decide(step, plan, request.received_at))
            who = plan.operator(step.params.from_raw)
            if who and len(served(who, plan)) > 1 and step.kind == "operator":
                # Which of several depends on who waits at that moment.
                assert request.decision.removeprefix("dial:") in who.queues
            else:
                assert decision == request.decision, request
            checked[step.kind] += 1
    assert checked.keys() == {
        *("incoming", "menu", "wait", "queue-exit", "connect"),
        *("operator", "operator-done"),
    }


def test_every_address_is_one_that_a_document_of_the_leg_hands_out(plan):
    for day in two_days():
        handed_out: dict[str, set[str]] = defaultdict(set)
        for request in day.requests:
            sid = request.form["CallSid"]
            begins = request.form["CallStatus"] == "ringing"
            if request.path.startswith("/twilio/connect/"):
                # The operator's document has it.
                assert request.path in handed_out[request.form["DequeingCallSid"]]
            elif not begins and request.path != "/twilio/status/":
                assert request.path in handed_out[sid], request
            if request.path == "/twilio/client/":
                handed_out[sid].add("/twilio/operator/?step=1&again=0")
            elif request.path != "/twilio/status/":
                decision = Decision.parse(request.decision)
                xml = str(document(decision, step_of(request), plan))
                handed_out[sid] |= {
                    html.unescape(url).partition("#")[0]
                    for url in re.findall(r"/twilio/[^\"<]+", xml)
                }


def test_keys_are_recorded_and_pins_are_not():
    for day in two_days():
        for request in day.requests:
            kind = request.path.split("/")[2]
            query = parse_qs(request.path.partition("?")[2])
            if "Digits" in request.form:
                assert kind == "menu"
                assert query.keys() == {"step", "visits", "again", "lang"}


def test_closed_and_open_are_those_of_the_shop(plan):
    asked = past(days=3, seed=5, until="2026-11-24T11:00:00")
    decisions = Counter(
        (request.form["To"], request.decision)
        for day in asked.played()
        for request in day.requests
        if request.path == "/twilio/incoming/" and request.decision != "operator"
    )

    assert decisions.keys() == {
        ("+815000000101", "menu:main"),
        ("+815000000101", "closed"),
        ("+815000000102", "menu:shop"),
        ("+815000000102", "closed"),
    }
    add_second_line(asked.holidays)
    plan = read_plan()
    for day in asked.played():
        for request in day.requests:
            if request.path == "/twilio/incoming/":
                step = step_of(request)
                decision = decide(step, plan, request.received_at)
                assert str(decision) == request.decision
