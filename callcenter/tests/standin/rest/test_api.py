"""What holds for every resource: who may ask, how errors read, how lists are paged."""

import base64

import pytest
from twilio.rest import Client

from callcenter.standin.calls.account import Account
from callcenter.standin.rest.api import RestApi
from callcenter.tests.standin.rest.client import (
    BASIC,
    Inline,
    ask,
    client,
    raw,
    refusal,
)
from callcenter.tests.standin.server import ACCOUNT, CALLER, LINE, Server

ACCOUNT_PATH = f"/2010-04-01/Accounts/{ACCOUNT.sid}"


def basic(pair):
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic not-base64!",
        "Basic ****",
        basic(f"{ACCOUNT.sid}:wrong"),
        basic(f"{'AC' + '2' * 32}:{ACCOUNT.auth_token}"),
        BASIC.replace("Basic", "Bearer"),
    ],
)
def test_who_does_not_know_the_token_is_asked_for_it(authorization):
    async def story(exchange, _):
        answer = RestApi(exchange).answer(
            "GET", f"{ACCOUNT_PATH}/Queues.json", b"", authorization
        )
        assert answer.headers == {
            "Content-Type": "application/json;charset=utf-8",
            "WWW-Authenticate": 'Basic realm="Twilio API"',
        }
        assert raw(exchange, "GET", "Queues.json", "", authorization) == (
            401,
            {
                "code": 20003,
                "message": "Authenticate",
                "more_info": "https://www.twilio.com/docs/errors/20003",
                "status": 401,
            },
        )

    ask(Server({}), story)


def test_client_of_another_token_is_refused():
    async def story(exchange, _):
        stranger: Client = client(
            Inline(RestApi(exchange)), Account(ACCOUNT.sid, "another")
        )
        assert refusal(stranger.queues("QU" + "0" * 32).fetch)[:2] == (401, 20003)

    ask(Server({}), story)


@pytest.mark.parametrize(
    "path",
    [
        f"{ACCOUNT_PATH}/Queues/QU{'0' * 32}.json",
        f"{ACCOUNT_PATH}/Queues/CA{'0' * 32}.json",
        f"{ACCOUNT_PATH}/Queues/QU{'0' * 32}",
        f"{ACCOUNT_PATH}/Queues",
        f"{ACCOUNT_PATH}/Calls/CA{'0' * 32}.json",
        f"{ACCOUNT_PATH}/Calls/Front.json",
        f"{ACCOUNT_PATH}/Conferences.json",
        f"/2010-04-01/Accounts/AC{'2' * 32}/Queues.json",
        "/2008-08-01/Accounts.json",
        "/",
        "",
    ],
)
def test_what_is_not_there_is_not_found(path):
    async def story(exchange, _):
        answer = RestApi(exchange).answer("GET", path, b"", BASIC)
        assert (answer.status, answer.body.decode()) == (
            404,
            '{"code": 20404, '
            f'"message": "The requested resource {path} was not found", '
            '"more_info": "https://www.twilio.com/docs/errors/20404", "status": 404}',
        )

    ask(Server({}), story)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "Queues.json"), ("DELETE", "Calls.json"), ("POST", "Recordings.json")],
)
def test_method_that_a_resource_has_not_is_refused(method, path):
    async def story(exchange, _):
        status, error = raw(exchange, method, path)
        assert (status, error["code"]) == (405, 20004)

    ask(Server({}), story)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("Calls.json?PageSize=many", 20001),
        ("Calls.json?Page=%C3%A9", 20001),
        ("Calls.json?StartTime=yesterday", 20001),
        ("Calls.json?StartTime%3C=2026-13-01", 20001),
    ],
)
def test_query_that_cannot_be_read_is_refused(path, code):
    async def story(exchange, _):
        exchange.new_leg(CALLER, LINE, "inbound")
        status, error = raw(exchange, "GET", path)
        assert (status, error["code"], error["status"]) == (400, code, 400)

    ask(Server({}), story)


