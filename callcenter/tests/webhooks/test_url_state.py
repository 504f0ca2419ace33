"""The place in a call: from our own URLs, else from the stored events."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict

from callcenter.events.eventfile import event_of_request
from callcenter.flow.current import current_plan
from callcenter.flow.decide import decide
from callcenter.flow.step import Step
from callcenter.models import WebhookEvent
from callcenter.params import VoiceParams
from callcenter.tests.pins import PIN
from callcenter.tests.twilio_client import voice_form
from callcenter.tests.webhooks.installation import OPERATOR, install
from callcenter.webhooks.url_state import read_step

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
ABOUT = "CA" + "c" * 32


def event_at(second: int, path: str, decision: str = "", **params: str) -> WebhookEvent:
    form = voice_form(status="in-progress") | params
    return event_of_request(
        path=path,
        form=form,
        received_at=START + timedelta(seconds=second),
        token=f"token-{second}",
        decision=decision,
    )


def step_of(event: WebhookEvent, **place: str) -> Step:
    query = QueryDict(event.path.partition("?")[2])
    params = VoiceParams.parse(voice_form(status=event.params["CallStatus"]))
    return read_step(event, params, query, **place)


def place_of(step: Step) -> tuple[int, int, bool]:
    return (step.step, step.visits, step.signed_in)


@pytest.fixture
def past():
    """A call that was asked twice and has left its second queue."""
    events = [
        event_at(0, "/twilio/incoming/", "menu:main"),
        event_at(5, "/twilio/menu/main/?step=1", "enqueue:support/1"),
        event_at(6, "/twilio/wait/support/1/?step=2", "hold"),
        event_at(60, "/twilio/queue-exit/support/1/?step=2", "enqueue:sales/2"),
    ]
    for event in events:
        event.save()
    return events


def test_state_in_our_url_is_used_without_a_query(past, django_assert_num_queries):
    event = event_at(90, "/twilio/menu/main/?step=7&visits=5&again=2&lang=en")

    with django_assert_num_queries(0):
        step = step_of(event, menu="main")

    assert step == Step(
        kind="menu",
        params=step.params,
        menu="main",
        step=7,
        visits=5,
        again=2,
        language="en",
    )


def test_a_request_without_our_query_continues_from_the_stored_events(
    past, django_assert_num_queries
):
    event = event_at(90, "/twilio/menu/main/")

    with django_assert_num_queries(1):
        step = step_of(event, menu="main")

    assert place_of(step) == (3, 2, False)


def test_state_in_the_url_goes_before_stored_events(past):
    event = event_at(90, "/twilio/menu/main/?step=9")

    assert place_of(step_of(event, menu="main")) == (9, 2, False)


def test_events_of_later_steps_do_not_count_for_a_late_request(past):
    event = event_at(90, "/twilio/menu/main/?step=1")

    assert place_of(step_of(event, menu="main")) == (1, 0, False)


def test_a_repeat_finds_the_same_past_as_the_first(past):
    repeat = event_at(5, "/twilio/menu/main/")

    assert place_of(step_of(repeat, menu="main")) == (1, 0, False)


def test_events_of_another_call_do_not_count(past):
    event = event_at(90, "/twilio/menu/main/", CallSid="CA" + "2" * 32)

    assert place_of(step_of(event, menu="main")) == (0, 0, False)


def test_a_new_call_needs_no_query(past, django_assert_num_queries):
    event = event_at(90, "/twilio/incoming/", CallStatus="ringing")

    with django_assert_num_queries(0):
        assert place_of(step_of(event)) == (0, 0, False)


def test_a_call_redirected_to_our_number_goes_on_counting_visits(past):
    event = event_at(90, "/twilio/incoming/")

    assert place_of(step_of(event)) == (3, 2, False)


def test_a_path_with_a_visit_says_how_many_visits_there_were(
    past, django_assert_num_queries
):
    event = event_at(90, "/twilio/queue-exit/sales/2/?step=4")

    with django_assert_num_queries(0):
        step = step_of(event, queue="sales", visit="2")

    assert (step.queue, step.visit, step.visits) == ("sales", 2, 2)


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        (["operator", "ask_pin"], False),
        (["operator", "ask_pin", "dial:support"], True),
        (["operator", "wait"], True),
        (["operator", "ask_pin", "dial:support", "sign_off"], False),
        (["operator", "not_ready"], True),
    ],
)
def test_an_operator_is_signed_in_by_the_first_dial_or_wait(decisions, expected):
    for second, decision in enumerate(decisions):
        path = f"/twilio/operator/?step={second}"
        event_at(second, path, decision, From=OPERATOR).save()

    step = step_of(event_at(90, "/twilio/operator/?step=4", From=OPERATOR))

    assert step.signed_in is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [("step=4&in=1", True), ("step=4&again=0", False)],
)
def test_our_url_says_whether_an_operator_is_signed_in(
    query, expected, django_assert_num_queries
):
    event_at(1, "/twilio/operator/?step=1", "dial:support").save()

    with django_assert_num_queries(0):
        step = step_of(event_at(90, f"/twilio/operator/?{query}"))

    assert step.signed_in is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ("", "")),
        (f"&state=not_ready&about={ABOUT}", ("not_ready", ABOUT)),
        ("&state=wrap_up", ("wrap_up", "")),
        ("&state=ready&about=CA1", ("", "")),
    ],
)
def test_our_url_says_what_the_operator_does_and_of_whom_a_code_is(query, expected):
    step = step_of(event_at(90, f"/twilio/operator/?step=4&in=1{query}"))

    assert (step.state, step.about) == expected


def test_dial_action_says_of_whom_a_code_will_be():
    path = "/twilio/operator/done/?step=4&in=1"

    assert step_of(event_at(90, path, DialCallSid=ABOUT)).about == ABOUT
    assert step_of(event_at(90, path)).about == ""


def test_a_nul_in_our_query_is_escaped_before_anything_is_decided_by_it():
    event = event_at(0, "/twilio/operator/done/?step=1&in=1&queue=a%00b")

    assert step_of(event).queue == "a\\u0000b"


def test_nobody_is_signed_in_on_a_callers_path():
    event = event_at(90, "/twilio/menu/main/?step=1&visits=0&in=1")

    assert step_of(event, menu="main").signed_in is False


def test_a_whole_call_decides_without_a_query(django_assert_num_queries):
    install()
    current_plan()
    asked = [
        ("/twilio/incoming/", {}, {"CallStatus": "ringing"}),
        ("/twilio/menu/main/?step=1&visits=0&again=0&lang=ja", {"menu": "main"}, {}),
        (
            "/twilio/queue-exit/support/1/?step=2&visits=1&lang=ja",
            {"queue": "support", "visit": "1"},
            {},
        ),
        ("/twilio/connect/?step=3&queue=support", {}, {}),
        ("/twilio/fallback/", {}, {}),
    ]

    with django_assert_num_queries(0):
        decisions = [
            str(
                decide(
                    step_of(event_at(1, path, **form), **place), current_plan(), START
                )
            )
            for path, place, form in asked
        ]

    assert decisions == [
        "menu:main",
        "enqueue:support/1",
        "end",
        "announce",
        "apology",
    ]


def test_the_pin_of_an_operator_is_never_stored(twilio):
    install()
    leg = twilio.leg(OPERATOR)
    leg.rings()
    leg.is_redirected()
    leg.presses(PIN)

    assert leg.answer.has("Queue")
    assert not any(PIN in str(event.params) for event in WebhookEvent.objects.all())
