"""One leg of a call as Twilio sees it, and what the person at its end can do."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from callcenter.standin.network.clock import Clock
from callcenter.standin.twiml.errors import TwilioError, message

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def future() -> "asyncio.Future[object]":
    """Give a future of the running loop."""
    return asyncio.get_running_loop().create_future()


@dataclass
class Heard:
    """Something that reached the ear of a leg, or a note on what became of it."""

    number: int
    at: datetime
    verb: str  # "Say", "Play", "Pause", "Ring", "Apology", or "note"
    text: str
    language: str = ""
    seconds: float = 0.0


@dataclass
class Stay:
    """One stay in a queue; `result` is empty while it lasts."""

    queue: str
    queue_sid: str
    entered_at: datetime
    position: int
    left_at: datetime | None = None
    result: str = ""
    wait_seconds: int = 0
    taken_by: str = ""


@dataclass
class Talk:
    """One conversation, bridged both ways."""

    other_sid: str
    began_at: datetime
    ended_at: datetime | None = None
    seconds: int = 0


class Ended(Exception):
    """The leg is over: its person hung up, or somebody ended it."""


class Moved(Exception):
    """The leg was sent to another document while it was doing something."""

    def __init__(self, url: str, method: str, twiml: str = "") -> None:
        self.url = url
        self.method = method
        self.twiml = twiml
        super().__init__(url)


class Left(Exception):
    """What a scope waited for has come; `scope` tells whose."""

    def __init__(self, scope: "asyncio.Future[object]") -> None:
        self.scope = scope
        super().__init__()


@dataclass(eq=False)
class Leg:
    """One leg. Moments are call time, UTC."""

    sid: str
    from_: str
    to: str
    direction: str
    clock: Clock
    parent_sid: str = ""
    status: str = "ringing"
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    doing: str = "ringing"
    hung_up_by: str = ""
    heard: list[Heard] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    errors: list[TwilioError] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    changes: int = 0
    from_country: str = "JP"
    caller_name: str = ""
    forwarded_from: str = ""
    application_sid: str = ""
    extras: dict[str, str] = field(default_factory=dict)
    # Where news and fallbacks of this leg go.
    status_callback: str = ""
    status_method: str = "POST"
    status_events: tuple[str, ...] = ("completed",)
    fallback_url: str = ""
    fallback_method: str = "POST"
    sequence: int = 0
    logged_in: set[str] = field(default_factory=set)  # hosts past a Basic challenge
    was_left: bool = False  # the other party hung up, and nothing was heard since
    keys: str = ""  # pressed and not yet taken
    spoken: str = ""  # said and not yet taken
    speaks_until: float = 0.0  # seconds of the clock
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _stirred: "asyncio.Future[object]" = field(default_factory=future)
    _interrupted: "asyncio.Future[object] | None" = None
    _scopes: "list[asyncio.Future[object]]" = field(default_factory=list)

    # What the person at the end of the leg can do.

    def press(self, digits: str) -> None:
        """Press keys, one after the other without a pause."""
        if not self.is_over:
            self.keys += digits
            self._stir()
            self.changed()

    def speak(self, text: str, seconds: float = 2.0) -> None:
        """Say something that takes so long; heard by Gather and Record."""
        if not self.is_over:
            self.spoken = f"{self.spoken} {text}".strip()
            self.speaks_until = self.clock.seconds() + seconds
            self._stir()
            self.changed()

    def hang_up(self) -> None:
        """Put the receiver down."""
        self.end("caller")

    def answer(self) -> None:
        """Pick up a leg that rings here."""
        if self.status in ("queued", "initiated", "ringing"):
            self.status = "in-progress"
            self.answered_at = self.clock.now()
            self._stir()
            self.changed()

    def decline(self, status: str = "busy") -> None:
        """Do not pick up: busy, or whatever final status is given."""
        if self.answered_at is None and not self.is_over:
            self.status = status
            self._stir()
            self.changed()

    # What the exchange does with it.

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen on it any more."""
        return self.ended_at is not None

    @property
    def duration(self) -> int | None:
        """Give the seconds from answer to end; 0 if never answered."""
        if self.ended_at is None:
            return None
        if self.answered_at is None:
            return 0
        return max(0, math.floor((self.ended_at - self.answered_at).total_seconds()))

    @property
    def interrupted(self) -> "asyncio.Future[object]":
        """Done when the leg must drop what it does."""
        if self._interrupted is None:
            self._interrupted = asyncio.get_running_loop().create_future()
        return self._interrupted

    @property
    def is_hung_up(self) -> bool:
        """Whether somebody ended it, also while that is still worked on."""
        done = self.interrupted.done()
        return done and isinstance(self.interrupted.result(), Ended)

    def end(self, by: str) -> None:
        """End it; who: "caller" (its own person), "other", "system"."""
        if self.is_over or self.is_hung_up:
            return
        self.hung_up_by = by
        if self.interrupted.done():
            self._interrupted = None
        self.interrupted.set_result(Ended())
        self._stir()

    def move(self, url: str, method: str = "POST", twiml: str = "") -> None:
        """Send it to another document, whatever it does."""
        if not self.is_over and not self.interrupted.done():
            self.interrupted.set_result(Moved(url, method, twiml))

    def moved(self) -> None:
        """Forget the move that is being followed."""
        if self.interrupted.done() and not self.is_hung_up:
            self._interrupted = None

    @contextmanager
    def scope(self, future: "asyncio.Future[object]") -> Iterator[None]:
        """Let the end of this future end, with Left, what is waited for inside."""
        self._scopes.append(future)
        try:
            yield
        finally:
            self._scopes.remove(future)

    async def until(self, *works: "asyncio.Future[Any]") -> None:
        """Wait for one of these; Ended, Moved or Left if that comes first."""
        self.look_up()
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake(_done: object) -> None:
            if not waiter.done():
                waiter.set_result(None)

        ends: tuple[asyncio.Future[Any], ...] = (
            *works,
            self.interrupted,
            *self._scopes,
        )
        for end in ends:
            end.add_done_callback(wake)
        try:
            await waiter
        finally:
            for end in ends:
                end.remove_done_callback(wake)
        self.look_up()

    def look_up(self) -> None:
        """Raise what interrupts the leg, if anything does."""
        if self.interrupted.done():
            reason = self.interrupted.result()
            assert isinstance(reason, Exception)  # noqa: S101 -- set above only
            raise reason
        for scope in self._scopes:
            if scope.done():
                raise Left(scope)

    async def pause(self, seconds: float) -> None:
        """Let call seconds pass on this leg."""
        with self.clock.timer(seconds) as timer:
            await self.until(timer)

    async def forever(self) -> None:
        """Wait for whatever interrupts; what is pressed meanwhile reaches nobody."""
        while True:
            await self.stirred()
            self.calm()

    async def stirred(self, seconds: float | None = None) -> bool:
        """Wait until the person does something; False if the seconds pass before."""
        if seconds is None:
            await self.until(self._stirred)
        else:
            with self.clock.timer(seconds) as timer:
                await self.until(self._stirred, timer)
        if not self._stirred.done():
            return False
        self._calm()
        return True

    def calm(self) -> None:
        """Forget keys and words that nobody asked for."""
        self.keys = self.spoken = ""
        self._calm()

    def _stir(self) -> None:
        if not self._stirred.done():
            self._stirred.set_result(None)

    def _calm(self) -> None:
        if self._stirred.done():
            self._stirred = future()

    def hear(
        self, verb: str, text: str, seconds: float = 0.0, language: str = ""
    ) -> None:
        """Note what reaches the ear now."""
        if verb != "note":
            self.was_left = False
        number = len(self.heard) + 1
        now = self.clock.now()
        self.heard.append(Heard(number, now, verb, text, language, seconds))
        self.changed()

    def note(self, text: str) -> None:
        """Note what became of the leg, for whoever looks on."""
        self.hear("note", text)

    def blame(self, code: int, detail: str = "") -> None:
        """Write a line into the debugger, and a note."""
        self.errors.append(TwilioError(code, message(code, detail), self.clock.now()))
        self.note(f"error {code}")

    def does(self, what: str) -> None:
        """Change what it does."""
        if self.doing != what:
            self.doing = what
            self.changed()

    def changed(self) -> None:
        """Tell whoever watches."""
        self.changes += 1
        self._news.set()
        self._news = asyncio.Event()

    async def wait_for_change(self, since: int) -> int:
        """Wait until `changes` is not `since` any more; give it."""
        while self.changes == since:
            await self._news.wait()
        return self.changes
