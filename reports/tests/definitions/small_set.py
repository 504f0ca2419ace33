"""The small set of the reference, as rows of history."""

from datetime import datetime

from reports.tests.factories import make_connection, make_entry, make_queue

# docs/metrics.md 9.2: local time of entering, outcome, wait, talk.
SMALL_SET = [
    ("10:00:00", "answered", 0, 120),
    ("10:03:10", "answered", 20, 95),
    ("10:05:00", "answered", 21, 300),
    ("10:07:30", "short_abandoned", 4, None),
    ("10:10:00", "abandoned", 5, None),
    ("10:12:00", "abandoned", 20, None),
    ("10:15:00", "abandoned", 65, None),
    ("10:29:59", "answered", 45, 60),
    ("10:30:00", "overflowed", 120, None),
    ("10:40:00", "blocked", None, None),
    ("10:45:00", "answered", 8, 200),
    ("10:50:00", "failed", None, None),
]


def make_small_set() -> None:
    make_queue("support")
    for clock, outcome, wait, talk in SMALL_SET:
        entry = make_entry(
            datetime.fromisoformat(f"2026-10-20T{clock}+09:00"),
            outcome=outcome,
            wait_seconds=wait,
        )
        if talk is not None:
            make_connection(entry, talk_seconds=talk)
