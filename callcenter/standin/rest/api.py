"""REST requests: authentication, routing, and the answer or the error."""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.parameters import API_VERSION
from callcenter.standin.rest import applications, calls, numbers, queues, recordings
from callcenter.standin.rest.values import NotFound, Parameters, Refused
from callcenter.standin.sound import CONTENT_TYPE

PERMISSION_DENIED = 20003
METHOD_NOT_ALLOWED = 20004
NOT_FOUND = 20404

# What a handler gets: the exchange, the path of the request, its parameters (of the
# query for GET, else of the form), and the SIDs of the path. What it gives: a
# document, or nothing where something was deleted.
Handler = Callable[..., Mapping[str, object] | None]

_ROUTES: list[tuple[str, dict[str, Handler]]] = [
    ("Applications", {"GET": applications.listed, "POST": applications.create}),
    (
        "Applications/AP",
        {
            "GET": applications.fetch,
            "POST": applications.update,
            "DELETE": applications.delete,
        },
    ),
    ("Calls", {"GET": calls.listed, "POST": calls.create}),
    ("Calls/CA", {"GET": calls.fetch, "POST": calls.update}),
    ("Calls/CA/Recordings", {"GET": recordings.listed_of_call}),
    (
        "Calls/CA/Recordings/RE",
        {"GET": recordings.fetch_of_call, "DELETE": recordings.delete_of_call},
    ),
    ("IncomingPhoneNumbers", {"GET": numbers.listed}),
    ("IncomingPhoneNumbers/PN", {"GET": numbers.fetch, "POST": numbers.update}),
    ("Queues", {"GET": queues.listed, "POST": queues.create}),
    (
        "Queues/QU",
        {"GET": queues.fetch, "POST": queues.update, "DELETE": queues.delete},
    ),
    ("Queues/QU/Members", {"GET": queues.members}),
    ("Queues/QU/Members/CA", {"GET": queues.member, "POST": queues.dequeue}),
    ("Recordings", {"GET": recordings.listed}),
    ("Recordings/RE", {"GET": recordings.fetch, "DELETE": recordings.delete}),
]


def _pattern(route: str) -> re.Pattern[str]:
    """A path with SIDs as a pattern; a member may also be `Front`."""
    places = route.replace("Members/CA", "Members/(CA[0-9a-fA-F]{32}|Front)")
    return re.compile(re.sub(r"/([A-Z]{2})(?=/|$)", r"/(\1[0-9a-fA-F]{32})", places))


# Without an extension it is the same; Twilio has MP3 too.
_MEDIA = re.compile(r"Recordings/(RE[0-9a-fA-F]{32})(?:\.wav)?")
_PART = re.compile(r"bytes=([0-9]{1,12})-([0-9]{0,12})")
_PATTERNS = [(_pattern(route), handlers) for route, handlers in _ROUTES]


@dataclass(frozen=True)
class RestAnswer:
    """An HTTP answer: status, JSON or sound or nothing, headers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class RestApi:
    """The API of one account. Call it on the exchange's own loop."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def answer(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        authorization: str = "",
        wanted: str = "",
    ) -> RestAnswer:
        """Answer a request; `target` is its path and query as they came.

        `wanted` is its header Range, for the sound of a recording.
        """
        path, _, query = target.partition("?")
        try:
            if sid := self._media(path):
                return self._sound(method, sid, authorization, wanted)
            return self._answer(method, path, query, body, authorization)
        except NotFound:
            message = f"The requested resource {path} was not found"
            return _error(Refused(404, NOT_FOUND, message))
        except Refused as refused:
            return _error(refused)

    def _media(self, path: str) -> str:
        """The SID of the recording whose sound is at a path; empty for others."""
        found = _MEDIA.fullmatch(path.removeprefix(self._base))
        return found[1] if found and path.startswith(self._base) else ""

    def _sound(
        self, method: str, sid: str, authorization: str, wanted: str
    ) -> RestAnswer:
        if not self._knows(authorization):
            raise Refused(401, PERMISSION_DENIED, "Authenticate")
        if method != "GET":
            message = f"Method not allowed: {method}"
            raise Refused(405, METHOD_NOT_ALLOWED, message)
        sound = recordings.media(self.exchange, sid)
        headers = {"Content-Type": CONTENT_TYPE, "Accept-Ranges": "bytes"}
        part = _PART.fullmatch(wanted)
        if not part:
            return RestAnswer(200, sound, headers)
        first, last = int(part[1]), int(part[2] or len(sound) - 1)
        if first >= len(sound) or last < first:
            headers["Content-Range"] = f"bytes */{len(sound)}"
            return RestAnswer(416, b"", headers)
        body = sound[first : last + 1]
        last = first + len(body) - 1
        headers["Content-Range"] = f"bytes {first}-{last}/{len(sound)}"
        return RestAnswer(206, body, headers)

    def _answer(
        self, method: str, path: str, query: str, body: bytes, authorization: str
    ) -> RestAnswer:
        if not self._knows(authorization):
            raise Refused(401, PERMISSION_DENIED, "Authenticate")
        handlers, sids = self._handlers(path)
        if method not in handlers:
            message = f"Method not allowed: {method}"
            raise Refused(405, METHOD_NOT_ALLOWED, message)
        # latin-1 decodes any byte; a form is ASCII, so other bytes are in no parameter.
        parameters = Parameters(query if method == "GET" else body.decode("latin-1"))
        document = handlers[method](self.exchange, path, parameters, *sids)
        if document is None:
            return RestAnswer(204)
        # A POST to a list makes a resource, one to a resource changes it.
        is_list = not sids or not path.endswith(f"/{sids[-1]}.json")
        return _json(201 if method == "POST" and is_list else 200, document)

    @property
    def _base(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.exchange.account.sid}/"

    def _knows(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        account = self.exchange.account
        known = [f"{account.sid}:{account.auth_token}".encode()]
        if account.key_sid:
            known.append(f"{account.key_sid}:{account.key_secret}".encode())
        is_known = any(hmac.compare_digest(given, one) for one in known)
        return scheme.lower() == "basic" and is_known

    def _handlers(self, path: str) -> tuple[dict[str, Handler], list[str]]:
        """The handler of a path and the SIDs in it; 20404 for another account."""
        base = self._base
        if not (path.startswith(base) and path.endswith(".json")):
            raise NotFound
        place = unquote(path[len(base) : -len(".json")])
        for pattern, handlers in _PATTERNS:
            if match := pattern.fullmatch(place):
                return handlers, list(match.groups())
        raise NotFound


def _json(status: int, document: Mapping[str, object]) -> RestAnswer:
    body = json.dumps(document, ensure_ascii=False).encode()
    return RestAnswer(status, body, {"Content-Type": "application/json;charset=utf-8"})


def _error(refused: Refused) -> RestAnswer:
    """An error as Twilio words it; with a challenge for 401."""
    document = {
        "code": refused.code,
        "message": str(refused),
        "more_info": f"https://www.twilio.com/docs/errors/{refused.code}",
        "status": refused.status,
    }
    answer = _json(refused.status, document)
    if refused.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return answer
