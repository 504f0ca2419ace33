"""Requests on their way: signed, repeated as asked, let in by a password."""

import base64

import pytest
from twilio.request_validator import RequestValidator

from callcenter.standin.calls.choices import Choices
from callcenter.standin.network.transport import Answer, TimedOut, Unreachable
from callcenter.tests.standin.queue_calls import caller, operator, server
from callcenter.tests.standin.server import (
    ACCOUNT,
    TOKEN,
    Server,
    call,
    only,
    play,
    twiml,
)

BROKEN = Answer(500, "text/html", b"oh")
CHALLENGE = Answer(401, "text/plain", b"", {"www-authenticate": 'Basic realm="cc"'})
HELLO = "<Say>Hello</Say>"


def test_every_request_is_signed_and_looks_like_twilios():
    served = server(
        desk='<Gather action="/desk2?x=1" method="GET" numDigits="1"/>',
        desk2='<Dial action="/done" timeout="60"><Queue url="/connect">sales</Queue>'
        "</Dial>",
    )

    async def story(exchange):
        leg, agent = caller(exchange), operator(exchange)
        await exchange.clock.sleep(1)
        agent.press("7")
        await exchange.clock.sleep(60)
        leg.hang_up()

    play(served, story)

    validator = RequestValidator(ACCOUNT.auth_token)
    assert set(served.paths()) == {
        "/incoming",
        "/desk",
        "/desk2",
        "/wait",
        "/connect",
        "/action",
        "/done",
        "/status",
    }
    for request in served.received:
        headers = request.headers
        signed = headers["X-Twilio-Signature"]
        assert validator.validate(request.url, request.form, signed), request.url
        assert len(headers[TOKEN]) == 36
        assert headers["User-Agent"] == "TwilioProxy/1.1"
        form = "application/x-www-form-urlencoded; charset=UTF-8"
        expected = form if request.method == "POST" else None
        assert headers.get("Content-Type") == expected
    assert len({request.headers[TOKEN] for request in served.received}) == len(
        served.received
    )


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://cc.example.test:8443/incoming", "https://cc.example.test/incoming"),
        (
            "http://cc.example.test:8000/incoming",
            "http://cc.example.test:8000/incoming",
        ),
    ],
)
def test_port_is_signed_over_http_and_left_out_over_https(url, signed):
    served = Server({"/incoming": HELLO})

    call(served, voice_url=url)

    request = served.received[0]
    computed = RequestValidator(ACCOUNT.auth_token).compute_signature(
        signed, request.form
    )
    assert request.url == url
    assert request.headers["X-Twilio-Signature"] == computed


def test_fragment_is_neither_sent_nor_signed():
    served = Server({"/incoming": HELLO})

    call(served, voice_url="https://cc.example.test/incoming?a=1#rc=2&rp=5xx")

    assert served.received[0].url == "https://cc.example.test/incoming?a=1"


def test_failed_connection_is_tried_once_more_with_the_same_token():
    served = Server({"/incoming": [Unreachable(), HELLO]})

    exchange = call(served)

    first, second = served.tokens("/incoming")
    assert first == second
    assert only(exchange).heard[0].text == "Hello"
    sent = exchange.sent[0]
    assert (sent.tries, sent.arrived, sent.outcome) == (2, 1, "answered")


@pytest.mark.parametrize("failure", [BROKEN, TimedOut()])
def test_failure_after_the_connection_is_not_tried_again_unless_asked(failure):
    served = Server({"/incoming": [failure, HELLO]})

    exchange = call(served)

    leg = only(exchange)
    assert served.paths() == ["/incoming", "/status"]
    assert [error.code for error in leg.errors] == [11200]
    assert [heard.verb for heard in leg.heard if heard.verb != "note"] == ["Apology"]


@pytest.mark.parametrize(
    ("asked", "failures", "tries"),
    [
        ("rc=2&rp=5xx", [BROKEN, BROKEN], 3),
        ("rc=1&rp=5xx", [BROKEN, BROKEN], 2),
        ("rc=0", [Unreachable(), Unreachable()], 1),
        ("rc=5&rp=rt", [TimedOut(), TimedOut()], 3),
        ("rc=5&rp=4xx", [Answer(404, "", b""), Answer(429, "", b"")], 3),
        ("rc=5&rp=4xx", [BROKEN, BROKEN], 1),
        ("rc=3&rp=5xx,ct,rt", [BROKEN, Unreachable(), TimedOut()], 4),
        ("rc=9&rp=all", [BROKEN] * 7, 6),
    ],
)
def test_retries_are_those_the_fragment_asks_for(asked, failures, tries):
    served = Server({"/incoming": [*failures, HELLO]})

    exchange = call(served, voice_url=f"https://cc.example.test/incoming#{asked}")

    assert len(served.tokens("/incoming")) == tries
    assert len(set(served.tokens("/incoming"))) == 1
    assert exchange.sent[0].tries == tries


