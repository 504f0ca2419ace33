"""Makes of a row what the page made of its address, in the worker."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict

from reports.admin.exports import ExportAdmin
from reports.export import writing
from reports.export.menu import NUMBERS
from reports.export.wanted import Unreadable, Wanted
from reports.models import ExportJob
from reports.pages import report_file


def write_exports() -> None:
    """Write the files that are asked for. Raises django.db.Error."""
    writing.write_waiting(wanted_of)


def wanted_of(job: ExportJob) -> Wanted:
    """The export of a row, with the rights that its user has now.

    Raises PermissionDenied, Http404, and Unreadable.
    """
    user = job.user
    if not (user.is_active and user.is_staff):
        raise PermissionDenied
    query = QueryDict(job.query, mutable=True)
    query[NUMBERS] = job.numbers
    if "." not in job.subject:
        return report_file.asked(user, job.subject, job.file_format, query)
    try:
        list_admin = admin.site.get_model_admin(apps.get_model(job.subject))
    except (LookupError, NotRegistered) as error:
        raise Unreadable(str(error)) from error
    if not isinstance(list_admin, ExportAdmin):
        raise Unreadable(f"{job.subject} is not exported")
    request = HttpRequest()
    request.method = "GET"
    request.user = user
    # A list says with a message what it could not search for.
    said = CookieStorage(request)
    request._messages = said  # type: ignore[attr-defined]
    wanted = list_admin.export_asked(request, job.file_format, query)
    if problems := [str(message) for message in said]:
        raise Unreadable(" ".join(problems))
    return wanted
