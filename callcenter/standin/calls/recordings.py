"""What was recorded: that it was, and for how long."""

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
