"""A past of few days, known whole, for the tests about it."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from callcenter.demo.past.days import Past, PastDay

TOKYO = ZoneInfo("Asia/Tokyo")


def past(*, days: int = 2, seed: int = 7, until: str = "2026-11-20T11:12:13") -> Past:
    """A past that ends at a moment in UTC: on a Friday evening in Tokyo."""
    moment = datetime.fromisoformat(until).replace(tzinfo=UTC)
    return Past(seed=seed, days=days, until=moment, zone=TOKYO)


@cache
def two_days() -> tuple[PastDay, ...]:
    """Thursday, with the outage, and Friday, which ends the past. Not to be changed."""
    return tuple(past().played())
