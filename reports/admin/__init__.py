"""The tables as people see them; importing the modules registers their classes."""

from reports.admin import (
    accounts,
    audits,
    events,
    followup,
    history,
    holidays,
    lines,
    log,
    menus,
    operators,
    queues,
    recordings,
    setup,
    unserved,
)

__all__ = [
    "accounts",
    "audits",
    "events",
    "followup",
    "history",
    "holidays",
    "lines",
    "log",
    "menus",
    "operators",
    "queues",
    "recordings",
    "setup",
    "unserved",
]
