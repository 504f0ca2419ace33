"""Numbers and TwiML Apps by REST: what happens when somebody calls."""

import asyncio
from functools import partial

import pytest

from callcenter.standin.calls.exchange import Number
from callcenter.tests.standin.rest.client import ask, raw, refusal
from callcenter.tests.standin.server import (
    ACCOUNT,
    BASE,
    CALLER,
    LINE,
    NO_CONTENT,
    Server,
)

AMERICAN = "+13051416799"


def test_numbers_are_found_by_number_part_of_it_and_name():
    async def story(exchange, client):
        exchange.add_number(Number(AMERICAN, f"{BASE}/incoming"))
        numbers = client.incoming_phone_numbers

        def shown(**filters):
            return [one.phone_number for one in numbers.list(**filters)]

        assert shown() == [AMERICAN, LINE]
        assert shown(phone_number=LINE) == [LINE]
        assert shown(phone_number="305") == [AMERICAN]
        assert shown(phone_number="+8150****0101") == [LINE]
        assert shown(phone_number="*" * 12) == [LINE]
        assert shown(friendly_name="(305) 141-6799") == [AMERICAN]
        assert shown(origin="hosted") == []

    ask(Server({}), story)


def test_number_is_told_whole():
    async def story(exchange, client):
        number = exchange.numbers[LINE]
        place = f"/2010-04-01/Accounts/{ACCOUNT.sid}/IncomingPhoneNumbers"
        assert raw(exchange, "GET", f"IncomingPhoneNumbers/{number.sid}.json") == (
            200,
            {
                "sid": number.sid,
                "account_sid": ACCOUNT.sid,
                "api_version": "2010-04-01",
                "phone_number": LINE,
                "friendly_name": LINE,
                "capabilities": {
                    "voice": True,
                    "sms": False,
                    "mms": False,
                    "fax": False,
                },
                "status": "in-use",
                "origin": "twilio",
                "beta": False,
                "date_created": "Tue, 24 Nov 2026 00:00:00 +0000",
                "date_updated": "Tue, 24 Nov 2026 00:00:00 +0000",
                "voice_receive_mode": "voice",
                "voice_url": f"{BASE}/incoming",
                "voice_method": "POST",
                "voice_fallback_url": "",
                "voice_fallback_method": "POST",
                "voice_application_sid": None,
                "voice_caller_id_lookup": False,
                "status_callback": f"{BASE}/status",
                "status_callback_method": "POST",
                "sms_url": "",
                "sms_method": "POST",
                "sms_fallback_url": "",
                "sms_fallback_method": "POST",
                "sms_application_sid": None,
                "trunk_sid": None,
                "address_sid": None,
                "address_requirements": "none",
                "bundle_sid": None,
                "identity_sid": None,
                "emergency_status": "Inactive",
                "emergency_address_sid": None,
                "emergency_address_status": "unregistered",
                "uri": f"{place}/{number.sid}.json",
            },
        )

    ask(Server({}), story)


def test_next_call_goes_where_the_number_was_led():
    server = Server(
        {"/new": NO_CONTENT, "/fallback": "<Say>Sorry</Say>", "/news": NO_CONTENT}
    )

    async def story(exchange, client):
        sid = exchange.numbers[LINE].sid
        await asyncio.sleep(60)
        changed = client.incoming_phone_numbers(sid).update(
            friendly_name="代表",
            voice_url=f"{BASE}/new?a=1",
            voice_method="GET",
            voice_fallback_url=f"{BASE}/fallback",
            voice_fallback_method="GET",
            status_callback=f"{BASE}/news",
            status_callback_method="GET",
        )
        read = client.incoming_phone_numbers(sid).fetch()
        for number in (changed, read):
            assert (number.friendly_name, number.voice_url) == (
                "代表",
                f"{BASE}/new?a=1",
            )
            assert number.date_updated == exchange.clock.now()
        exchange.ring(CALLER, LINE)

    ask(server, story)

    assert [
        (request.method, path)
        for request, path in zip(server.received, server.paths(), strict=True)
    ] == [("GET", "/new"), ("GET", "/fallback"), ("GET", "/news")]


