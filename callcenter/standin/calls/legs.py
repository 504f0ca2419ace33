"""One leg of a call as Twilio sees it, and what the person at its end can do.

A leg is interrupted by its end (Ended), by REST (Moved) or by a scope (ScopeEnded).
"""

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


def future() -> "asyncio.Future[Any]":
    """Give a future of the running loop."""
    return asyncio.get_running_loop().create_future()


@dataclass
class Heard:
    """A sound that the person at a leg hears, or a note on what happened to the leg."""

    number: int
    at: datetime
    verb: str  # "Say", "Play", "Pause", "Ring", "Apology", or "note"
    text: str
    language: str = ""
    seconds: float = 0.0


@dataclass
class Visit:
    """One visit to a queue, from Enqueue to its action; until then without `result`."""

    queue: str
    queue_sid: str
    entered_at: datetime
    position: int
    left_at: datetime | None = None
    result: str = ""
    wait_seconds: int = 0
    dequeued_by: str = ""


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
    """The leg was sent to another document in the middle of its own."""

    def __init__(self, url: str, method: str, twiml: str = "") -> None:
        self.url = url
        self.method = method
        self.twiml = twiml
        super().__init__(url)


class ScopeEnded(Exception):
    """The future of a `Leg.scope` is done; `scope` is that future."""

    def __init__(self, scope: "asyncio.Future[Any]") -> None:
        self.scope = scope
        super().__init__()


