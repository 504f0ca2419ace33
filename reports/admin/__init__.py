"""The admin's pages of our tables. Importing a module registers its classes."""

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
