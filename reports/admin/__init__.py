"""The tables as people see them; importing the modules registers their classes."""

from reports.admin import (
    events,
    followup,
    history,
    menus,
    operators,
    queues,
    recordings,
    setup,
    unserved,
)

__all__ = [
    "events",
    "followup",
    "history",
    "menus",
    "operators",
    "queues",
    "recordings",
    "setup",
    "unserved",
]
