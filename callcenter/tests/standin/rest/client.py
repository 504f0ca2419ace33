"""Twilio's own client, led to the stand-in, with all it says held to the OpenAPI file.

What goes out and what comes back has to be what that file describes; an answer has
every field of its schema and no other. Errors are not in the file: their own test.
"""

import base64
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import (
    RequestsOpenAPIRequest,
    RequestsOpenAPIResponse,
)
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from callcenter.standin.calls.account import Account
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.rest.api import RestApi
from callcenter.tests.standin.server import ACCOUNT, Server, play

TWILIO = "https://api.twilio.com"
DATA = Path(__file__).parents[2] / "data"
DOCUMENT = json.loads((DATA / "twilio-openapi.json").read_text())
OPENAPI = OpenAPI.from_dict(DOCUMENT)
_PAIR = f"{ACCOUNT.sid}:{ACCOUNT.auth_token}"
BASIC = f"Basic {base64.b64encode(_PAIR.encode()).decode()}"


class Held(HTTPAdapter):
    """Holds requests and answers to the file; who carries them is for subclasses."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> Any:
        described = self.check_request(request)
        response = self.carry(request)
        if response.status_code < 400:
            OPENAPI.validate_response(described, RequestsOpenAPIResponse(response))
            if response.content:
                assert missing_or_unknown(request, response) == []
        return response

    def check_request(self, request: requests.PreparedRequest) -> Any:
        """The request as the file describes it; an error if it does not."""
        described = RequestsOpenAPIRequest(request)
        OPENAPI.validate_request(described)
        return described

    def carry(self, request: requests.PreparedRequest) -> requests.Response:
        raise NotImplementedError


class Inline(Held):
    """Asks the API where it stands, without a server: for calls in virtual time."""

    def __init__(self, api: RestApi) -> None:
        super().__init__()
        self.api = api

    def carry(self, request: requests.PreparedRequest) -> requests.Response:
        assert request.method
        assert request.url
        body = request.body or b""
        assert isinstance(body, str | bytes)
        answer = self.api.answer(
            request.method,
            request.url.removeprefix(TWILIO),
            body.encode() if isinstance(body, str) else body,
            str(request.headers.get("Authorization", "")),
        )
        response = requests.Response()
        response.request = request
        response.url = request.url
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(answer.body)
        return response


class Swapped(Held):
    """Asks a server of ours in place of Twilio's: scheme and host are exchanged."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def carry(self, request: requests.PreparedRequest) -> requests.Response:
        led = request.copy()
        assert request.url
        led.url = request.url.replace(TWILIO, self.base_url, 1)
        return HTTPAdapter.send(self, led)


def client(adapter: HTTPAdapter, account: Account = ACCOUNT) -> Client:
    """Twilio's client for an account, whose requests an adapter carries."""
    http_client = TwilioHttpClient()
    assert http_client.session
    http_client.session.trust_env = False
    http_client.session.mount(TWILIO, adapter)
    return Client(account.sid, account.auth_token, http_client=http_client)


def ask(
    server: Server,
    story: Callable[[Exchange, Client], Awaitable[None]],
    **options: Any,
) -> Exchange:
    """Play a story in which Twilio's client asks the exchange."""

    async def posted(exchange: Exchange) -> None:
        await story(exchange, client(Inline(RestApi(exchange))))

    return play(server, posted, **options)


def refusal(asking: Callable[[], object]) -> tuple[int, int, str]:
    """Status, code and message of what is refused."""
    with pytest.raises(TwilioRestException) as refused:
        asking()
    message = refused.value.msg.partition(" record: ")[2]
    return refused.value.status, refused.value.code, message


def missing_or_unknown(
    request: requests.PreparedRequest, response: requests.Response
) -> list[str]:
    """Fields of a schema that an answer lacks, and fields that the schema lacks."""
    schema = schema_of(request, response.status_code)
    return sorted(differences(response.json(), schema, ""))


def schema_of(request: requests.PreparedRequest, status: int) -> dict[str, Any]:
    """The schema of an answer, found by the path of its request."""
    assert request.method
    places = request.path_url.partition("?")[0].split("/")
    for template, operations in DOCUMENT["paths"].items():
        parts = template.split("/")
        if len(parts) == len(places) and all(
            place.removesuffix(".json") == part.removesuffix(".json")
            or ("{" in part and part.endswith(".json") == place.endswith(".json"))
            for part, place in zip(parts, places, strict=True)
        ):
            responses = operations[request.method.lower()]["responses"]
            content = responses[str(status)]["content"]
            return cast(dict[str, Any], content["application/json"]["schema"])
    raise AssertionError(request.path_url)


def differences(value: Any, schema: dict[str, Any], place: str) -> Iterator[str]:
    """What is not in both, with its place."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = DOCUMENT["components"]["schemas"][name]
    if isinstance(value, list):
        for one in value:
            yield from differences(one, schema["items"], f"{place}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name in value.keys() ^ schema["properties"].keys():
            yield f"{place}.{name}"
        for name in value.keys() & schema["properties"].keys():
            yield from differences(
                value[name], schema["properties"][name], f"{place}.{name}"
            )


def raw(
    exchange: Exchange,
    method: str,
    path: str,
    body: str = "",
    authorization: str = BASIC,
) -> tuple[int, Any]:
    """Ask without Twilio's client, below the account; status and document."""
    target = f"/2010-04-01/Accounts/{ACCOUNT.sid}/{path}"
    api = RestApi(exchange)
    answer = api.answer(method, target, body.encode(), authorization)
    return answer.status, json.loads(answer.body) if answer.body else None
