"""One day of the call center in event time: a clock, queues, an outage, an account.

Callers and operators act on it; whatever they make Twilio ask of us is recorded here.
No database.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from callcenter.demo.model import People
from callcenter.demo.past import requests
from callcenter.demo.setup.installation import QUEUES

# The last minutes of a day bring no new calls, so that it ends with nobody on the line.
QUIET_SECONDS = 720.0
_CLOSING_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Outage:
    """An hour in which telephones drop out and some requests never reach us.

    Documents that callers need come through; what is lost is asked for once only.
    """

    begins: float
    ends: float
    exits_lost: float = 0.3
    ends_lost: float = 0.3
    operators_gone: float = 0.65


@dataclass(slots=True)
class CallAccount:
    """What really happened to one caller, whoever heard of it. Lengths in seconds."""

    sid: str
    number: str
    line: str
    started_at: float
    ended_at: float = 0.0
    # A code of QueueEntry.Outcome after a queue, of Call.Outcome without one.
    outcome: str = ""
    steps: list[tuple[str, str, str]] = field(default_factory=list)  # menu, key, led to
    queue: str = ""
    entered_at: float = 0.0
    wait_seconds: int | None = None
    position: int | None = None  # last told
    talk_seconds: int | None = None
    operator: str = ""
    operator_sid: str = ""
    overflow_reason: str = ""
    is_lost_while_connecting: bool = False
    lost: set[str] = field(default_factory=set)  # requests we never got


class CallerOnFloor(Protocol):
    """What the floor and an operator know of a caller."""

    sid: str
    entered_at: float

    def taken(self) -> None:
        """The caller is out of the queue, on the way to an operator."""

    def connect(self, operator: "OperatorOnFloor") -> None:
        """An operator takes the caller out of the queue."""

    def let_go(self) -> None:
        """The operator's leg is gone in the middle of the talk."""

    def close(self) -> None:
        """The day is over."""


class OperatorOnFloor(Protocol):
    """What the floor and a caller know of an operator."""

    sid: str
    address: str
    step: int

    def take(self, caller: CallerOnFloor) -> None:
        """The queue has a caller for this operator, who dials it."""

    def talked(
        self, caller_sid: str, wait: int, talk: int, *, bridged: bool, hangs_up: bool
    ) -> None:
        """The caller is gone again; who ends the talk hangs up."""

    def drop_out(self, returns_at: float) -> None:
        """The telephone fails; its owner dials in again later."""

    def close(self) -> None:
        """The day is over."""

    def followed_by(self, act: Callable[[], None]) -> None:
        """Have something done soon after the leg is over."""


@dataclass(slots=True)
class Line:
    """One queue: who waits, first come first; who dials it, longest first."""

    slug: str
    sid: str
    waiting: list[CallerOnFloor] = field(default_factory=list)
    dialling: list[OperatorOnFloor] = field(default_factory=list)
    signed_in: int = 0


class Floor:
    """The day: runs what is due, in order, until nothing is."""

    def __init__(
        self,
        random: Random,
        people: People,
        *,
        until: float,
        is_holiday: bool = False,
        shop_hours: tuple[float, float] = (0.0, 0.0),
        outage: Outage | None = None,
    ) -> None:
        self.random, self.people = random, people
        self.until, self.is_holiday, self.shop_hours = until, is_holiday, shop_hours
        self.outage = outage
        self.now = 0.0
        self.queues = {slug: Line(slug, sid) for slug, (_, sid, _) in QUEUES.items()}
        self.requests: list[requests.Request] = []
        self.accounts: list[CallAccount] = []
        self.callers: dict[str, CallerOnFloor] = {}
        self.operators: dict[str, OperatorOnFloor] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self.at(until - _CLOSING_SECONDS, self._close)
        if outage:
            self.at(outage.begins, lambda: self._fail(outage))

    @property
    def takes_calls(self) -> bool:
        """Whether the day is not drawing to its end."""
        return self.now < self.until - QUIET_SECONDS

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Have something done at a moment."""
        self._count += 1
        heapq.heappush(self._due, (moment, self._count, act))

    def run(self) -> None:
        """Let the day go by."""
        while self._due:
            self.now, _, act = heapq.heappop(self._due)
            act()
        self.requests.sort(key=lambda request: request.at)

    def record(
        self, after: float, path: str, form: requests.Form, decision: str = ""
    ) -> None:
        """A request that reaches us so many seconds from now."""
        at = self.now + after + self.random.random() * 0.1
        token = requests.token(self.random)
        self.requests.append(requests.Request(at, path, form, decision, token))

    def is_lost(self, kind: str) -> bool:
        """Whether a request made now never reaches us."""
        outage = self.outage
        if outage is None or not outage.begins <= self.now < outage.ends:
            return False
        odds = {"exit": outage.exits_lost, "status": outage.ends_lost}
        return self.random.random() < odds[kind]

    def enter(self, caller: CallerOnFloor, queue: str) -> None:
        """Puts a caller at the end of a queue, or through to who dials it."""
        line = self.queues[queue]
        line.waiting.append(caller)
        self._match(line)

    def leave(self, caller: CallerOnFloor, queue: str) -> None:
        """Takes a caller out of a queue."""
        self.queues[queue].waiting.remove(caller)

    def dial(self, operator: OperatorOnFloor, queue: str) -> None:
        """An operator waits for the next caller of a queue."""
        line = self.queues[queue]
        line.dialling.append(operator)
        self._match(line)

    def stop_dialling(self, operator: OperatorOnFloor, queue: str) -> None:
        """An operator waits no longer."""
        self.queues[queue].dialling.remove(operator)

    def best(self, queues: tuple[str, ...]) -> str:
        """Which of their queues an operator serves next (product.md 8.20)."""
        calling = [slug for slug in queues if self.queues[slug].waiting]
        # In the order of the installation, which is that of the priorities.
        return next(iter(calling), queues[0])

    def _match(self, line: Line) -> None:
        if line.waiting and line.dialling:
            caller, operator = line.waiting.pop(0), line.dialling.pop(0)
            operator.take(caller)

    def _fail(self, outage: Outage) -> None:
        within = outage.ends - outage.begins
        for operator in list(self.operators.values()):
            if self.random.random() < outage.operators_gone:
                returns_at = self.now + within * self.random.uniform(0.35, 0.85)
                operator.drop_out(returns_at)

    def _close(self) -> None:
        for caller in list(self.callers.values()):
            caller.close()
        for operator in list(self.operators.values()):
            operator.close()
