"""Queues: who waits in them, who wants to take the next, and how these meet."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from callcenter.standin.legs import Leg, Stay

MAX_SIZE = 1000
LONGEST_NAME = 64


def future() -> "asyncio.Future[object]":
    """Give a future of the running loop."""
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False)
class Member:
    """A call in a queue."""

    leg: Leg
    stay: Stay
    entered_seconds: float  # of the clock
    taken: "asyncio.Future[object]" = field(default_factory=future)


@dataclass(eq=False)
class Dialler:
    """A leg that dials the queue and waits for somebody to take."""

    leg: Leg
    url: str = ""
    method: str = "POST"
    taken: "asyncio.Future[object]" = field(default_factory=future)


@dataclass(eq=False)
class Queue:
    """One queue; it stays until it is deleted."""

    sid: str
    name: str
    created_at: datetime
    max_size: int = MAX_SIZE
    updated_at: datetime | None = None
    members: list[Member] = field(default_factory=list)
    diallers: list[Dialler] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether nobody more may enter."""
        return len(self.members) >= self.max_size

    def position(self, member: Member) -> int:
        """Give the place of a member, from 1."""
        return self.members.index(member) + 1

    def average_wait(self, now_seconds: float) -> int:
        """Give the seconds that those who wait now have waited, on average."""
        if not self.members:
            return 0
        waited = [now_seconds - member.entered_seconds for member in self.members]
        return int(sum(waited) / len(waited))
