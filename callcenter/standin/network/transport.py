"""How a request gets to the server: over HTTP, or in another way such as in process."""

import asyncio
import http.cookiejar
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import requests
from requests.adapters import HTTPAdapter


@dataclass
class Request:
    """One try of a request; its URL has no userinfo and no fragment."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]
    method: str = "POST"


@dataclass
class Answer:
    """The server's answer."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case


class Timeout(NamedTuple):
    """Real seconds to wait for a connection, and then for the answer."""

    connect: float
    read: float


class Unreachable(Exception):
    """No connection: the request never got there. `code` is Twilio's for it."""

    def __init__(self, message: str = "", code: int = 11205) -> None:
        super().__init__(message)
        self.code = code


class TimedOut(Exception):
    """The request got there, and no answer came in time."""


class Transport(Protocol):
    """Carries requests to a server."""

    async def send(self, request: Request, timeout: Timeout) -> Answer:
        """Give the answer, whatever its status; Unreachable or TimedOut without one."""
        ...  # pragma: no cover


class HttpTransport:
    """Requests over HTTP with connections kept alive, in threads."""

    def __init__(self, connections: int = 32) -> None:
        """Allow so many requests at once."""
        self._threads = ThreadPoolExecutor(connections, "standin")
        self._session = requests.Session()
        # A cookie of one call must not be sent with another.
        nothing = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
        self._session.cookies.set_policy(nothing)
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=connections)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    async def send(self, request: Request, timeout: Timeout) -> Answer:
        """Give the answer; see the protocol."""
        loop = asyncio.get_running_loop()
        try:
            # That of `requests` is for each piece of the answer, this for all of it.
            async with asyncio.timeout(timeout.read):
                return await loop.run_in_executor(
                    self._threads, self._send, request, timeout
                )
        except TimeoutError as problem:
            raise TimedOut("no whole answer") from problem

    def close(self) -> None:
        """Close threads and connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def _send(self, request: Request, timeout: Timeout) -> Answer:
        try:
            got = self._session.request(
                request.method,
                request.url,
                data=request.form if request.method == "POST" else None,
                headers=request.headers,
                timeout=(timeout.connect, timeout.read),
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as problem:
            raise Unreachable(str(problem), code=11220) from problem
        except requests.exceptions.ReadTimeout as problem:
            raise TimedOut(str(problem)) from problem
        except requests.exceptions.ConnectionError as problem:
            unknown = "NameResolution" in str(problem)
            raise Unreachable(str(problem), 11210 if unknown else 11205) from problem
        except requests.exceptions.RequestException as problem:
            raise Unreachable(str(problem), code=11100) from problem
        return Answer(
            got.status_code,
            got.headers.get("Content-Type", ""),
            got.content,
            {name.lower(): value for name, value in got.headers.items()},
        )
