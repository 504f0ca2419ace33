"""The records of exports and of access, for administrators; read-only."""

from django.apps import apps
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from callcenter.models import AccessRecord
from reports.admin.filters import ChoiceFilter
from reports.admin.history.base import HistoryAdmin
from reports.admin.periods import PeriodFilter
from reports.export.downloads import FORMATS
from reports.models import ExportAudit
from reports.worklist import files as worklist


@admin.register(AccessRecord)
class AccessRecordAdmin(HistoryAdmin[AccessRecord]):
    """Log-ins, refusals, and looks at what is guarded."""

    list_columns = ["at", "kind", "username", "address", "subject", "count"]
    list_filter = [("at", PeriodFilter), ("kind", ChoiceFilter)]
    named_by = ["kind", "at"]
    fields = ["at", "kind", "username", "address", "subject", "count"]


@admin.register(ExportAudit)
class ExportAuditAdmin(HistoryAdmin[ExportAudit]):
    """Exports: who, when, what, with which filter, how many rows, masked or not."""

    list_columns = [
        "started_at",
        "username",
        "exported",
        "shown_format",
        "row_count",
        "is_masked",
        "state",
    ]
    list_filter = [("started_at", PeriodFilter), ("state", ChoiceFilter)]
    fields = [
        "started_at",
        "ended_at",
        "username",
        "exported",
        "query",
        "shown_format",
        "row_count",
        "is_masked",
        "state",
    ]

    @admin.display(description=_("list or report"))
    def exported(self, audit: ExportAudit) -> str:
        """The name of the list, or the stored code where there is no such table."""
        if audit.subject == worklist.SLUG:
            return str(worklist.TITLE)
        try:
            model = apps.get_model(audit.subject)
        except (LookupError, ValueError):
            return audit.subject
        return capfirst(str(model._meta.verbose_name_plural))

    @admin.display(description=_("format"))
    def shown_format(self, audit: ExportAudit) -> str:
        known = FORMATS.get(audit.file_format)
        return str(known.name) if known else audit.file_format
