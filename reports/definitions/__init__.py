"""Every report, in the order of the menu."""

from reports.definitions.callers import AbandonedCallsReport
from reports.definitions.calls import CallsReport, LegsReport
from reports.definitions.entries import ConnectionsReport, QueueEntriesReport
from reports.definitions.ivr import IvrStepsReport
from reports.definitions.queues import (
    QueueIntervalReport,
    QueueSummaryReport,
)
from reports.query.table import Report

REPORTS: list[Report] = [
    QueueSummaryReport(),
    QueueIntervalReport(),
    AbandonedCallsReport(),
    CallsReport(),
    QueueEntriesReport(),
    ConnectionsReport(),
    IvrStepsReport(),
    LegsReport(),
]


def report_with_slug(slug: str) -> Report | None:
    """The report of that name, if there is one."""
    return next((report for report in REPORTS if report.slug == slug), None)
