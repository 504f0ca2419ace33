"""Calls placed by REST: who is rung, what they hear, what is posted about it."""

import asyncio
from functools import partial

import pytest

from callcenter.tests.standin.rest.client import ask, raw, refusal
from callcenter.tests.standin.server import BASE, CALLER, LINE, OPERATOR, Server

HELLO = f"{BASE}/hello"
NEWS = f"{BASE}/news"
EVENTS = ["initiated", "ringing", "answered", "completed"]


async def picks_up_after_five_seconds(leg):
    await asyncio.sleep(5)
    leg.answer()


async def lets_it_ring(leg):
    await asyncio.sleep(3600)


async def is_busy(leg):
    leg.decline("busy")


def hello_server():
    return Server({"/hello": "<Say>Hello</Say><Hangup/>"})


def news(server):
    return [
        tuple(form[name] for name in ("CallStatus", "SequenceNumber"))
        for form in server.forms("/news")
    ]


def test_somebody_is_rung_and_hears_the_document_once_they_answer():
    server = hello_server()

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        placed = client.calls.create(
            to=OPERATOR,
            from_=LINE,
            url=HELLO,
            status_callback=NEWS,
            status_callback_event=EVENTS,
        )
        assert (placed.status, placed.direction) == ("queued", "outbound-api")
        assert placed.phone_number_sid == exchange.numbers[LINE].sid
        await asyncio.sleep(1)
        assert client.calls(placed.sid).fetch().status == "ringing"
        leg = exchange.calls[placed.sid]
        await leg.over.wait()
        assert [heard.text for heard in leg.heard] == ["Hello"]

    ask(server, story)

    assert server.times("/hello") == [5]
    (form,) = server.forms("/hello")
    posted = ("CallStatus", "Direction", "From", "To")
    assert [form[name] for name in posted] == [
        "in-progress",
        "outbound-api",
        LINE,
        OPERATOR,
    ]
    assert news(server) == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
    ]


def test_end_alone_is_told_unless_more_is_asked_for():
    server = hello_server()

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        client.calls.create(to=OPERATOR, from_=LINE, url=HELLO, status_callback=NEWS)

    ask(server, story)

    assert news(server) == [("completed", "0")]


def test_events_in_one_word_are_accepted_and_send_nothing():
    server = hello_server()

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        placed = client.calls.create(
            to=OPERATOR,
            from_=LINE,
            url=HELLO,
            status_callback=NEWS,
            status_callback_event=["initiated completed"],
        )
        leg = exchange.calls[placed.sid]
        assert [error.code for error in leg.errors] == [21626]

    ask(server, story)

    assert server.paths() == ["/hello"]


def test_document_in_the_request_is_heard_unless_there_is_a_url_too():
    server = hello_server()
    here = "<Response><Say>Here</Say></Response>"

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        for options in ({"twiml": here}, {"twiml": here, "url": HELLO}):
            client.calls.create(to=OPERATOR, from_=LINE, **options)

    exchange = ask(server, story)

    heard = [[one.text for one in leg.heard] for leg in exchange.calls.values()]
    assert heard == [["Here"], ["Hello"]]


@pytest.mark.parametrize(
    ("callee", "status", "seconds"),
    [(is_busy, "busy", 0), (lets_it_ring, "no-answer", 20), (None, "failed", 0)],
)
def test_call_that_is_not_answered_ends_without_a_document(callee, status, seconds):
    server = hello_server()

    async def story(exchange, client):
        if callee:
            exchange.phones[OPERATOR] = callee
        client.calls.create(
            to=OPERATOR, from_=LINE, url=HELLO, timeout=20, status_callback=NEWS
        )

    ask(server, story)

    assert server.paths() == ["/news"]
    assert server.times("/news") == [seconds]
    (form,) = server.forms("/news")
    assert (form["CallStatus"], form["CallDuration"]) == (status, "0")


def test_browser_is_rung_by_its_identity_and_nobody_there_does_not_answer():
    server = hello_server()

    async def story(exchange, client):
        exchange.clients["sato"] = picks_up_after_five_seconds
        for identity in ("sato", "suzuki"):
            client.calls.create(to=f"client:{identity}", from_=LINE, url=HELLO)

    exchange = ask(server, story)

    statuses = [leg.status for leg in exchange.calls.values()]
    assert statuses == ["completed", "no-answer"]


@pytest.mark.parametrize("status", ["canceled", "completed"])
def test_call_that_rings_is_given_up(status):
    server = hello_server()

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        placed = client.calls.create(
            to=OPERATOR, from_=LINE, url=HELLO, status_callback=NEWS
        )
        await asyncio.sleep(2)
        assert client.calls(placed.sid).update(status=status).status == "canceled"

    ask(server, story)

    assert (server.paths(), server.times("/news")) == (["/news"], [2])
    assert news(server) == [("canceled", "0")]


def test_app_says_what_is_heard_and_whom_to_tell():
    server = hello_server()

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        app = client.applications.create(
            voice_url=HELLO, voice_method="GET", status_callback=NEWS
        )
        client.calls.create(
            to=OPERATOR,
            from_=LINE,
            application_sid=app.sid,
            status_callback=f"{BASE}/ignored",
        )

    exchange = ask(server, story)

    (app,) = exchange.applications.values()
    assert server.paths() == ["/hello", "/news"]
    assert server.received[0].method == "GET"
    assert f"ApplicationSid={app.sid}" in server.received[0].url


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"to": "0312345678"}, (400, 21211)),
        ({"to": LINE}, (400, 21211)),
        ({"to": "client:"}, (400, 21211)),
        ({"from_": CALLER}, (400, 21210)),
        # A telephone shows a number, never a name.
        ({"from_": "client:sato"}, (400, 21210)),
        ({"url": "not-a-url"}, (400, 21205)),
        ({"url": None}, (400, 21205)),
        ({"url": None, "twiml": "x" * 4001}, (400, 32018)),
        ({"application_sid": "AP" + "0" * 32}, (400, 21218)),
    ],
)
def test_call_that_twilio_would_not_place_is_refused(options, expected):
    async def story(exchange, client):
        given = {"to": OPERATOR, "from_": LINE, "url": HELLO} | options
        given = {name: value for name, value in given.items() if value is not None}
        assert refusal(partial(client.calls.create, **given))[:2] == expected
        assert exchange.calls == {}

    ask(Server({}), story)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("From=%2B815000000101&Url=https://cc.example.test/x", 21201),
        ("To=%2B815000000201&Url=https://cc.example.test/x", 21213),
        ("To=%2B815000000201&From=%2B815000000101&Timeout=soon", 20001),
    ],
)
def test_form_that_no_library_would_send_is_refused(body, expected):
    async def story(exchange, client):
        status, error = raw(exchange, "POST", "Calls.json", body)
        assert (status, error["code"]) == (400, expected)
        assert exchange.calls == {}

    ask(Server({}), story)
