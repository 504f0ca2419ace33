"""Types of the commands' arguments: what argparse makes of the text of a day."""

import re
from argparse import ArgumentTypeError
from datetime import UTC, date, datetime

from django.utils import timezone

from callcenter.days import midnight

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN = "write the day as YYYY-MM-DD, such as 2026-04-01"
# No call was before the first, or will be after the last.
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_MOST_DAYS = 36_500


def day(text: str) -> date:
    """A day written YYYY-MM-DD.

    Raises ArgumentTypeError, which argparse reports.
    """
    if not _DAY.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} is no day: {_WRITTEN}")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not in the calendar: {_WRITTEN}") from None
    return _checked(found)


def days(text: str) -> int:
    """A number of days from 1. Raises ArgumentTypeError, which argparse reports."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_DAYS:
        raise ArgumentTypeError(f"must be a number of days from 1 to {_MOST_DAYS}")
    return int(text)


def moment(text: str) -> datetime:
    """A local day (its midnight), or an ISO 8601 moment, in TIME_ZONE if without zone.

    Raises ArgumentTypeError, which argparse reports.
    """
    zone = timezone.get_default_timezone()
    if _DAY.fullmatch(text):
        return midnight(day(text), zone)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no moment: {_WRITTEN}, or a moment as 2026-04-01T09:00"
        ) from None
    _checked(at.date())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _checked(found: date) -> date:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ArgumentTypeError(
            f"{found} is not between {_FIRST_YEAR} and {_LAST_YEAR}"
        )
    return found
