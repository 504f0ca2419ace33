"""Our client, led to the stand-in's call log or to answers made by hand."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twilio.rest import Client

from callcenter.tests.standin.rest.client import TWILIO, Held
from callcenter.twilio_api.client import client

ACCOUNT_SID = "AC" + "0" * 32


@dataclass
class Waits:
    """The seconds that somebody was asked to wait, without waiting."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def asking(adapter: HTTPAdapter, sleep: Callable[[float], Any] | None = None) -> Client:
    """Our client by the settings, whose requests an adapter carries."""
    asks = client(sleep or Waits())
    asks.http_client.session.mount(TWILIO, adapter)
    return asks


Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]] | BaseException


class Scripted(Held):
    """Answers one after the other, the last one again; requests are held to the file.

    An answer is a status and a document, or an error of the network.
    """

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = list(replies)
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> Any:
        self.check_request(request)
        return self.carry(request)

    def carry(self, request: requests.PreparedRequest) -> requests.Response:
        self.asked.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, BaseException):
            raise reply
        status, document, *headers = reply
        response = requests.Response()
        response.request, response.url = request, str(request.url)
        response.status_code = status
        response.headers.update(headers[0] if headers else {})
        text = document if isinstance(document, str) else json.dumps(document)
        response.raw = io.BytesIO(text.encode())
        return response


def page_of(calls: Sequence[dict[str, Any]], following: str | None = None) -> Any:
    """A page of the list of calls; `following` is what the next one's URL asks for."""
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json"
    return {
        "calls": list(calls),
        "next_page_uri": f"{path}?{following}" if following else None,
        "page": 0,
        "page_size": 1000,
    }


def logged(sid: str, **more: Any) -> dict[str, Any]:
    """A call of the log that was completed after a minute, as the API writes it."""
    return {
        "sid": sid,
        "from": "+815000000999",
        "to": "+815000000101",
        "direction": "inbound",
        "status": "completed",
        "parent_call_sid": None,
        "start_time": "Mon, 05 Oct 2026 01:00:00 +0000",
        "end_time": "Mon, 05 Oct 2026 01:01:00 +0000",
        "duration": "60",
        "answered_by": None,
        "caller_name": "",
        **more,
    }
