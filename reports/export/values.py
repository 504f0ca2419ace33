"""What may stand in a cell of a file that people open. No database."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

# Moments are naive, in the reader's zone; a timedelta is a length of time.
Value = str | int | float | bool | date | timedelta | None


def text(value: Value) -> str:
    """The value as spreadsheets read it back: 2026-11-22 10:02:03, 0:01:35."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, timedelta):
        minutes, second = divmod(int(value.total_seconds()), 60)
        hour, minute = divmod(minutes, 60)
        return f"{hour}:{minute:02}:{second:02}"
    return str(value)


Values = Sequence[Value]
