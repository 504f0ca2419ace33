"""A caller taken from a queue and the leg that took him, from then to the end of it."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callcenter.standin.calls.legs import Left, Leg, Talk, future
from callcenter.standin.calls.queues import Dialler, Member, Queue
from callcenter.standin.calls.script import DocumentFailed, Jump

if TYPE_CHECKING:
    from callcenter.standin.calls.script import Script


@dataclass(eq=False)
class Bridge:
    """The meeting of two legs: first the announcement, then the conversation."""

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
        """Give the parameters of the Queue url request (reference 3.2)."""
        return {
            "QueueSid": self.queue.sid,
            "QueueTime": str(self.member.stay.wait_seconds),
            "DequeingCallSid": self.agent.sid,
        }

    async def connect(self, script: "Script") -> None:
        """Let the caller hear the announcement; Left if the agent goes meanwhile.

        What Twilio does when the announcement cannot be had is not told: here the two
        are connected without it.
        """
        jump = Jump(self.dialler.url, self.dialler.method, self.form(), "queue")
        with self.caller.scope(self.agent_gone):
            if self.dialler.url:
                self.caller.does("listening")
                try:
                    await script.inner(jump, "announcement", self.form)
                except DocumentFailed:
                    self.caller.note("connected without the announcement")
            self.caller.look_up()

    async def talk(self) -> None:
        """Let them talk until somebody ends it; on the caller's leg."""
        self._begin()
        try:
            with self.caller.scope(self.over):
                await self.caller.forever()
        except Left:
            self.caller.was_left = self.over.result() == "agent"
        except Exception:
            self.finish("caller")
            raise

    def leave(self) -> None:
        """The agent goes, whatever the two are doing."""
        if self.began_at is None:
            if not self.agent_gone.done():
                self.agent_gone.set_result(None)
        else:
            self.finish("agent")

    def finish(self, by: str) -> None:
        """End it; who: "caller", "agent", "star", "limit"."""
        if self.over.done():
            return
        self.over.set_result(by)
        if self.began_at is None:
            return
        clock = self.caller.clock
        self.seconds = int(clock.seconds() - self.began_at + 0.001)
        for leg in (self.caller, self.agent):
            leg.talks[-1].ended_at = clock.now()
            leg.talks[-1].seconds = self.seconds
            leg.note("disconnected")

    def _begin(self) -> None:
        clock = self.caller.clock
        self.began_at = clock.seconds()
        self.caller.talks.append(Talk(self.agent.sid, clock.now()))
        self.agent.talks.append(Talk(self.caller.sid, clock.now()))
        for leg in (self.caller, self.agent):
            leg.does("talking")
            leg.note("connected")
