"""Calls placed by REST: who is rung, what they hear, what is told of it."""

import asyncio
from functools import partial

import pytest

from callcenter.tests.standin.office import BASE, CALLER, LINE, OPERATOR, Office
from callcenter.tests.standin.rest.client import ask, raw, refusal

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


def office_of_hello():
    return Office({"/hello": "<Say>Hello</Say><Hangup/>"})


def news(office):
    return [
        tuple(form[name] for name in ("CallStatus", "SequenceNumber"))
        for form in office.forms("/news")
    ]


def test_somebody_is_rung_and_hears_the_document_once_they_answer():
    office = office_of_hello()

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

    ask(office, story)

    assert office.times("/hello") == [5]
    (form,) = office.forms("/hello")
    told = ("CallStatus", "Direction", "From", "To")
    assert [form[name] for name in told] == [
        "in-progress",
        "outbound-api",
        LINE,
        OPERATOR,
    ]
    assert news(office) == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
    ]


def test_end_alone_is_told_unless_more_is_asked_for():
    office = office_of_hello()

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        client.calls.create(to=OPERATOR, from_=LINE, url=HELLO, status_callback=NEWS)

    ask(office, story)

    assert news(office) == [("completed", "0")]


def test_events_in_one_word_are_taken_and_never_told():
    office = office_of_hello()

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

    ask(office, story)

    assert office.paths() == ["/hello"]


def test_document_in_the_request_is_heard_unless_there_is_a_url_too():
    office = office_of_hello()
    here = "<Response><Say>Here</Say></Response>"

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        for options in ({"twiml": here}, {"twiml": here, "url": HELLO}):
            client.calls.create(to=OPERATOR, from_=LINE, **options)

    exchange = ask(office, story)

    heard = [[one.text for one in leg.heard] for leg in exchange.calls.values()]
    assert heard == [["Here"], ["Hello"]]


@pytest.mark.parametrize(
    ("callee", "status", "seconds"),
    [(is_busy, "busy", 0), (lets_it_ring, "no-answer", 20), (None, "failed", 0)],
)
def test_call_that_is_not_answered_ends_without_a_document(callee, status, seconds):
    office = office_of_hello()

    async def story(exchange, client):
        if callee:
            exchange.phones[OPERATOR] = callee
        client.calls.create(
            to=OPERATOR, from_=LINE, url=HELLO, timeout=20, status_callback=NEWS
        )

    ask(office, story)

    assert office.paths() == ["/news"]
    assert office.times("/news") == [seconds]
    (form,) = office.forms("/news")
    assert (form["CallStatus"], form["CallDuration"]) == (status, "0")


def test_browser_is_rung_by_its_identity_and_nobody_there_does_not_answer():
    office = office_of_hello()

    async def story(exchange, client):
        exchange.clients["sato"] = picks_up_after_five_seconds
        for identity in ("sato", "suzuki"):
            client.calls.create(to=f"client:{identity}", from_=LINE, url=HELLO)

    exchange = ask(office, story)

    statuses = [leg.status for leg in exchange.calls.values()]
    assert statuses == ["completed", "no-answer"]


@pytest.mark.parametrize("status", ["canceled", "completed"])
def test_call_that_rings_is_given_up(status):
    office = office_of_hello()

    async def story(exchange, client):
        exchange.phones[OPERATOR] = picks_up_after_five_seconds
        placed = client.calls.create(
            to=OPERATOR, from_=LINE, url=HELLO, status_callback=NEWS
        )
        await asyncio.sleep(2)
        assert client.calls(placed.sid).update(status=status).status == "canceled"

    ask(office, story)

    assert (office.paths(), office.times("/news")) == (["/news"], [2])
    assert news(office) == [("canceled", "0")]


def test_app_says_what_is_heard_and_whom_to_tell():
    office = office_of_hello()

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

    exchange = ask(office, story)

    (app,) = exchange.applications.values()
    assert office.paths() == ["/hello", "/news"]
    assert office.received[0].method == "GET"
    assert f"ApplicationSid={app.sid}" in office.received[0].url


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

    ask(Office({}), story)


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

    ask(Office({}), story)
