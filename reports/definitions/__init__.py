"""Every report, in the order of the menu, and every list of the admin."""

from django.db import models

from reports.definitions.callers import AbandonedCallsReport, FollowUps
from reports.definitions.calls import CallsReport, LegsReport
from reports.definitions.completeness import CompletenessReport
from reports.definitions.entries import (
    CallbackRequests,
    ConnectionsReport,
    QueueEntriesReport,
)
from reports.definitions.ivr import IvrStepsReport
from reports.definitions.ivr_menus import IvrMenusReport
from reports.definitions.ivr_paths import IvrPathsReport
from reports.definitions.lines import LinesReport
from reports.definitions.operators import OperatorsReport
from reports.definitions.planning import StaffingReport
from reports.definitions.queues import (
    QueueIntervalReport,
    QueueSummaryReport,
)
from reports.definitions.records import (
    AccessRecords,
    Exports,
    OperatorStates,
    ReconciliationDifferences,
    ReconciliationRuns,
    Recordings,
    Voicemails,
    WebhookEvents,
)
from reports.definitions.repeat_callers import RepeatCallersReport
from reports.definitions.setup import Menus, Messages, PhoneLines, Queues
from reports.definitions.variants import ServiceLevelVariantsReport
from reports.definitions.waits import WaitDistributionReport
from reports.definitions.week import HeatMapReport
from reports.query.table import ListTable, Table

_ABANDONED_CALLS = AbandonedCallsReport()
_CALLS = CallsReport()
_QUEUE_ENTRIES = QueueEntriesReport()
_CONNECTIONS = ConnectionsReport()
_IVR_STEPS = IvrStepsReport()

REPORTS: list[Table] = [
    QueueSummaryReport(),
    QueueIntervalReport(),
    WaitDistributionReport(),
    HeatMapReport(),
    ServiceLevelVariantsReport(),
    OperatorsReport(),
    StaffingReport(),
    LinesReport(),
    IvrPathsReport(),
    IvrMenusReport(),
    CompletenessReport(),
    RepeatCallersReport(),
    _ABANDONED_CALLS,
    _CALLS,
    _QUEUE_ENTRIES,
    _CONNECTIONS,
    _IVR_STEPS,
    LegsReport(),
]

# Operators, holidays and wrap-up codes are missing: their files are made for imports
# (reports/admin/setup/import_resources.py).
LISTS: dict[type[models.Model], ListTable] = {
    table.model: table
    for table in (
        _CALLS,
        _QUEUE_ENTRIES,
        _CONNECTIONS,
        _IVR_STEPS,
        OperatorStates(),
        _ABANDONED_CALLS,
        FollowUps(),
        CallbackRequests(),
        Voicemails(),
        Recordings(),
        WebhookEvents(),
        ReconciliationRuns(),
        ReconciliationDifferences(),
        Exports(),
        AccessRecords(),
        PhoneLines(),
        Queues(),
        Menus(),
        Messages(),
    )
}


def report_with_slug(slug: str) -> Table | None:
    """The report of that name, if there is one."""
    return next((report for report in REPORTS if report.slug == slug), None)
