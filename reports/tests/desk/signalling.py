"""A loopback stand-in for Twilio's signalling, for the real Voice SDK in tests.

It speaks the frames that SDK 2.18 sends and expects (JSON over a WebSocket). A call is
placed at the stand-in for Twilio of a demo; the test answers the offer of media, as a
media server of Twilio's would.
"""

import asyncio
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Queue
from typing import Any
from urllib.parse import parse_qsl

import requests
import trustme
from aiohttp import WSMsgType, web

from minicc.tests import nginx

HEARTBEAT_SECONDS = 3
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Demo:
    """The calls of a demo, placed and watched as its own page does."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._session = requests.Session()
        page = self._session.get(f"{base}/demo/phone/", timeout=20).text
        found = _CSRF.search(page)
        assert found, page[:200]
        self._headers = {"X-CSRFToken": found[1], "Referer": base}

    def place(self, token: str, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        answer = self._session.post(
            f"{self._base}/demo/desk/calls/",
            {"token": token, **params},
            headers=self._headers,
            timeout=20,
        )
        return answer.status_code, answer.json()

    def state(self, sid: str) -> dict[str, Any]:
        url = f"{self._base}/demo/calls/{sid}/?since=0&changes=0&wait=0"
        state: dict[str, Any] = self._session.get(url, timeout=20).json()
        return state

    def act(self, sid: str, what: str, **fields: str) -> None:
        url = f"{self._base}/demo/calls/{sid}/{what}/"
        self._session.post(url, fields, headers=self._headers, timeout=20)


class Signalling:
    """Twilio's signalling for the browsers of a test.

    `frames` are those that came; `offers` the SIDs and SDPs of calls to be answered.
    """

    def __init__(self, demo: Demo) -> None:
        self.port = nginx.free_port()
        self.frames: list[tuple[str, dict[str, Any]]] = []
        self.offers: Queue[tuple[str, str]] = Queue()
        # How long tokens are said to be good, whatever they say themselves.
        self.seconds = 600
        self.refuses_tokens = False
        self._demo = demo
        self._token = ""
        self._sockets: set[web.WebSocketResponse] = set()
        self._following: list[asyncio.Task[None]] = []
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()

    def reset(self) -> None:
        """Forget what came, for another test."""
        self.frames.clear()
        self.offers = Queue()
        self.seconds, self.refuses_tokens = 600, False

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of the frames of a kind, as they came."""
        return [payload for found, payload in list(self.frames) if found == kind]

    def answer(self, sid: str, sdp: str) -> None:
        """Answer the offer of a call."""
        payload = {"callsid": sid, "sdp": sdp, "reconnect": f"reconnect-{sid}"}
        self._send("answer", payload)

    def cut(self) -> None:
        """Cut all connections, as a failing network does."""
        self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for socket in list(self._sockets):
            # Without a word of goodbye, which the SDK would take for the end.
            socket._req.transport.abort()  # type: ignore[union-attr]

    def _send(self, kind: str, payload: dict[str, Any]) -> None:
        text = json.dumps({"type": kind, "payload": payload})
        for socket in list(self._sockets):
            with suppress(ConnectionError, RuntimeError):
                asyncio.run_coroutine_threadsafe(socket.send_str(text), self._loop)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        beating = asyncio.create_task(_beat(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and message.data.strip():
                    frame = json.loads(message.data)
                    await self._take(frame["type"], frame.get("payload") or {})
        finally:
            beating.cancel()
            self._sockets.discard(socket)
        return socket

    async def _take(self, kind: str, payload: dict[str, Any]) -> None:
        self.frames.append((kind, payload))
        match kind:
            case "listen":
                self._token = payload["token"]
                self._listen()
            case "register":
                self._send("ready", {})
            case "invite" if payload.get("reconnect"):
                self._send("answer", {"callsid": payload["callsid"]})
            case "invite":
                await self._invite(payload)
            case "dtmf":
                digits = payload["dtmf"]
                await asyncio.to_thread(
                    self._demo.act, payload["callsid"], "press", digits=digits
                )
            case "hangup":
                await asyncio.to_thread(self._demo.act, payload["callsid"], "hang-up")

    def _listen(self) -> None:
        if self.refuses_tokens:
            error = {"code": 31204, "message": "JWT is invalid"}
            self._send("error", {"error": error})
            return
        said = {"identity": "agent_01", "ttl": self.seconds}
        place = {"home": "us1", "region": "JP1_TOKYO", "edge": "tokyo"}
        self._send("connected", {**place, "token": said})

    async def _invite(self, payload: dict[str, Any]) -> None:
        params = dict(parse_qsl(payload["twilio"].get("params", "")))
        status, state = await asyncio.to_thread(self._demo.place, self._token, params)
        if status != 200:
            error = {"code": 31205, "message": "JWT expired"}
            self._send("error", {"callsid": payload["callsid"], "error": error})
            return
        sid = state["call"]
        self._send("ringing", {"callsid": sid})
        self.offers.put((sid, payload["sdp"]))
        self._following.append(asyncio.create_task(self._follow(sid)))

    async def _follow(self, sid: str) -> None:
        """Tell the browser when the other side has ended the call."""
        while True:
            await asyncio.sleep(0.4)
            state = await asyncio.to_thread(self._demo.state, sid)
            if state.get("doing") == "over":
                self._send("hangup", {"callsid": sid})
                return

    def run(self, context: ssl.SSLContext, started: threading.Event) -> None:
        async def main() -> None:
            application = web.Application()
            application.router.add_get("/signal", self.serve)
            runner = web.AppRunner(application)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=context)
            await site.start()
            started.set()
            await self._ended.wait()
            for task in self._following:
                task.cancel()
            await runner.cleanup()

        self._loop.run_until_complete(main())
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)


async def _beat(socket: web.WebSocketResponse) -> None:
    while not socket.closed:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        with suppress(ConnectionError):
            await socket.send_str("\n")


@contextmanager
def serving(base: str) -> Iterator[Signalling]:
    """Serve the signalling on loopback, with the calls of a demo behind it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("voice-js.roaming.twilio.com").configure_cert(context)
    signalling = Signalling(Demo(base))
    started = threading.Event()
    thread = threading.Thread(
        target=signalling.run, args=[context, started], daemon=True
    )
    thread.start()
    assert started.wait(20)
    try:
        yield signalling
    finally:
        signalling.stop()
        thread.join(5)
