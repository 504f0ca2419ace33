"""Queues: who waits in them, who wants to take the next, and how these meet."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from callcenter.standin.calls.legs import Leg, Stay, future

MAX_SIZE = 1000
LONGEST_NAME = 64


@dataclass(eq=False)
class Member:
    """A call in a queue."""

    leg: Leg
    stay: Stay
    entered_seconds: float  # of the clock
    taken: "asyncio.Future[object]" = field(default_factory=future)

    def renew(self) -> None:
        """Let it be taken once more: whoever took it is gone."""
        self.taken = future()
        self.stay.taken_by = ""


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
    bring_together: Callable[["Queue", Member, Dialler], object]
    max_size: int = MAX_SIZE
    updated_at: datetime | None = None
    members: list[Member] = field(default_factory=list)
    diallers: list[Dialler] = field(default_factory=list)
    # Whose turn it is of so many who wait to take: the first's (reference 15.10).
    turn: Callable[[int], int] = lambda _count: 0

    @property
    def is_full(self) -> bool:
        """Whether nobody more may enter."""
        return len(self.members) >= self.max_size

    def enter(self, member: Member, *, at_head: bool = False) -> None:
        """Let a call in; it is taken, if somebody waits for it, right after."""
        self.members.insert(0 if at_head else len(self.members), member)
        asyncio.get_running_loop().call_soon(self.match)

    def dial(self, dialler: Dialler) -> None:
        """Let a leg take the next; it gets one, if there is, right after."""
        self.diallers.append(dialler)
        asyncio.get_running_loop().call_soon(self.match)

    def leave(self, member: Member) -> None:
        """Let a call out that nobody took."""
        if member in self.members:
            self.members.remove(member)

    def give_up(self, dialler: Dialler) -> None:
        """Let a leg go that took nobody."""
        if dialler in self.diallers:
            self.diallers.remove(dialler)

    def match(self) -> None:
        """Bring together the first caller and the dialler whose turn it is."""
        while self.members and self.diallers:
            member = self.members.pop(0)
            dialler = self.diallers.pop(self.turn(len(self.diallers)))
            waited = member.leg.clock.seconds() - member.entered_seconds
            member.stay.wait_seconds = int(waited + 0.001)
            member.stay.taken_by = dialler.leg.sid
            taken = self.bring_together(self, member, dialler)
            member.taken.set_result(taken)
            dialler.taken.set_result(taken)

    def position(self, member: Member) -> int:
        """Give the place of a member, from 1."""
        return self.members.index(member) + 1

    def average_wait(self, now_seconds: float) -> int:
        """Give the seconds that those who wait now have waited, on average."""
        if not self.members:
            return 0
        waited = [now_seconds - member.entered_seconds for member in self.members]
        return int(sum(waited) / len(waited))
