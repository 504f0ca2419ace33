"""Whose numbers these are, and the stand-in's own account of what it sent."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Account:
    """A Twilio account: what signs, and what requests name."""

    sid: str
    auth_token: str


@dataclass
class Sent:
    """One request with all its tries, and what became of it.

    `kind`: "incoming", "gather", "enqueue", "wait", "queue", "dial", "record",
    "redirect", "document" (sent there by REST), "whisper", "partial", "fallback";
    "status" and "recording" are callbacks always.
    `outcome`: "pending", "answered" (2xx), "refused" (any other status), "unanswered"
    (it got there, no answer did), "unreachable", "dropped" (a fault, lost for good).
    """

    leg_sid: str
    kind: str
    url: str
    method: str
    form: dict[str, str]
    token: str
    moment: datetime
    is_callback: bool
    outcome: str = "pending"
    tries: int = 0
    arrived: int = 0  # how often it got to the server, as far as one can know
    status: int = 0
    errors: list[int] = field(default_factory=list)
    done_at: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the server never saw it and never will."""
        return self.outcome != "pending" and self.arrived == 0