def test_read_time_out_of_the_fragment_is_kept():
    served = Server({"/incoming": HELLO}, slow={"/incoming": 60})

    exchange = call(
        served, voice_url="https://cc.example.test/incoming#rc=3&rt=4000&rp=rt"
    )

    assert served.times("/incoming") == [0.0, 4.0, 8.0, 12.0]
    assert exchange.sent[0].outcome == "unanswered"


def test_all_tries_together_end_after_fifteen_seconds():
    served = Server({"/incoming": HELLO}, slow={"/incoming": 60})

    exchange = call(served, voice_url="https://cc.example.test/incoming#rc=5&rp=all")

    leg = only(exchange)
    assert served.times("/incoming") == [0.0]
    assert (leg.heard[0].at - leg.started_at).total_seconds() == 15


def test_misspelt_retry_policy_is_refused():
    served = Server({"/incoming": HELLO})

    exchange = call(served, voice_url="https://cc.example.test/incoming#rp=always")

    assert [error.code for error in only(exchange).errors] == [11243]
    assert served.paths() == ["/status"]


def test_retries_are_those_of_a_status_callback_too():
    served = Server({"/incoming": HELLO, "/status": [BROKEN, BROKEN, twiml("")]})

    exchange = call(
        served, status_callback="https://cc.example.test/status#rc=2&rp=5xx"
    )

    assert len(set(served.tokens("/status"))) == 1
    assert len(served.tokens("/status")) == 3
    assert exchange.sent[-1].outcome == "answered"


def test_status_callback_that_fails_is_given_up_with_a_warning():
    served = Server({"/incoming": HELLO, "/status": BROKEN})

    exchange = call(served)

    assert [error.code for error in only(exchange).errors] == [15003]
    assert exchange.sent[-1].outcome == "refused"


def test_credentials_are_sent_when_asked_for_with_the_same_token_and_signature():
    def guarded(request):
        return HELLO if "Authorization" in request.headers else CHALLENGE

    served = Server({"/incoming": guarded, "/status": guarded})

    call(
        served,
        voice_url="https://mini:cc@cc.example.test/incoming",
        status_callback="https://mini:cc@cc.example.test/status",
    )

    first, second, status = served.received
    assert [request.url for request in served.received] == [
        "https://cc.example.test/incoming",
        "https://cc.example.test/incoming",
        "https://cc.example.test/status",
    ]
    assert "Authorization" not in first.headers
    pair = "Basic " + base64.b64encode(b"mini:cc").decode()
    assert second.headers["Authorization"] == pair
    # Logged in for the rest of the call.
    assert status.headers["Authorization"] == pair
    for name in (TOKEN, "X-Twilio-Signature"):
        assert first.headers[name] == second.headers[name]
    assert first.form == second.form


@pytest.mark.parametrize(
    "refusal",
    [
        Answer(403, "text/plain", b""),
        Answer(401, "text/plain", b""),
        Answer(401, "text/plain", b"", {"www-authenticate": "Basic"}),
    ],
)
def test_refusal_that_is_no_challenge_is_a_failure(refusal):
    served = Server({"/incoming": refusal})

    exchange = call(served, voice_url="https://mini:cc@cc.example.test/incoming")

    assert [error.code for error in only(exchange).errors] == [11200]
    assert served.tokens("/incoming")[1:] == []


def test_relative_addresses_carry_the_credentials_unless_chosen_otherwise():
    def guarded(request):
        return "<Hangup/>" if "Authorization" in request.headers else CHALLENGE

    for carries, codes in ((True, []), (False, [11200])):
        served = Server({"/incoming": "<Redirect>/next</Redirect>", "/next": guarded})

        exchange = call(
            served,
            voice_url="https://mini:cc@cc.example.test/incoming",
            choices=Choices(carries_credentials=carries),
        )

        assert [error.code for error in only(exchange).errors] == codes


def test_redirect_of_http_loses_the_form():
    moved = Answer(302, "", b"", {"location": "/elsewhere"})
    served = Server({"/incoming": moved, "/elsewhere": HELLO})

    exchange = call(served)

    assert [(request.method, bool(request.form)) for request in served.received] == [
        ("POST", True),
        ("GET", False),
        ("POST", True),
    ]
    assert only(exchange).heard[0].text == "Hello"


def test_more_than_ten_redirects_of_http_are_refused():
    served = Server({"/incoming": Answer(302, "", b"", {"location": "/incoming"})})

    exchange = call(served)

    assert [error.code for error in only(exchange).errors] == [11215]
    assert len(served.forms("/incoming")) == 11
