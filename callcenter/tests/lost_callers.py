"""A row of the work list for tests, without the call's requests."""

from datetime import datetime, timedelta
from typing import Any

from callcenter.models import AbandonedCall, Call
from callcenter.tests.twilio_client import CALLER, LINE, sid


def gave_up(
    at: datetime, caller: str = CALLER, line: str = LINE, **more: Any
) -> AbandonedCall:
    """A caller who gave up after a minute, at a moment; `more` are other columns."""
    values: dict[str, Any] = {
        "call": Call.objects.create(sid=sid(), caller=caller, line=line),
        "visit": 1,
        "queue": "support",
        "caller": caller,
        "entered_at": at - timedelta(minutes=1),
        "abandoned_at": at,
    }
    return AbandonedCall.all_reasons.create(**values | more)
