"""A caller and the leg that dialled the queue, from their match to the talk's end."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callcenter.standin.calls.legs import Leg, ScopeEnded, Talk, future
from callcenter.standin.calls.queues import Dialler, Member, Queue
from callcenter.standin.calls.script import DocumentFailed, Jump

if TYPE_CHECKING:
    from callcenter.standin.calls.script import Script


@dataclass(eq=False)
class Bridge:
    """Two legs: first the caller hears the announcement, then both talk."""

    queue: Queue
    member: Member
    dialler: Dialler
    agent_gone: "asyncio.Future[object]" = field(default_factory=future)
    over: "asyncio.Future[object]" = field(default_factory=future)
    began_at: float | None = None  # seconds of the clock
    seconds: int = 0  # bridged

    @property
    def caller(self) -> Leg:
        """Give the leg that waited."""
        return self.member.leg

    @property
    def agent(self) -> Leg:
        """Give the leg that dialled the queue."""
        return self.dialler.leg

    def form(self) -> dict[str, str]:
        """Give the parameters of the Queue url request (docs/twilio.md 3.2)."""
        return {
            "QueueSid": self.queue.sid,
            "QueueTime": str(self.member.visit.wait_seconds),
            "DequeingCallSid": self.agent.sid,
        }

    async def connect(self, script: "Script") -> None:
        """Let the caller hear the announcement; ScopeEnded if the agent goes meanwhile.

        What Twilio does when the announcement fails is not documented: here the two are
        connected without it.
        """
        jump = Jump(self.dialler.url, self.dialler.method, self.form(), "queue")
        with self.caller.scope(self.agent_gone):
            if self.dialler.url:
                self.caller.set_doing("listening")
                try:
                    await script.inner(jump, "announcement", self.form)
                except DocumentFailed:
                    self.caller.note("connected without the announcement")
            self.caller.raise_if_interrupted()

    async def talk(self) -> None:
        """Let them talk until somebody ends it; runs on the caller's leg."""
        self.began_at = self.caller.clock.seconds()
        begin_talk(self.caller, self.agent)
        try:
            with self.caller.scope(self.over):
                await self.caller.wait_until_interrupted()
        except ScopeEnded:
            self.caller.was_left = self.over.result() == "agent"
        except Exception:
            self.finish("caller")
            raise

    def leave(self) -> None:
        """End it because the agent's leg is gone, before or during the talk."""
        if self.began_at is None:
            if not self.agent_gone.done():
                self.agent_gone.set_result(None)
        else:
            self.finish("agent")

    def finish(self, by: str) -> None:
        """End it. `by` is "caller", "agent", "star" (the key *) or "limit"."""
        if self.over.done():
            return
        self.over.set_result(by)
        if self.began_at is None:
            return
        self.seconds = int(self.caller.clock.seconds() - self.began_at + 0.001)
        end_talk(self.caller, self.agent, self.seconds)
        for leg in (self.caller, self.agent):
            leg.note("disconnected")


def begin_talk(one: Leg, two: Leg) -> None:
    """Let two legs talk with each other from now on."""
    for leg, other in ((one, two), (two, one)):
        leg.talks.append(Talk(other.sid, leg.clock.now()))
        leg.set_doing("talking")
        leg.note("connected")


def end_talk(one: Leg, two: Leg, seconds: int) -> None:
    """Complete the talk of two legs, which lasted so many seconds."""
    for leg in (one, two):
        leg.talks[-1].ended_at = leg.clock.now()
        leg.talks[-1].seconds = seconds
