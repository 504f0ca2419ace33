"""Who calls whom in a leg, and which line, gathered from all requests. No database."""

from typing import Any

import pytest

from callcenter.history.rules import Rules
from callcenter.tests.history.derived import derived
from callcenter.tests.sample_events import at, choose, connect, done, end, leave, ring

OUR_LINE = "+815000000101"
CUSTOMER = "+815000001001"
RUNG: dict[str, Any] = {"Direction": "outbound-api", "From": OUR_LINE, "To": CUSTOMER}


def test_each_fact_of_a_leg_is_taken_from_the_first_request_that_has_it():
    call = derived(
        ring(From="", To="", CallerName=""),
        choose(5, From="+815000000999", CallerName="Ito"),
        end(60, To="+815000000101", Direction="inbound", CallerName="Other"),
    ).call

    assert call is not None
    assert (call.caller, call.line) == ("+815000000999", "+815000000101")
    assert (call.direction, call.caller_name) == ("inbound", "Ito")


def test_caller_without_a_number_still_has_a_line():
    call = derived(ring(From="")).call

    assert call is not None
    assert (call.caller, call.line) == ("", "+815000000101")


def test_customer_whom_we_rang_is_the_caller_of_the_line_that_rang():
    history = derived(
        ring(**RUNG),
        choose(5, **RUNG),
        leave(65, "hangup", 60, **RUNG),
        end(70, **RUNG),
    )

    assert history.call is not None
    assert (history.call.caller, history.call.line) == (CUSTOMER, OUR_LINE)
    assert history.call.answered_at is None
    assert [row.caller for row in history.abandoned_calls] == [CUSTOMER]


@pytest.mark.parametrize(
    ("form", "answered_after"),
    [
        ({"CallDuration": "30"}, 30),
        ({"CallDuration": "30", "AnsweredBy": "human"}, 30),
        ({"CallDuration": "30", "AnsweredBy": "unknown"}, 30),
        ({"CallDuration": "30", "AnsweredBy": "machine_start"}, None),
        ({"CallDuration": "30", "AnsweredBy": "fax"}, None),
        ({"CallDuration": "0"}, None),
        ({"CallDuration": "30", "status": "no-answer"}, None),
        ({"CallDuration": "30", "Direction": "inbound"}, None),
    ],
)
def test_only_a_person_answers_a_call_of_ours(form, answered_after):
    call = derived(end(60, **({"Direction": "outbound-api"} | form))).call

    assert call is not None
    assert call.answered_at == (None if answered_after is None else at(answered_after))


def test_customer_whom_we_rang_and_who_waits_has_an_entry_and_a_connection():
    history = derived(
        ring(**RUNG),
        choose(5, **RUNG),
        connect(17, 12, **RUNG),
        done(92, talk=75),
        leave(92, "bridged", 12, **RUNG),
        end(93, CallDuration=93, **RUNG),
    )

    (entry,) = history.entries
    assert (entry.entry.outcome, entry.entry.wait_seconds) == ("answered", 12)
    assert entry.connection is not None
    assert entry.connection.talk_seconds == 75
    assert history.ivr_steps[0].menu == "main"
    # The conversation with the operator is what reaches the customer.
    assert history.call is not None
    assert history.call.answered_at is None


def test_customer_whom_we_rang_and_who_asked_for_nobody_was_reached():
    call = derived(ring(**RUNG), end(20, CallDuration=20, **RUNG)).call

    assert call is not None
    assert (call.kind, call.answered_at) == ("customer", at(0))


@pytest.mark.parametrize(
    "to", ["815000000101", "00815000000101", "sip:+815000000101@pbx.example.com"]
)
def test_line_is_known_in_every_form_that_names_it_beyond_doubt(to):
    rules = Rules(lines=frozenset({OUR_LINE}))

    call = derived(ring(To=to), rules=rules).call

    assert call is not None
    assert (call.line, call.to_raw) == (OUR_LINE, to)
