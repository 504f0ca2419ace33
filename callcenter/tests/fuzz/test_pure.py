"""The code that needs no tables (reading, deciding, TwiML), with random input."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callcenter.decision import NOTHING, Decision
from callcenter.events.eventfile import (
    UnreadableLine,
    event_of_line,
    event_of_request,
    line_of_event,
)
from callcenter.flow.decide import decide
from callcenter.flow.twiml import document
from callcenter.models import WebhookEvent
from callcenter.params import InvalidParams, VoiceParams
from callcenter.tests.flow.allowlist import faults, parsed
from callcenter.tests.fuzz.effort import effort
from callcenter.tests.fuzz.lines import any_line
from callcenter.tests.fuzz.plans import SLUGS, forms, plans, steps
from callcenter.tests.fuzz.tally import TALLY
from callcenter.tests.fuzz.values import PLACES, any_text, numbers

NOW = datetime(2026, 11, 22, 14, 45, tzinfo=UTC)
DECISION = re.compile(
    r"|menu:[^/]+|enqueue:[^/]+/[0-9]+|message:.+|closed|operator|reject(:.+)?|end|hold"
    r"|leave:(max_wait|closed|key|voicemail|callback)|voicemail(:[^/]+)?|goodbye|apology"
    r"|announce|dial:.+|ask_pin|wait|sign_off|not_ready|wrap_up(:.+)?",
    re.DOTALL,
)
SIDS = {"call_sid", "parent_call_sid", "queue_sid", "dequeuing_call_sid"}
SIDS |= {"dial_call_sid", "recording_sid"}
LONGEST_TEXT = 2000
moments = st.integers(0, 36_500 * 86_400 - 1).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
staff = st.one_of(st.none(), st.sets(st.sampled_from(SLUGS)))


@effort(150, 4_000)
@given(form=forms())
def test_any_form_is_read_as_values_that_fit_their_columns(form):
    TALLY["values"] += 1
    try:
        read = VoiceParams.parse(form)
    except InvalidParams:
        assert form["CallSid"] != "CA" + "1" * 32
        return

    for name in VoiceParams.__dataclass_fields__:
        value = getattr(read, name)
        if name in SIDS:
            assert re.fullmatch("|[A-Z]{2}[0-9a-fA-F]{32}", value)
        elif isinstance(value, str):
            assert len(value) <= LONGEST_TEXT
            assert not re.search("[\x00\ud800-\udfff]", value)
        elif isinstance(value, datetime):
            assert 2000 <= value.year < 2100
            assert value.utcoffset() == UTC.utcoffset(None)
        elif not isinstance(value, bool) and value is not None:
            assert 0 <= value <= 9_999_999


@effort(150, 4_000)
@given(line=any_line)
def test_any_line_is_an_event_that_fits_its_columns_or_says_why_not(line):
    TALLY["values"] += 1
    with suppress(UnreadableLine, InvalidParams):
        assert_fits(event_of_line(line))


@effort(100, 4_000)
@given(
    place=st.one_of(*PLACES.values()),
    form=forms(),
    query=st.one_of(any_text, st.builds("step={}&queue={}".format, numbers, any_text)),
    at=moments,
    token=any_text,
    decision=any_text,
)
def test_any_request_is_written_as_a_line_that_gives_it_again(
    place, form, query, at, token, decision
):
    TALLY["values"] += 1
    try:
        event = event_of_request(
            path=f"/twilio/{place}?{query}",
            form=form,
            received_at=at,
            token=token,
            decision=decision,
        )
    except (InvalidParams, UnreadableLine):
        return
    assert_fits(event)

    line = line_of_event(event)

    again = event_of_line(line.encode())
    assert columns(again) == columns(event) | {"dedup_key": again.dedup_key}
    assert line_of_event(again) == line
    if len(token) < 255 and len(decision) < 255:
        assert again.dedup_key == event.dedup_key


@effort(80, 4_000)
@given(step=steps(), plan=plans(), now=moments, staffed=staff, waits=staff)
def test_any_step_in_any_setup_gets_a_decision_and_a_valid_document(
    step, plan, now, staffed, waits
):
    TALLY["values"] += 1
    waiting = None if waits is None else dict.fromkeys(waits, NOW)

    decision = decide(step, plan, now, waiting=waiting, staffed=staffed)

    assert DECISION.fullmatch(str(decision))
    assert Decision.parse(str(decision)) == decision
    made = document(decision, step, plan, staffed=staffed)
    assert faults(made, step.kind) == []
    if step.kind != "queue-exit" and decision != NOTHING:
        assert len(parsed(made))


@effort(50, 4_000)
@given(
    step=steps(),
    plan=plans(),
    decision=st.one_of(
        any_text,
        st.builds(
            "{}:{}/{}".format,
            st.sampled_from(["enqueue", "menu", "dial", "message"]),
            st.one_of(st.sampled_from(SLUGS), any_text),
            numbers,
        ),
    ),
)
def test_a_decision_of_any_other_version_gives_a_valid_document(step, plan, decision):
    TALLY["values"] += 1

    assert faults(document(Decision.parse(decision), step, plan), step.kind) == []


def columns(event: WebhookEvent) -> dict[str, object]:
    """Every column of an unsaved event, with its value."""
    return {
        field.attname: getattr(event, field.attname) for field in event._meta.fields
    }


def assert_fits(event: WebhookEvent) -> None:
    """Assert that a strict database server would take the event."""
    for field in event._meta.fields:
        value = getattr(event, field.attname)
        if isinstance(value, str):
            assert not re.search("[\x00\ud800-\udfff]", value)
            assert len(value) <= (getattr(field, "max_length", None) or len(value))
        elif isinstance(value, int):
            assert 0 <= value <= 2_147_483_647
    assert (event.visit or 0) <= 32_767
    assert "\\u0000" not in json.dumps(event.params, ensure_ascii=False).replace(
        "\\\\u0000", ""
    )
