"""Questions for tallies, and both answers: of the stored sums, and of the entries."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from reports.models import IntervalState
from reports.query.entry_tallies import Tallies, Time, entry_tallies
from reports.query.intervals.answer import stored_operator_sums, stored_tallies
from reports.query.operator_rows import sums_of_rows
from reports.query.periods import INTERVALS, OF_DAYS
from reports.query.selection import Selection
from reports.query.tally import WAITS

# The zone of the settings; whole hours, half hours and three quarters from UTC; a
# change of half an hour; clocks that change between Friday, 30 October and Monday, 2
# November 2026.
ZONES = [
    *["Asia/Tokyo"] * 4,
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "UTC",
]
HOUR_OF_WEEK = "hour-of-week"


def times(asked: Selection, kind: str) -> Time[Any] | None:
    """What a report groups by, by the code of an interval; None for nothing."""
    if kind == HOUR_OF_WEEK:
        return Time(asked.period.hour_of_week)
    if not kind:
        return None
    period = asked.period
    return Time(lambda at: period.interval_of(at, kind), is_of_days=kind in OF_DAYS)


kinds = st.sampled_from(["", HOUR_OF_WEEK, *INTERVALS])


def selections(first: date, last: date) -> st.SearchStrategy[Selection]:
    """What reports may ask of some days between these, by any filter of time."""
    spans = st.tuples(st.dates(first, last), st.integers(0, 3))
    return st.builds(
        lambda span, **more: Selection(
            first=span[0], last=span[0] + timedelta(days=span[1]), **more
        ),
        spans,
        zone=st.sampled_from(ZONES).map(ZoneInfo),
        queue=st.sampled_from(["", "", "support", "sales"]),
        weekday=st.sampled_from([*[""] * 7, *"1234567"]),
        holidays=st.sampled_from(["", "", "out", "only"]),
        hour=st.one_of(st.none(), st.integers(0, 23)),
    )


def of_operator_days(asked: Selection) -> dict[str, Counter[str]]:
    """What the stored days of operators add up to, without operators who did nothing.

    There are none before anything has been counted.
    """
    found = stored_operator_sums(asked)
    assert found is not None or not IntervalState.objects.exists()
    return {name: +sums for name, sums in (found or {}).items() if +sums}


def of_operator_rows(asked: Selection) -> dict[str, Counter[str]]:
    """The same of the rows of history."""
    return {name: +sums for name, sums in sums_of_rows(asked).items() if +sums}


def of_entries(asked: Selection, kind: str) -> Tallies[Any]:
    """What the entries add up to."""
    entries = asked.entries()
    return entry_tallies(entries, times(asked, kind), waits=WAITS, talks=entries)


def of_sums(asked: Selection, kind: str) -> Tallies[Any]:
    """What the stored sums add up to; they have to answer."""
    found = stored_tallies(asked, times(asked, kind), WAITS)
    assert found is not None
    return found
