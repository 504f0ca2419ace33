"""Queues: calls that wait, legs that dial the queue, and how they are matched."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from callcenter.standin.calls.legs import Leg, Visit, future

if TYPE_CHECKING:
    from callcenter.standin.calls.bridge import Bridge

MAX_SIZE = 1000
LONGEST_NAME = 64


@dataclass(eq=False)
class Member:
    """A call that waits in a queue; `matched` gives the bridge once it is dequeued."""

    leg: Leg
    visit: Visit
    entered_seconds: float  # of the clock
    matched: "asyncio.Future[Bridge]" = field(default_factory=future)

    def renew(self) -> None:
        """Let it be matched again: the leg that dequeued it is gone."""
        self.matched = future()
        self.visit.dequeued_by = ""


@dataclass(eq=False)
class Dialler:
    """A leg that dials the queue; `matched` gives the bridge once it has a caller."""

    leg: Leg
    url: str = ""
    method: str = "POST"
    matched: "asyncio.Future[Bridge]" = field(default_factory=future)


@dataclass(eq=False)
class Queue:
    """One queue, until it is deleted."""

    sid: str
    name: str
    created_at: datetime
    bring_together: Callable[["Queue", Member, Dialler], "Bridge"]
    max_size: int = MAX_SIZE
    updated_at: datetime | None = None
    members: list[Member] = field(default_factory=list)
    diallers: list[Dialler] = field(default_factory=list)
    # Which of so many diallers is next, from 0: the first (docs/twilio.md 15.10).
    turn: Callable[[int], int] = lambda _count: 0

    @property
    def is_full(self) -> bool:
        """Whether it has as many members as it may have."""
        return len(self.members) >= self.max_size

    def enter(self, member: Member, *, at_head: bool = False) -> None:
        """Add a call; it is matched right after, if a leg dials the queue."""
        self.members.insert(0 if at_head else len(self.members), member)
        asyncio.get_running_loop().call_soon(self.match)

    def dial(self, dialler: Dialler) -> None:
        """Add a leg that dials; it is matched right after, if a call waits."""
        self.diallers.append(dialler)
        asyncio.get_running_loop().call_soon(self.match)

    def leave(self, member: Member) -> None:
        """Remove a call that was not matched."""
        if member in self.members:
            self.members.remove(member)

    def give_up(self, dialler: Dialler) -> None:
        """Remove a leg that was not matched."""
        if dialler in self.diallers:
            self.diallers.remove(dialler)

    def match(self) -> None:
        """Match the first caller with the next dialler, while there are both."""
        while self.members and self.diallers:
            member = self.members.pop(0)
            dialler = self.diallers.pop(self.turn(len(self.diallers)))
            waited = member.leg.clock.seconds() - member.entered_seconds
            member.visit.wait_seconds = int(waited + 0.001)
            member.visit.dequeued_by = dialler.leg.sid
            bridge = self.bring_together(self, member, dialler)
            member.matched.set_result(bridge)
            dialler.matched.set_result(bridge)

    def position(self, member: Member) -> int:
        """Give the place of a member, from 1."""
        return self.members.index(member) + 1

    def average_wait(self, now_seconds: float) -> int:
        """Give the seconds that those who wait now have waited, on average."""
        if not self.members:
            return 0
        waited = [now_seconds - member.entered_seconds for member in self.members]
        return int(sum(waited) / len(waited))
