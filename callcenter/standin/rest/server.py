"""An HTTP server for the stand-in's REST API: loopback, on the exchange's own loop.

One loop for calls and requests, so that no request sees half of a change.
"""

import asyncio
import contextlib
import http.client
import io
from collections.abc import AsyncIterator
from email.message import Message
from http import HTTPStatus

from callcenter.standin.rest.api import RestAnswer, RestApi

IDLE_SECONDS = 75
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 1024 * 1024


@contextlib.asynccontextmanager
async def serve(
    api: RestApi, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve an API while the block runs; returns the base URL. Port 0 is a free one."""
    connections: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_converse(api, reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(connected, host, port, limit=LARGEST_HEAD)
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


class _BadRequest(Exception):
    """Not an HTTP request that this server reads; the connection ends."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


async def _converse(
    api: RestApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer the requests of one connection until either side ends it."""
    try:
        goes_on = True
        while goes_on:
            goes_on = await _exchange_one(api, reader, writer)
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        pass  # the other side has gone
    except _BadRequest as problem:
        writer.write(_bytes(RestAnswer(problem.status, b""), goes_on=False))
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _exchange_one(
    api: RestApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """One request and its answer; whether another may follow."""
    async with asyncio.timeout(IDLE_SECONDS):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError as problem:
            raise _BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from problem
        method, target, version, headers = _head(head)
        if headers.get("Expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(_length(headers))
    answer = api.answer(
        method,
        target,
        body,
        headers.get("Authorization", ""),
        headers.get("Range", ""),
    )
    said = headers.get("Connection", "").lower()
    goes_on = said != "close" and (version == "HTTP/1.1" or said == "keep-alive")
    writer.write(_bytes(answer, goes_on=goes_on))
    await writer.drain()
    return goes_on


def _head(head: bytes) -> tuple[str, str, str, Message]:
    """Method, target, version and headers of a request."""
    first, _, rest = head.partition(b"\r\n")
    words = first.decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise _BadRequest(HTTPStatus.BAD_REQUEST)
    try:
        headers = http.client.parse_headers(io.BytesIO(rest))
    except http.client.HTTPException as problem:
        raise _BadRequest(HTTPStatus.BAD_REQUEST) from problem
    if headers.defects:
        raise _BadRequest(HTTPStatus.BAD_REQUEST)
    return words[0], words[1], words[2], headers


def _length(headers: Message) -> int:
    """The number of bytes in the body. Twilio's libraries always give it."""
    if headers.get("Transfer-Encoding"):
        raise _BadRequest(HTTPStatus.LENGTH_REQUIRED)
    said = headers.get("Content-Length", "0").strip()
    if not (said.isascii() and said.isdigit()):
        raise _BadRequest(HTTPStatus.BAD_REQUEST)
    if len(said) > 9 or int(said) > LARGEST_BODY:
        raise _BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(said)


def _bytes(answer: RestAnswer, *, goes_on: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {int(answer.status)} {HTTPStatus(answer.status).phrase}",
        f"Connection: {'keep-alive' if goes_on else 'close'}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    if answer.status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {len(answer.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body
