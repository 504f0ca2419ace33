"""Connects all processes of a site with its one switchboard, by a loopback port.

A question is a line of JSON with a signature before it, and so is its answer: messages
of other programs on that port are ignored. The first process that finds the port free
takes it, and answers in a thread of its own for as long as it lives.
"""

import asyncio
import contextlib
import errno
import hashlib
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
# Longer than a question may wait for news.
TIMEOUT_SECONDS = 10.0
MOST_BYTES = 1_000_000
TRIES = 5
SECONDS_BETWEEN_TRIES = 0.2
# Part of the signed text, so that a question sent back is not taken for an answer.
ASKED, ANSWERED = "?", "!"

Json = dict[str, Any]

FAILED: Json = {"error": "failed"}


class Unavailable(Exception):
    """No switchboard answers and none can be started; the text says why."""


class Answering(Protocol):
    """Answers questions inside the event loop of the thread."""

    async def answer(self, question: Json) -> Json:
        """The answer to one question; an error is an answer too."""

    async def work(self) -> None:
        """Its background work, until it is cancelled."""


class Loopback:
    """Asks the switchboard of the site; starts it in this process if there is none."""

    def __init__(self, port: int, secret: bytes, make: Callable[[], Answering]) -> None:
        self.port = port
        self._secret = secret
        self._make = make
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], None] = lambda: None

    def ask(self, question: Json) -> Json:
        """The switchboard's answer; Unavailable without one."""
        for _ in range(TRIES):
            try:
                return self._ask(question)
            except ConnectionRefusedError:
                self._start()
            except ConnectionError:
                # Its process ended just now; the next try finds the port free.
                time.sleep(SECONDS_BETWEEN_TRIES)
            except TimeoutError as error:
                raise Unavailable(f"no answer on port {self.port}") from error
        raise Unavailable(f"nobody answers on port {self.port}")

    def close(self) -> None:
        """Stop answering, if this process does."""
        if self._thread is not None:
            self._stop()
            self._thread.join(TIMEOUT_SECONDS)
            self._thread = None

    def _ask(self, question: Json) -> Json:
        address = (HOST, self.port)
        with socket.create_connection(address, timeout=TIMEOUT_SECONDS) as connection:
            connection.sendall(_signed(question, ASKED, self._secret))
            with connection.makefile("rb") as lines:
                line = lines.readline(MOST_BYTES)
        if not line:
            raise ConnectionResetError
        answer = _verified(line, ANSWERED, self._secret)
        if answer is None:
            raise Unavailable(f"another program answers on port {self.port}")
        if answer == FAILED:
            raise Unavailable("it failed; the log says how")
        return answer

    def _start(self) -> None:
        """Take the port and answer there, if it is free."""
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                return
            try:
                listening = socket.create_server((HOST, self.port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    # Another process was faster, and may not answer yet.
                    time.sleep(SECONDS_BETWEEN_TRIES)
                    return
                raise Unavailable(f"port {self.port}: {error}") from error
            self._thread = threading.Thread(
                target=self._run, args=[listening], name="switchboard", daemon=True
            )
            self._thread.start()

    def _run(self, listening: socket.socket) -> None:
        # Closed in any case, so that nobody waits for an answer that cannot come.
        with listening:
            asyncio.run(self._serve(listening))

    async def _serve(self, listening: socket.socket) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: _wake(loop, ended)
        answering = self._make()

        async def connected(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            # The process that asks may end before it has its answer.
            with contextlib.suppress(ConnectionError, ValueError, TimeoutError):
                line = await asyncio.wait_for(reader.readline(), TIMEOUT_SECONDS)
                question = _verified(line, ASKED, self._secret)
                if question is not None:
                    answer = await _answer(answering, question)
                    writer.write(_signed(answer, ANSWERED, self._secret))
                    await writer.drain()
            writer.close()

        async with await asyncio.start_server(
            connected, sock=listening, limit=MOST_BYTES
        ):
            logger.info("the stand-in for Twilio answers on port %d", self.port)
            working = asyncio.create_task(answering.work())
            await ended.wait()
            working.cancel()


async def _answer(answering: Answering, question: Json) -> Json:
    try:
        return await answering.answer(question)
    # Without an answer the asking process would think this one died, and ask again.
    except Exception:
        logger.exception("no answer to %s", question.get("do"))
        return FAILED


def _wake(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    loop.call_soon_threadsafe(ended.set)


def _signed(said: Json, way: str, secret: bytes) -> bytes:
    text = json.dumps(said)
    return f"{_signature(text, way, secret)} {text}\n".encode("ascii")


def _verified(line: bytes, way: str, secret: bytes) -> Json | None:
    """The content of a line, if it is signed with the secret."""
    signature, _, text = line.decode("ascii", "replace").rstrip("\n").partition(" ")
    right = _signature(text, way, secret)
    if not hmac.compare_digest(signature.encode(), right.encode()):
        return None
    said: Json = json.loads(text)
    return said


def _signature(text: str, way: str, secret: bytes) -> str:
    return hmac.new(secret, f"{way}{text}".encode(), hashlib.sha256).hexdigest()