def test_what_is_not_named_stays_and_what_is_named_empty_goes():
    async def story(exchange, client):
        sid = exchange.numbers[LINE].sid
        changed = client.incoming_phone_numbers(sid).update(status_callback="")
        assert (changed.status_callback, changed.voice_url) == ("", f"{BASE}/incoming")

    ask(Server({}), story)


def test_app_goes_before_the_urls_of_the_number():
    server = Server({"/app": "<Say>App</Say>", "/news": NO_CONTENT})

    async def story(exchange, client):
        app = client.applications.create(
            friendly_name="MiniCC",
            voice_url=f"{BASE}/app",
            status_callback=f"{BASE}/news",
        )
        number = client.incoming_phone_numbers(exchange.numbers[LINE].sid)
        assert number.update(voice_application_sid=app.sid).voice_application_sid == (
            app.sid
        )
        exchange.ring(CALLER, LINE)
        await exchange.settle()
        place = f"IncomingPhoneNumbers/{number.fetch().sid}.json"
        _, changed = raw(exchange, "POST", place, "VoiceApplicationSid=")
        assert changed["voice_application_sid"] is None
        exchange.ring(CALLER, LINE)

    exchange = ask(server, story)

    assert server.paths() == ["/app", "/news", "/incoming", "/status"]
    (sid,) = exchange.applications
    assert server.forms("/app")[0]["ApplicationSid"] == sid
    assert "ApplicationSid" not in server.forms("/incoming")[0]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"voice_url": "/incoming"}, (400, 21205)),
        ({"status_callback": "ftp://cc.example.test/x"}, (400, 21205)),
        ({"voice_url": "http://[x"}, (400, 21205)),
        ({"friendly_name": "x" * 65}, (400, 20002)),
        ({"voice_application_sid": "AP" + "0" * 32}, (400, 20001)),
    ],
)
def test_number_is_left_as_it_was_where_anything_is_refused(options, expected):
    async def story(exchange, client):
        number = client.incoming_phone_numbers(exchange.numbers[LINE].sid)
        given = {"voice_fallback_url": f"{BASE}/fallback"} | options
        assert refusal(partial(number.update, **given))[:2] == expected
        assert number.fetch().voice_fallback_url == ""

    ask(Server({}), story)


def test_app_is_made_found_changed_and_deleted():
    async def story(exchange, client):
        made = client.applications.create(
            friendly_name="MiniCC", voice_url=f"{BASE}/client", voice_method="POST"
        )
        other = client.applications.create(friendly_name="Other")
        assert [one.sid for one in client.applications.list()] == [other.sid, made.sid]
        (found,) = client.applications.list(friendly_name="MiniCC")
        assert (found.sid, found.voice_url) == (made.sid, f"{BASE}/client")

        await asyncio.sleep(60)
        client.applications(made.sid).update(
            voice_fallback_url=f"{BASE}/fallback", voice_fallback_method="GET"
        )

        read = client.applications(made.sid).fetch()
        assert (read.voice_url, read.voice_fallback_url) == (
            f"{BASE}/client",
            f"{BASE}/fallback",
        )
        assert (read.voice_fallback_method, read.status_callback) == ("GET", None)
        assert (read.date_updated - read.date_created).total_seconds() == 60
        assert client.applications(made.sid).delete()
        assert [one.sid for one in client.applications.list()] == [other.sid]
        for again in (
            client.applications(made.sid).fetch,
            client.applications(made.sid).update,
            client.applications(made.sid).delete,
            client.incoming_phone_numbers("PN" + "0" * 32).fetch,
        ):
            assert refusal(again)[:2] == (404, 20404)

    ask(Server({}), story)


def test_call_of_a_client_says_the_app_it_went_through():
    server = Server({"/client": "<Say>Client</Say>"})

    async def story(exchange, client):
        app = client.applications.create(voice_url=f"{BASE}/client")
        exchange.ring("client:sato", "", application_sid=app.sid)

    exchange = ask(server, story)

    (sid,) = exchange.applications
    (form,) = server.forms("/client")
    assert (form["From"], form["ApplicationSid"]) == ("client:sato", sid)
