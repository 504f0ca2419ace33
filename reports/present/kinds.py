"""The kinds of values that columns hold. No database.

A kind says how a value reads on screen, and which type it has in a file for people.
Tables hold raw values: seconds, fractions, aware moments, None for nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reports.present import formats


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value; `shown` gives None where a value reads as nothing."""

    shown: Callable[[Any], str | None]
    cell: type


TEXT = Kind(str, str)
PHONE_NUMBER = Kind(formats.number, str)
COUNT = Kind(formats.count, int)
FRACTION = Kind(formats.percent, float)
DECIMAL = Kind(formats.decimal, float)
SECONDS = Kind(formats.duration, timedelta)
MEAN_SECONDS = Kind(formats.mean_duration, timedelta)
# How much more it is than in another period. Spreadsheets show no negative times, so
# those are numbers of seconds.
COUNT_CHANGE = Kind(formats.change_of_count, int)
FRACTION_CHANGE = Kind(formats.change_of_fraction, float)
DECIMAL_CHANGE = Kind(formats.change_of_decimal, float)
SECONDS_CHANGE = Kind(formats.change_of_seconds, float)
CHANGES = {
    COUNT: COUNT_CHANGE,
    FRACTION: FRACTION_CHANGE,
    SECONDS: SECONDS_CHANGE,
    MEAN_SECONDS: SECONDS_CHANGE,
}
MOMENT = Kind(formats.moment, datetime)
# The start of an interval, or the hour or weekday that it is.
INTERVAL = Kind(formats.interval, datetime)
YES_OR_NO = Kind(formats.yes_or_no, bool)
# In most rows it is not so, and a "no" in each of them would be noise on a screen.
RARELY_YES = Kind(lambda value: formats.yes_or_no(value) if value else None, bool)
