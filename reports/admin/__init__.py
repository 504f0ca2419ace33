"""The admin's pages of our tables. Importing a module registers its classes."""

from reports.admin.history import (  # noqa: F401
    abandoned,
    audits,
    calls,
    events,
    followup,
    reconciliation,
    recordings,
)
from reports.admin.setup import (  # noqa: F401
    base,
    blocked,
    change_list,
    holidays,
    lines,
    menus,
    operators,
    queues,
    walls,
)
from reports.login import accounts  # noqa: F401
