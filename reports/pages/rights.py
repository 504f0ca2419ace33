"""Who may see a report."""

from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from reports.query.table import ListTable, Table

# Whoever may see calls may see what they add up to.
PERMISSION = "callcenter.view_call"


def permission_for(report: Table) -> str:
    """The permission to see a report: that of its rows, else to see calls."""
    if isinstance(report, ListTable):
        opts = report.model._meta
        return f"{opts.app_label}.{get_permission_codename('view', opts)}"
    return PERMISSION


def may_see(request: HttpRequest, report: Table) -> bool:
    """Whether the reader may see the report."""
    return request.user.has_perm(permission_for(report))


def check_rights(request: HttpRequest, report: Table) -> None:
    """Raises PermissionDenied for a reader who may not see the report."""
    if not may_see(request, report):
        raise PermissionDenied