@dataclass(eq=False)
class Leg:
    """A leg: its state at Twilio, what its person hears. Moments are UTC call time."""

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
    visits: list[Visit] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    errors: list[TwilioError] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    changes: int = 0
    from_country: str = "JP"
    caller_name: str = ""
    forwarded_from: str = ""
    application_sid: str = ""
    extras: dict[str, str] = field(default_factory=dict)
    # Where Twilio reports its progress, and what it asks when a document fails.
    status_callback: str = ""
    status_method: str = "POST"
    status_events: tuple[str, ...] = ("completed",)
    fallback_url: str = ""
    fallback_method: str = "POST"
    sequence: int = 0
    logged_in: set[str] = field(default_factory=set)  # hosts past a Basic challenge
    was_left: bool = False  # the other party hung up last
    keys: str = ""  # pressed, not yet read by a verb
    spoken: str = ""  # said, not yet read by a verb
    speaks_until: float = 0.0  # seconds of the clock
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _input: "asyncio.Future[object]" = field(default_factory=future)
    _interrupted: "asyncio.Future[object] | None" = None
    _scopes: "list[asyncio.Future[Any]]" = field(default_factory=list)

    # What the person at the end of the leg can do.

    def press(self, digits: str) -> None:
        """Press keys, one after the other without a pause."""
        if not self.is_over:
            self.keys += digits
            self._wake()
            self.changed()

    def speak(self, text: str, seconds: float = 2.0) -> None:
        """Say something that takes so many seconds; Gather and Record listen."""
        if not self.is_over:
            self.spoken = f"{self.spoken} {text}".strip()
            self.speaks_until = self.clock.seconds() + seconds
            self._wake()
            self.changed()

    def hang_up(self) -> None:
        """Hang up at this end of the leg."""
        self.end("caller")

    def answer(self) -> None:
        """Pick up a leg that rings here."""
        if self.status in ("queued", "initiated", "ringing"):
            self.status = "in-progress"
            self.answered_at = self.clock.now()
            self._wake()
            self.changed()

    def decline(self, status: str = "busy") -> None:
        """Do not pick up; the leg ends with this final status."""
        if self.answered_at is None and not self.is_over:
            self.status = status
            self._wake()
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
        """Done, with Ended or Moved, when the leg must stop what it does."""
        if self._interrupted is None:
            self._interrupted = future()
        return self._interrupted

    @property
    def is_hung_up(self) -> bool:
        """Whether somebody ended it, even if its end is not processed yet."""
        done = self.interrupted.done()
        return done and isinstance(self.interrupted.result(), Ended)

    def end(self, by: str) -> None:
        """End it. `by` is "caller" (the person at this leg), "other" or "system"."""
        if self.is_over or self.is_hung_up:
            return
        self.hung_up_by = by
        if self.interrupted.done():
            self._interrupted = None
        self.interrupted.set_result(Ended())
        self._wake()

    def move(self, url: str, method: str = "POST", twiml: str = "") -> None:
        """Interrupt it and send it to another document."""
        if not self.is_over and not self.interrupted.done():
            self.interrupted.set_result(Moved(url, method, twiml))

    def moved(self) -> None:
        """Clear the interruption once the move is followed."""
        if self.interrupted.done() and not self.is_hung_up:
            self._interrupted = None

    @contextmanager
    def scope(self, future: "asyncio.Future[Any]") -> Iterator[None]:
        """Whatever waits inside is ended with ScopeEnded once this future is done."""
        self._scopes.append(future)
        try:
            yield
        finally:
            self._scopes.remove(future)

    async def until(self, *works: "asyncio.Future[Any]") -> None:
        """Wait for one of these; Ended, Moved or ScopeEnded if that comes first."""
        self.raise_if_interrupted()
        waiter = future()

        def wake(_done: object) -> None:
            if not waiter.done():
                waiter.set_result(None)

        ends = (*works, self.interrupted, *self._scopes)
        for end in ends:
            end.add_done_callback(wake)
        try:
            await waiter
        finally:
            for end in ends:
                end.remove_done_callback(wake)
        self.raise_if_interrupted()

    def raise_if_interrupted(self) -> None:
        """Raise Ended or Moved if the leg is interrupted, ScopeEnded if a scope is."""
        if self.interrupted.done():
            reason = self.interrupted.result()
            assert isinstance(reason, Exception)  # noqa: S101 -- set above only
            raise reason
        for scope in self._scopes:
            if scope.done():
                raise ScopeEnded(scope)

    async def pause(self, seconds: float) -> None:
        """Let call seconds pass on this leg."""
        with self.clock.timer(seconds) as timer:
            await self.until(timer)

    async def wait_until_interrupted(self) -> None:
        """Wait for an interruption; keys pressed meanwhile are lost."""
        while True:
            await self.wait_for_input()
            self.forget_input()

    async def wait_for_input(self, seconds: float | None = None) -> bool:
        """Wait for an act of the person, such as a key; False after so many seconds."""
        if seconds is None:
            await self.until(self._input)
        else:
            with self.clock.timer(seconds) as timer:
                await self.until(self._input, timer)
        if not self._input.done():
            return False
        self._clear_input()
        return True

    def forget_input(self) -> None:
        """Drop keys and words that no verb asked for."""
        self.keys = self.spoken = ""
        self._clear_input()

    def _wake(self) -> None:
        if not self._input.done():
            self._input.set_result(None)

    def _clear_input(self) -> None:
        if self._input.done():
            self._input = future()

    def hear(
        self, verb: str, text: str, seconds: float = 0.0, language: str = ""
    ) -> None:
        """Add a sound that begins now to what the person heard."""
        if verb != "note":
            self.was_left = False
        number = len(self.heard) + 1
        now = self.clock.now()
        self.heard.append(Heard(number, now, verb, text, language, seconds))
        self.changed()

    def note(self, text: str) -> None:
        """Add a note on what happens to the leg, for people who watch it."""
        self.hear("note", text)

    def log_error(self, code: int, detail: str = "") -> None:
        """Add a line to Twilio's debugger, and a note."""
        self.errors.append(TwilioError(code, message(code, detail), self.clock.now()))
        self.note(f"error {code}")

    def set_doing(self, what: str) -> None:
        """Set the activity that `doing` names."""
        if self.doing != what:
            self.doing = what
            self.changed()

    def changed(self) -> None:
        """Wake everybody who waits for a change of this leg."""
        self.changes += 1
        self._news.set()
        self._news = asyncio.Event()

    async def wait_for_change(self, since: int) -> int:
        """Wait until `changes` differs from `since`; give the new count."""
        while self.changes == since:
            await self._news.wait()
        return self.changes
