"""Days, weeks and months of the daily report, and what they are compared with."""

from datetime import date

import pytest

from reports.daily.spans import Kind, Span


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "compared", "following"),
    [
        ("day", "2026-11-24", "2026-11-24", "2026-11-24", "2026-11-17", "2026-11-25"),
        ("day", "2026-03-01", "2026-03-01", "2026-03-01", "2026-02-22", "2026-03-02"),
        ("week", "2026-11-24", "2026-11-23", "2026-11-29", "2026-11-16", "2026-11-30"),
        ("week", "2026-11-29", "2026-11-23", "2026-11-29", "2026-11-16", "2026-11-30"),
        ("month", "2026-02-10", "2026-02-01", "2026-02-28", "2026-01-01", "2026-03-01"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31", "2026-11-01", "2027-01-01"),
    ],
)
def test_period_of_a_day(kind, day, first, last, compared, following):
    span = Span.of(Kind(kind), date.fromisoformat(day))

    assert (span.first, span.last) == tuple(map(date.fromisoformat, (first, last)))
    assert span.compared.first == date.fromisoformat(compared)
    assert span.following.first == date.fromisoformat(following)
    assert span.following.previous == span
