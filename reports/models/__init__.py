"""Tables of the people's side, one module for each subject."""

from reports.models.audit import ExportAudit
from reports.models.export_jobs import ExportJob
from reports.models.intervals import IntervalState, OperatorDay, QueueDay, QueueQuarter
from reports.models.notes import DayNote
from reports.models.saved_views import SavedView
from reports.models.schedules import Delivery, ScheduledReport
from reports.models.walls import WallScreen

__all__ = [
    "DayNote",
    "Delivery",
    "ExportAudit",
    "ExportJob",
    "IntervalState",
    "OperatorDay",
    "QueueDay",
    "QueueQuarter",
    "SavedView",
    "ScheduledReport",
    "WallScreen",
]