@pytest.mark.parametrize("body", ["", "FriendlyName=", "MaxSize=5", "%"])
def test_name_that_is_required_is_missed(body):
    async def story(exchange, _):
        status, error = raw(exchange, "POST", "Queues.json", body)
        assert (status, error["code"], error["message"]) == (
            400,
            20001,
            "Missing required parameter FriendlyName in the post body",
        )

    ask(Server({}), story)


def test_body_of_any_bytes_is_no_form():
    async def story(exchange, _):
        target = f"{ACCOUNT_PATH}/Queues.json"
        answer = RestApi(exchange).answer("POST", target, b"\xff\x00\xfe", BASIC)
        assert answer.status == 400

    ask(Server({}), story)


def fill(exchange, number):
    return [exchange.new_leg(CALLER, LINE, "inbound").sid for _ in range(number)]


def test_pages_name_their_neighbours():
    async def story(exchange, _):
        fourth, third, second, first = fill(exchange, 4)
        place = f"{ACCOUNT_PATH}/Calls.json?Status=ringing&PageSize=2"

        def shown(target):
            _, page = raw(exchange, "GET", target.removeprefix(f"{ACCOUNT_PATH}/"))
            page["calls"] = [call["sid"] for call in page["calls"]]
            return page

        front = shown("Calls.json?Status=ringing&PageSize=2")
        assert front == {
            "calls": [first, second],
            "page": 0,
            "page_size": 2,
            "start": 0,
            "end": 1,
            "uri": f"{place}&Page=0",
            "first_page_uri": f"{place}&Page=0",
            "next_page_uri": f"{place}&Page=1&PageToken=PA{second}",
            "previous_page_uri": None,
        }
        back = shown(front["next_page_uri"])
        assert back == {
            "calls": [third, fourth],
            "page": 1,
            "page_size": 2,
            "start": 2,
            "end": 3,
            "uri": front["next_page_uri"],
            "first_page_uri": f"{place}&Page=0",
            "next_page_uri": None,
            "previous_page_uri": f"{place}&Page=0&PageToken=PB{third}",
        }
        again = shown(back["previous_page_uri"])
        assert (again["calls"], again["next_page_uri"]) == (
            front["calls"],
            front["next_page_uri"],
        )
        assert again["previous_page_uri"] is None

    ask(Server({}), story)


def test_empty_list_is_one_empty_page():
    async def story(exchange, _):
        place = f"{ACCOUNT_PATH}/Calls.json?PageSize=50&Page=0"
        assert raw(exchange, "GET", "Calls.json") == (
            200,
            {
                "calls": [],
                "page": 0,
                "page_size": 50,
                "start": 0,
                "end": 0,
                "uri": place,
                "first_page_uri": place,
                "next_page_uri": None,
                "previous_page_uri": None,
            },
        )

    ask(Server({}), story)


@pytest.mark.parametrize(
    ("asked", "size"), [("0", 1), ("-5", 1), ("1000", 1000), ("1001", 1000), ("", 50)]
)
def test_size_of_a_page_is_brought_into_its_limits(asked, size):
    async def story(exchange, _):
        _, page = raw(exchange, "GET", f"Calls.json?PageSize={asked}")
        assert page["page_size"] == size

    ask(Server({}), story)


def test_client_sees_every_call_once_though_new_ones_come_while_it_pages():
    async def story(exchange, client):
        sids = fill(exchange, 7)
        seen = []
        for call in client.calls.stream(page_size=2):
            seen.append(call.sid)
            fill(exchange, 1)
        assert seen == sids[::-1]

    ask(Server({}), story)


def test_page_after_a_queue_that_was_deleted_meanwhile_goes_by_its_number():
    async def story(exchange, client):
        for number in range(5):
            exchange.queue(f"queue {number}")
        page = client.queues.page(page_size=2)
        names = [queue.friendly_name for queue in page]
        del exchange.queues[names[-1]]
        names += [queue.friendly_name for queue in page.next_page()]
        # The one that moved up is missed, as with pages by number.
        assert names == ["queue 4", "queue 3", "queue 1", "queue 0"]

    ask(Server({}), story)
