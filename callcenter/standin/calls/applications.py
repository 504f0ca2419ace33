"""TwiML Apps: documents that a browser's calls, or a number, may be sent to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Application:
    """One TwiML App, as far as voice goes."""

    sid: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_method: str = "POST"
