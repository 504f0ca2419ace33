"""A recording as Twilio describes it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Recording:
    """A recording, without any sound. Seconds; moments are UTC."""

    sid: str
    call_sid: str
    source: str  # "RecordVerb" or "DialVerb"
    started_at: datetime
    duration: int
    url: str
    channels: int = 1
    track: str = "both"
    status: str = "completed"
