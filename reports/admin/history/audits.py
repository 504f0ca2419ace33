"""Who took which rows away, in the admin: read by administrators, changed by nobody."""

from django.apps import apps
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.admin.filters import PeriodFilter
from reports.admin.history.base import NOTHING, HistoryAdmin
from reports.export.downloads import FORMATS
from reports.models import ExportAudit
from reports.present import formats


@admin.register(ExportAudit)
class ExportAuditAdmin(HistoryAdmin[ExportAudit]):
    """Exports: who, when, what, with which filter, how many rows, masked or not."""

    list_display = [
        "started_at",
        "username",
        "exported",
        "shown_format",
        "rows",
        "masked",
        "state",
    ]
    list_filter = [("started_at", PeriodFilter), "state"]
    sortable_by = ["started_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "started_at",
                    "ended_at",
                    "username",
                    "exported",
                    "query",
                    "shown_format",
                    "rows",
                    "masked",
                    "state",
                ]
            },
        )
    ]

    @admin.display(description=_("list or report"))
    def exported(self, audit: ExportAudit) -> str:
        """The list's name; what is no table (any more) by its code."""
        try:
            model = apps.get_model(audit.subject)
        except (LookupError, ValueError):
            return audit.subject
        return capfirst(str(model._meta.verbose_name_plural))

    @admin.display(description=_("format"))
    def shown_format(self, audit: ExportAudit) -> str:
        known = FORMATS.get(audit.file_format)
        return str(known.name) if known else audit.file_format

    @admin.display(description=_("numbers masked"))
    def masked(self, audit: ExportAudit) -> str:
        # A red cross in most rows would look like a fault.
        return gettext("yes") if audit.is_masked else NOTHING

    @admin.display(description=_("rows"))
    def rows(self, audit: ExportAudit) -> str:
        return NOTHING if audit.row_count is None else formats.count(audit.row_count)
