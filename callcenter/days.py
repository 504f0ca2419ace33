"""Local days: when one begins, by the clocks of a zone. No database."""

from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache


@lru_cache(maxsize=4096)
def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local day, in UTC; OverflowError at the ends of time.

    Where clocks go forward at midnight it is the moment of the change, because Python
    reads a skipped time with the offset that was valid before. Where they go back over
    midnight, which then comes twice, it is the first of the two. No zone has skipped
    midnight in any other way since 2000.
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)
