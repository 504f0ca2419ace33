"""The tables as people see them; importing the modules registers their classes."""

from reports.admin.history import (
    abandoned,
    audits,
    calls,
    events,
    followup,
    recordings,
)
from reports.admin.setup import (
    base,
    change_list,
    holidays,
    lines,
    menus,
    operators,
    queues,
)
from reports.login import accounts

__all__ = [
    "abandoned",
    "accounts",
    "audits",
    "base",
    "calls",
    "change_list",
    "events",
    "followup",
    "holidays",
    "lines",
    "menus",
    "operators",
    "queues",
    "recordings",
]
