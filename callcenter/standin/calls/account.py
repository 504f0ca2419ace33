"""The credentials of an account, and the record of each request that was sent."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Account:
    """A Twilio account: its SID is in requests, its token signs them.

    REST may be asked by an API key of the account too.
    """

    sid: str
    auth_token: str
    key_sid: str = ""
    key_secret: str = ""


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
    arrived: int = 0  # how often it reached the server, as far as is known
    status: int = 0
    errors: list[int] = field(default_factory=list)
    done_at: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """Whether it never reached the server and will not be sent again."""
        return self.outcome != "pending" and self.arrived == 0
