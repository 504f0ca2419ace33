"""The tables as people see them; importing the modules registers their classes."""

from reports.admin import (
    accounts,
    events,
    followup,
    history,
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
    "events",
    "followup",
    "history",
    "lines",
    "log",
    "menus",
    "operators",
    "queues",
    "recordings",
    "setup",
    "unserved",
]
