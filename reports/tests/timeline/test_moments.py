"""Lines of calls that went oddly: what is missing, inferred, pruned or under way."""

import pytest

from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    LINE,
    OPERATOR,
    at,
    choose,
    connect,
    done,
    end,
    event,
    leave,
    ring,
    sign_in,
    wait,
)
from reports.tests.timeline.stories import lines, requests_behind, story
from reports.timeline import phases
from reports.timeline.kinds.operators import StateBegins, TakesCaller
from reports.timeline.story import Story


def settle(seconds: float, **params):
    return event(seconds, "/internal/settle/", CallStatus="completed", **params)


CALLS = {
    "only the end is known": (
        [end(60, CallDuration="50")],
        ["+10 no-ring missing", "+60 ended"],
    ),
    "the exit was lost": (
        [ring(), choose(), wait(5, 0), end(60)],
        [
            "+0 rang",
            "+0 asked",
            "+5 key",
            "+5 queued",
            "+60 no-exit missing",
            "+60 ended",
        ],
    ),
    "a settling says that the caller gave up": (
        [ring(), choose(), wait(5, 0), wait(25, 20), settle(90)],
        [
            "+0 rang",
            "+0 asked",
            "+5 key",
            "+5 queued",
            "+25 position",
            "+90 no-exit missing",
            "+90 internal",
            "+90 ended",
        ],
    ),
    "our wait document let the caller go, and no exit came": (
        [ring(), choose(), wait(5, 0), wait(25, 20, "leave:max_wait"), end(60)],
        [
            "+0 rang",
            "+0 asked",
            "+5 key",
            "+5 queued",
            "+25 leaving",
            "+25 no-exit missing inferred",
            "+60 ended",
        ],
    ),
    "the connect was lost, and the operator is not known": (
        [ring(), choose(), wait(5, 0), leave(60, "bridged", 15), end(60)],
        [
            "+0 rang",
            "+0 asked",
            "+5 key",
            "+5 queued",
            "+20 no-connect missing",
            "+60 left",
            "+60 ended",
        ],
    ),
    "the connect was lost, and the Dial action stands for it": (
        [
            *sign_in(),
            ring(),
            choose(),
            wait(5, 0),
            done(60, talk=40),
            leave(60, "bridged", 15),
            end(61),
        ],
        [
            "+0 rang",
            "+0 asked",
            "+5 key",
            "+5 queued",
            "+20 connect missing",
            "+60 done",
            "+60 left",
            "+61 ended",
        ],
    ),
    "the answer to a menu was lost": (
        [ring(), wait(12, 2, visit=1), leave(30, "hangup", 20), end(30)],
        [
            "+0 rang",
            "+0 asked",
            "+10 queued",
            "+12 no-answer missing",
            "+30 left",
            "+30 ended",
        ],
    ),
    "the first requests of a queue entry were lost": (
        [ring(), choose(), wait(45, 40), leave(60, "hangup", 55), end(60)],
        [
            "+0 rang",
            "+0 asked",
            "+5 key",
            "+5 queued",
            "+45 position",
            "+60 left",
            "+60 ended",
        ],
    ),
    "Twilio could not be answered": (
        [event(0, "fallback/", "apology"), end(8)],
        ["+0 no-ring missing", "+0 fallback", "+8 ended"],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_call_has_these_lines(name):
    events, expected = CALLS[name]

    assert lines(story(*events)) == expected


def test_call_goes_on_until_it_is_known_to_be_over():
    events = [ring(), choose(), wait(5, 0)]

    assert lines(story(*events, now=at(12)))[-1] == "+12 under-way"
    assert lines(story(*events, now=at(3_600)))[-1] == "+3600 under-way"
    assert lines(story(*events, now=at(90_000)))[-1] == "+5 no-end missing"


def test_caller_in_conversation_misses_nothing():
    events = [*sign_in(), ring(), choose(), wait(5, 0), connect(30, 25)]

    found = lines(story(*events, now=at(600)))

    assert not any("missing" in line for line in found)
    assert found[-1] == "+600 under-way"


def test_exit_may_come_a_minute_after_the_conversation_before_it_is_missed():
    events = [
        *sign_in(),
        ring(),
        choose(),
        wait(5, 0),
        connect(30, 25),
        done(90, talk=58),
    ]

    def missing(now):
        return [
            line for line in lines(story(*events, now=at(now))) if "missing" in line
        ]

    assert missing(149) == []
    assert missing(151) == ["+90 no-exit missing"]


def test_end_that_a_voice_url_was_told_is_the_end():
    over = event(60, "incoming/", "", CallStatus="completed", CallDuration="60")

    assert lines(story(ring(), over)) == ["+0 rang", "+0 asked", "+60 ended"]


def test_end_may_come_a_minute_late_before_it_is_missed():
    events = [ring(), choose(), wait(5, 0), leave(30, "hangup", 25)]

    assert lines(story(*events, now=at(89)))[-1] == "+89 under-way"
    assert lines(story(*events, now=at(91)))[-1] == "+30 no-end missing"


def test_sealed_call_without_events_is_shown_by_its_rows_and_misses_nothing():
    events = [
        *sign_in(),
        ring(),
        choose(),
        wait(5, 0),
        wait(25, 20),
        connect(30, 25),
        done(100, talk=67),
        leave(100, "bridged", 25),
        end(100),
    ]
    whole = story(*events)
    whole.call.sealed_at = at(9_000)
    whole.requests = requests_behind(CALLER)

    assert lines(whole) == [
        "+0 rang",
        "+0 step",
        "+5 queued",
        "+30 connect",
        "+33 talk",
        "+100 left",
        "+100 ended",
    ]


def test_sealed_call_misses_nothing_beside_an_event_that_came_late():
    found = story(ring(), choose(), wait(5, 0), leave(30, "hangup", 25), end(30))
    found.call.sealed_at = at(9_000)
    late = event(40, "status/", CallStatus="completed", CallDuration="30")
    found.requests = requests_behind(CALLER, late)

    assert lines(found) == [
        "+0 rang",
        "+0 step",
        "+5 queued",
        "+30 left",
        "+30 ended",
    ]


def test_equal_requests_without_tokens_are_lines_of_their_own():
    found = story(ring(), event(3, "fallback/"), event(4, "fallback/"), end(9))

    assert lines(found) == [
        "+0 rang",
        "+0 asked",
        "+3 fallback",
        "+4 fallback",
        "+9 ended",
    ]


def test_one_request_kept_with_and_without_its_token_is_one_line_with_both_copies():
    first, second = ring(token="t1"), ring(0.5)
    found = story(first, second, end(9))

    rang = phases.moments(found)[0]

    assert lines(found) == ["+0 rang", "+0 asked", "+9 ended"]
    assert rang.events == [first, second]


def test_two_requests_with_tokens_of_their_own_are_two_lines():
    found = story(ring(token="t1"), ring(3, token="t2"), end(9))

    assert [one.kind.code for one in phases.moments(found)] == [
        "rang",
        "asked",
        "request",
        "ended",
    ]


def test_operator_leg_shows_its_states_and_whom_it_took():
    call = story(
        *sign_in(-300),
        ring(),
        choose(),
        wait(5, 0),
        connect(30, 25),
        done(100, talk=67),
        leave(100, "bridged", 25),
        end(100),
    )
    leg = story(
        *sign_in(-300),
        connect(30, 25),
        done(100, talk=67),
        event(110, "operator/?step=4", "dial:support", sid=OPERATOR),
        end(400, sid=OPERATOR),
        sid=OPERATOR,
    )
    taken = call.connections[0]
    taken.entry.call = call.call
    leg.connections = [taken]

    found = phases.moments(leg)

    assert lines(leg) == [
        "-300 dialled-in",
        "-294 state",
        "+30 state",
        "+100 state",
        "+110 state",
        "+400 ended",
    ]
    assert [
        one.kind.caller.sid if isinstance(one.kind, TakesCaller) else one.kind.state
        for one in found
        if isinstance(one.kind, TakesCaller | StateBegins)
    ] == ["ready", CALLER, "wrap_up", "ready"]


def test_outbound_leg_is_dialled_and_ends():
    form = {"Direction": "outbound-dial", "From": LINE, "To": CALLER_NUMBER}
    found: Story = story(
        event(0, "status/", CallStatus="ringing", **form),
        event(40, "status/", CallStatus="completed", CallDuration="30", **form),
    )

    assert lines(found) == ["+0 dialled-out", "+0 status", "+10 taken", "+40 ended"]
