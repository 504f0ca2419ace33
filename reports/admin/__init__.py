"""The tables as people see them; importing the modules registers their classes."""

from reports.admin import (
    events,
    followup,
    history,
    menus,
    operators,
    queues,
    setup,
)

__all__ = [
    "events",
    "followup",
    "history",
    "menus",
    "operators",
    "queues",
    "setup",
]
